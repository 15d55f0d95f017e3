/** Writes Protocol Buffers: the three kinds of field that ONNX needs. A large tensor stays where it is and is never copied. */

/** Encoded fields of a message, in their order: large contents by themselves, everything between them in one piece. */
export interface Encoded {
  readonly pieces: readonly Uint8Array[];
  /** Bytes of all pieces. */
  readonly length: number;
}

/** @see https://protobuf.dev/programming-guides/encoding/#structure */
const wireTypes = { varint: 0, bytes: 2, fixed32: 5 } as const;

/** Up to here a copy costs less than a piece more. */
const maxCopiedBytes = 16 * 1024;

/** A whole number, an enum or a boolean; negative ones as two's complement of 64 bits. */
export function integer(field: number, value: number): Encoded {
  return whole([...tag(field, wireTypes.varint), ...varint(value)]);
}

/** A number of 32 bits. */
export function float(field: number, value: number): Encoded {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return whole([...tag(field, wireTypes.fixed32), ...bytes]);
}

/** A text, bytes as they are, or a message. */
export function embedded(field: number, value: string | Uint8Array | Encoded): Encoded {
  const content = contentOf(value);
  return join([whole([...tag(field, wireTypes.bytes), ...varint(content.length)]), content]);
}

function contentOf(value: string | Uint8Array | Encoded): Encoded {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return bytes instanceof Uint8Array ? { pieces: [bytes], length: bytes.length } : bytes;
}

export function join(parts: readonly Encoded[]): Encoded {
  const pieces: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  let length = 0;
  for (const part of parts) {
    length += part.length;
    for (const piece of part.pieces) {
      if (piece.length <= maxCopiedBytes) {
        small.push(piece);
        continue;
      }
      pieces.push(Buffer.concat(small), piece);
      small = [];
    }
  }
  pieces.push(Buffer.concat(small));
  return { pieces, length };
}

function whole(bytes: readonly number[]): Encoded {
  return { pieces: [Uint8Array.from(bytes)], length: bytes.length };
}

function tag(field: number, wireType: number): number[] {
  return varint((field << 3) | wireType);
}

/** Seven bits a byte, the least significant first; the top bit says that more follow. */
function varint(value: number): number[] {
  if (value < 0) return longVarint(BigInt.asUintN(64, BigInt(value)));
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}

function longVarint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}
