/** The datatypes of the Open Inference Protocol: the sizes of their elements, and how bytes become values. */

/** Reads the element at a byte offset; little-endian, as the binary tensor extension says. */
interface FixedDatatype {
  readonly bytes: number;
  read(view: DataView, at: number): number | boolean;
}

const fixed = {
  BOOL: { bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) !== 0 },
  UINT8: { bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) },
  UINT16: { bytes: 2, read: (view: DataView, at: number) => view.getUint16(at, true) },
  UINT32: { bytes: 4, read: (view: DataView, at: number) => view.getUint32(at, true) },
  UINT64: { bytes: 8, read: (view: DataView, at: number) => Number(view.getBigUint64(at, true)) },
  INT8: { bytes: 1, read: (view: DataView, at: number) => view.getInt8(at) },
  INT16: { bytes: 2, read: (view: DataView, at: number) => view.getInt16(at, true) },
  INT32: { bytes: 4, read: (view: DataView, at: number) => view.getInt32(at, true) },
  INT64: { bytes: 8, read: (view: DataView, at: number) => Number(view.getBigInt64(at, true)) },
  FP16: { bytes: 2, read: (view: DataView, at: number) => halfToNumber(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: readBrainFloat },
  FP32: { bytes: 4, read: (view: DataView, at: number) => view.getFloat32(at, true) },
  FP64: { bytes: 8, read: (view: DataView, at: number) => view.getFloat64(at, true) },
} satisfies Record<string, FixedDatatype>;

export const fixedDatatypes: Readonly<Record<string, FixedDatatype>> = fixed;

/** `BYTES`: each element a length of four bytes, then so many bytes of UTF-8. */
export const datatypes = [...(Object.keys(fixed) as (keyof typeof fixed)[]), 'BYTES'] as const;
export type Datatype = (typeof datatypes)[number];

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. Node 22 has no `getFloat16`. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  // Subnormal: fraction · 2⁻²⁴.
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a binary32. */
function readBrainFloat(view: DataView, at: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint16(2, view.getUint16(at, true), true);
  return word.getFloat32(0, true);
}
