/** Loads, products and sums of a block of rows, in the order that src/math/solvers/glm-kernels.ts promises. */

@inline
function at(row: i32, column: i32, width: i32): usize {
  return ((row as usize) * (width as usize) + (column as usize)) << 3;
}

/** What follows a loaded row's columns: the intercept's 1. The padding behind is 0 from the start. */
@inline
function endRow(out: usize, columns: i32, hasIntercept: bool): void {
  if (hasIntercept) store<f64>(out + ((columns as usize) << 3), 1);
}

@inline
function clearRows(out: usize, count: i32, width: i32): void {
  const end = (count + 3) & ~3;
  memory.fill(out + at(count, 0, width), 0, at(end - count, 0, width));
}

function loadF32(
  x: usize,
  rowBytes: usize,
  count: i32,
  columns: i32,
  means: usize,
  hasIntercept: bool,
  out: usize,
  width: i32,
): void {
  const whole = columns & ~3;
  for (let r = 0; r < count; r++) {
    const from = x + (r as usize) * rowBytes;
    const to = out + at(r, 0, width);
    for (let j = 0; j < whole; j += 4) {
      const four = v128.load(from + ((j as usize) << 2));
      const low = f64x2.promote_low_f32x4(four);
      const high = f64x2.promote_low_f32x4(i64x2.shuffle(four, four, 1, 0));
      const offset = (j as usize) << 3;
      v128.store(to + offset, f64x2.sub(low, v128.load(means + offset)));
      v128.store(to + offset, f64x2.sub(high, v128.load(means + offset, 16)), 16);
    }
    for (let j = whole; j < columns; j++) {
      const value = load<f32>(from + ((j as usize) << 2)) as f64;
      store<f64>(to + ((j as usize) << 3), value - load<f64>(means + ((j as usize) << 3)));
    }
    endRow(to, columns, hasIntercept);
  }
  clearRows(out, count, width);
}

function loadF64(
  x: usize,
  rowBytes: usize,
  count: i32,
  columns: i32,
  means: usize,
  hasIntercept: bool,
  out: usize,
  width: i32,
): void {
  const whole = columns & ~1;
  for (let r = 0; r < count; r++) {
    const from = x + (r as usize) * rowBytes;
    const to = out + at(r, 0, width);
    for (let j = 0; j < whole; j += 2) {
      const offset = (j as usize) << 3;
      v128.store(to + offset, f64x2.sub(v128.load(from + offset), v128.load(means + offset)));
    }
    if (whole < columns) {
      const offset = (whole as usize) << 3;
      store<f64>(to + offset, load<f64>(from + offset) - load<f64>(means + offset));
    }
    endRow(to, columns, hasIntercept);
  }
  clearRows(out, count, width);
}

/** `count` rows, and zeros to the next multiple of 4. */
export function loadRows(
  isDouble: bool,
  x: usize,
  rowBytes: usize,
  columns: i32,
  means: usize,
  hasIntercept: bool,
  count: i32,
  out: usize,
  width: i32,
): void {
  if (isDouble) loadF64(x, rowBytes, count, columns, means, hasIntercept, out, width);
  else loadF32(x, rowBytes, count, columns, means, hasIntercept, out, width);
}

/** (s₀ + s₂) + (s₁ + s₃). */
@inline
function sumOfLanes(s01: v128, s23: v128): f64 {
  const pair = f64x2.add(s01, s23);
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

export function logits(x: usize, rows: i32, width: i32, w: usize, outputs: i32, z: usize): void {
  const rowBytes: usize = (width as usize) << 3;
  for (let r = 0; r < rows; r += 4) {
    const x0 = x + at(r, 0, width);
    const x1 = x0 + rowBytes;
    const x2 = x1 + rowBytes;
    const x3 = x2 + rowBytes;
    for (let c = 0; c < outputs; c++) {
      const weights = w + at(c, 0, width);
      let a0 = f64x2.splat(0);
      let a1 = a0;
      let b0 = a0;
      let b1 = a0;
      let c0 = a0;
      let c1 = a0;
      let d0 = a0;
      let d1 = a0;
      for (let j: usize = 0; j < rowBytes; j += 32) {
        const w0 = v128.load(weights + j);
        const w1 = v128.load(weights + j, 16);
        a0 = f64x2.add(a0, f64x2.mul(v128.load(x0 + j), w0));
        a1 = f64x2.add(a1, f64x2.mul(v128.load(x0 + j, 16), w1));
        b0 = f64x2.add(b0, f64x2.mul(v128.load(x1 + j), w0));
        b1 = f64x2.add(b1, f64x2.mul(v128.load(x1 + j, 16), w1));
        c0 = f64x2.add(c0, f64x2.mul(v128.load(x2 + j), w0));
        c1 = f64x2.add(c1, f64x2.mul(v128.load(x2 + j, 16), w1));
        d0 = f64x2.add(d0, f64x2.mul(v128.load(x3 + j), w0));
        d1 = f64x2.add(d1, f64x2.mul(v128.load(x3 + j, 16), w1));
      }
      const out = z + at(r, c, outputs);
      const next: usize = (outputs as usize) << 3;
      store<f64>(out, sumOfLanes(a0, a1));
      store<f64>(out + next, sumOfLanes(b0, b1));
      store<f64>(out + 2 * next, sumOfLanes(c0, c1));
      store<f64>(out + 3 * next, sumOfLanes(d0, d1));
    }
  }
}

export function addGradient(x: usize, rows: i32, width: i32, residuals: usize, outputs: i32, g: usize): void {
  const rowBytes: usize = (width as usize) << 3;
  const next: usize = (outputs as usize) << 3;
  for (let r = 0; r < rows; r += 4) {
    const x0 = x + at(r, 0, width);
    const x1 = x0 + rowBytes;
    const x2 = x1 + rowBytes;
    const x3 = x2 + rowBytes;
    for (let c = 0; c < outputs; c++) {
      const from = residuals + at(r, c, outputs);
      const r0 = v128.load64_splat(from);
      const r1 = v128.load64_splat(from + next);
      const r2 = v128.load64_splat(from + 2 * next);
      const r3 = v128.load64_splat(from + 3 * next);
      const to = g + at(c, 0, width);
      for (let j: usize = 0; j < rowBytes; j += 32) {
        let low = f64x2.mul(r0, v128.load(x0 + j));
        let high = f64x2.mul(r0, v128.load(x0 + j, 16));
        low = f64x2.add(low, f64x2.mul(r1, v128.load(x1 + j)));
        high = f64x2.add(high, f64x2.mul(r1, v128.load(x1 + j, 16)));
        low = f64x2.add(low, f64x2.mul(r2, v128.load(x2 + j)));
        high = f64x2.add(high, f64x2.mul(r2, v128.load(x2 + j, 16)));
        low = f64x2.add(low, f64x2.mul(r3, v128.load(x3 + j)));
        high = f64x2.add(high, f64x2.mul(r3, v128.load(x3 + j, 16)));
        v128.store(to + j, f64x2.add(v128.load(to + j), low));
        v128.store(to + j, f64x2.add(v128.load(to + j, 16), high), 16);
      }
    }
  }
}

export function scaleRows(x: usize, rows: i32, width: i32, d: usize, out: usize): void {
  const rowBytes: usize = (width as usize) << 3;
  for (let r = 0; r < rows; r++) {
    const scale = v128.load64_splat(d + ((r as usize) << 3));
    const offset = at(r, 0, width);
    for (let j = offset; j < offset + rowBytes; j += 16) {
      v128.store(out + j, f64x2.mul(scale, v128.load(x + j)));
    }
  }
}

@inline
function accumulate(h: usize, low: v128, high: v128): void {
  v128.store(h, f64x2.add(v128.load(h), low));
  v128.store(h, f64x2.add(v128.load(h, 16), high), 16);
}

/** A 4 × 4 tile at a time, in eight registers. */
export function addOuter(
  x: usize,
  scaled: usize,
  rows: i32,
  width: i32,
  h: usize,
  start: i32,
  end: i32,
): void {
  const rowBytes: usize = (width as usize) << 3;
  const blockBytes: usize = (rows as usize) * rowBytes;
  for (let j = start; j < end; j += 4) {
    for (let l = j; l < width; l += 4) {
      let a0 = f64x2.splat(0);
      let a1 = a0;
      let b0 = a0;
      let b1 = a0;
      let c0 = a0;
      let c1 = a0;
      let d0 = a0;
      let d1 = a0;
      let left = scaled + ((j as usize) << 3);
      let right = x + ((l as usize) << 3);
      const last = left + blockBytes;
      for (; left < last; left += rowBytes, right += rowBytes) {
        const low = v128.load(right);
        const high = v128.load(right, 16);
        const a = v128.load64_splat(left);
        a0 = f64x2.add(a0, f64x2.mul(a, low));
        a1 = f64x2.add(a1, f64x2.mul(a, high));
        const b = v128.load64_splat(left, 8);
        b0 = f64x2.add(b0, f64x2.mul(b, low));
        b1 = f64x2.add(b1, f64x2.mul(b, high));
        const c = v128.load64_splat(left, 16);
        c0 = f64x2.add(c0, f64x2.mul(c, low));
        c1 = f64x2.add(c1, f64x2.mul(c, high));
        const d = v128.load64_splat(left, 24);
        d0 = f64x2.add(d0, f64x2.mul(d, low));
        d1 = f64x2.add(d1, f64x2.mul(d, high));
      }
      const to = h + at(j, l, width);
      accumulate(to, a0, a1);
      accumulate(to + rowBytes, b0, b1);
      accumulate(to + 2 * rowBytes, c0, c1);
      accumulate(to + 3 * rowBytes, d0, d1);
    }
  }
}

export function sumOfSquares(x: usize, rows: i32, width: i32): f64 {
  let s01 = f64x2.splat(0);
  let s23 = s01;
  const end = x + at(rows, 0, width);
  for (let from = x; from < end; from += 32) {
    const low = v128.load(from);
    const high = v128.load(from, 16);
    s01 = f64x2.add(s01, f64x2.mul(low, low));
    s23 = f64x2.add(s23, f64x2.mul(high, high));
  }
  return sumOfLanes(s01, s23);
}
