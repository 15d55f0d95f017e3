/** Whole powers by multiplication alone: the bits of `**` are the JavaScript engine's business. */

/** xⁿ for whole n ≥ 0 by repeated squaring, within n ulp. */
export function integerPower(x: number, n: number): number {
  let result = 1;
  let square = x;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
