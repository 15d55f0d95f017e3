/** What every kernel is written in: multiply-adds that the two builds make differently, and the masks of a row's last vector. */

/** Bytes of a vector of four floats. */
export const vectorBytes: usize = 16;

/** a·b + c: one rounding in the relaxed build where the machine can, two in the plain one. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** c − a·b, rounded as `madd` is. */
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_nmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
}

@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** `then` where the mask's bits are set, else `otherwise`. */
@inline
export function select(mask: v128, then: v128, otherwise: v128): v128 {
  return v128.bitselect(then, otherwise, mask);
}

/** All bits of the lanes below `count`, 0 to 4. */
export function laneMask(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** Mask of a row's last vector: all lanes where the columns fill it. `columns` ≥ 1. */
export function tailMask(columns: i32): v128 {
  return laneMask(((columns - 1) & 3) + 1);
}
