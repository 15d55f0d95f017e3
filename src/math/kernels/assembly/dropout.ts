/** Draws dropout's factors: the generator of src/math/random.ts, word for word. */

/**
 * Each element becomes 0 where its word is below the threshold, else `kept`; row by row, `stride` in floats. `state` holds the generator's
 * four words and is left where the draws end. @see Blackman & Vigna 2021, xoshiro128**
 */
export function drawFactors(
  state: usize,
  threshold: f64,
  kept: f32,
  out: usize,
  rows: i32,
  columns: i32,
  stride: usize,
): void {
  let s0 = load<u32>(state);
  let s1 = load<u32>(state, 4);
  let s2 = load<u32>(state, 8);
  let s3 = load<u32>(state, 12);
  for (let i = 0; i < rows; i++, out += stride * 4) {
    for (let j = 0; j < columns; j++) {
      const draw = rotl<u32>(s1 * 5, 7) * 9;
      const t = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = rotl<u32>(s3, 11);
      store<f32>(out + 4 * <usize>j, <f64>draw < threshold ? 0 : kept);
    }
  }
  store<u32>(state, s0);
  store<u32>(state, s1, 4);
  store<u32>(state, s2, 8);
  store<u32>(state, s3, 12);
}
