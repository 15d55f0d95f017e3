/** What the machine can do at most: multiply-adds between registers, enough of them at once that none waits for another. */
export function multiplyAdds(rounds: i32, values: usize): void {
  let s0 = v128.load(values);
  let s1 = v128.load(values, 16);
  let s2 = v128.load(values, 32);
  let s3 = v128.load(values, 48);
  let s4 = v128.load(values, 64);
  let s5 = v128.load(values, 80);
  let s6 = v128.load(values, 96);
  let s7 = v128.load(values, 112);
  let s8 = v128.load(values, 128);
  let s9 = v128.load(values, 144);
  let s10 = v128.load(values, 160);
  let s11 = v128.load(values, 176);
  const x = v128.load(values, 192);
  const y = v128.load(values, 208);
  for (let i = 0; i < rounds; i++) {
    s0 = f32x4.relaxed_madd(x, y, s0);
    s1 = f32x4.relaxed_madd(x, y, s1);
    s2 = f32x4.relaxed_madd(x, y, s2);
    s3 = f32x4.relaxed_madd(x, y, s3);
    s4 = f32x4.relaxed_madd(x, y, s4);
    s5 = f32x4.relaxed_madd(x, y, s5);
    s6 = f32x4.relaxed_madd(x, y, s6);
    s7 = f32x4.relaxed_madd(x, y, s7);
    s8 = f32x4.relaxed_madd(x, y, s8);
    s9 = f32x4.relaxed_madd(x, y, s9);
    s10 = f32x4.relaxed_madd(x, y, s10);
    s11 = f32x4.relaxed_madd(x, y, s11);
  }
  v128.store(values, s0);
  v128.store(values, s1, 16);
  v128.store(values, s2, 32);
  v128.store(values, s3, 48);
  v128.store(values, s4, 64);
  v128.store(values, s5, 80);
  v128.store(values, s6, 96);
  v128.store(values, s7, 112);
  v128.store(values, s8, 128);
  v128.store(values, s9, 144);
  v128.store(values, s10, 160);
  v128.store(values, s11, 176);
}
