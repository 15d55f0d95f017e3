/** The inner loops of the objectives, over groups of four rows: every operand is contiguous, every sum has one fixed order. */

/** z [4, outputs] = group [4, width] · wᵀ, w [outputs, width]. Overwrites. */
export function groupLogits(
  group: Float64Array,
  w: Float64Array,
  width: number,
  outputs: number,
  z: Float64Array,
): void {
  for (let c = 0; c < outputs; c++) {
    const from = c * width;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < width; j++) {
      const value = w[from + j];
      s0 += group[j] * value;
      s1 += group[width + j] * value;
      s2 += group[2 * width + j] * value;
      s3 += group[3 * width + j] * value;
    }
    z[c] = s0;
    z[outputs + c] = s1;
    z[2 * outputs + c] = s2;
    z[3 * outputs + c] = s3;
  }
}

/** g [outputs, width] += rᵀ · group: r [4, outputs], group [4, width]. */
export function addGroupGradient(
  group: Float64Array,
  r: Float64Array,
  width: number,
  outputs: number,
  g: Float64Array,
): void {
  for (let c = 0; c < outputs; c++) {
    const to = c * width;
    const r0 = r[c];
    const r1 = r[outputs + c];
    const r2 = r[2 * outputs + c];
    const r3 = r[3 * outputs + c];
    for (let j = 0; j < width; j++) {
      g[to + j] +=
        r0 * group[j] + r1 * group[width + j] + r2 * group[2 * width + j] + r3 * group[3 * width + j];
    }
  }
}

/** Upper triangle of block [width, width], at `offset` of `h`, += Σᵢ dᵢ·xᵢxᵢᵀ over the group's four rows x. */
export function addGroupOuter(
  group: Float64Array,
  width: number,
  d0: number,
  d1: number,
  d2: number,
  d3: number,
  h: Float64Array,
  offset: number,
): void {
  for (let j = 0; j < width; j++) {
    const a0 = d0 * group[j];
    const a1 = d1 * group[width + j];
    const a2 = d2 * group[2 * width + j];
    const a3 = d3 * group[3 * width + j];
    const row = offset + j * width;
    for (let l = j; l < width; l++) {
      h[row + l] +=
        a0 * group[l] + a1 * group[width + l] + a2 * group[2 * width + l] + a3 * group[3 * width + l];
    }
  }
}
