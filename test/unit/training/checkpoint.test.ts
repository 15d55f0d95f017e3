import { describe, expect, it } from 'vitest';
import { CheckpointError, decodeCheckpoint, encodeCheckpoint } from '../../../src/training/checkpoint.ts';

const checkpoint = {
  header: { epoch: 7, shuffle: [1, 2 ** 32 - 1], text: 'ü€' },
  tensors: {
    odd: Float32Array.of(1.5, -0, Number.NaN),
    wide: Float64Array.of(Number.MIN_VALUE, Number.NEGATIVE_INFINITY, -0),
    empty: new Float64Array(0),
  },
};

describe('checkpoint', () => {
  it('gives back every bit of header and tensors', () => {
    const decoded = decodeCheckpoint(encodeCheckpoint(checkpoint));
    expect(decoded).toStrictEqual(checkpoint);
    expect(Object.is(decoded.tensors.odd[1], -0)).toBe(true);
  });

  it('decodes from an unaligned view, as a database driver may give it', () => {
    const encoded = encodeCheckpoint(checkpoint);
    const shifted = new Uint8Array(encoded.length + 3).subarray(3);
    shifted.set(encoded);
    expect(decodeCheckpoint(shifted)).toStrictEqual(checkpoint);
  });

  it('copies: a decoded tensor does not change the bytes', () => {
    const encoded = encodeCheckpoint(checkpoint);
    decodeCheckpoint(encoded).tensors.odd[0] = 9;
    expect(decodeCheckpoint(encoded).tensors.odd[0]).toBe(1.5);
  });

  it('refuses a flip of any one bit and any truncation', () => {
    const encoded = encodeCheckpoint(checkpoint);
    for (let at = 0; at < encoded.length; at++) {
      const damaged = encoded.slice();
      damaged[at] ^= 1;
      expect(() => decodeCheckpoint(damaged)).toThrow(CheckpointError);
      expect(() => decodeCheckpoint(encoded.subarray(0, at))).toThrow(CheckpointError);
    }
  });

  it('names the format that it does not know', () => {
    const encoded = encodeCheckpoint(checkpoint);
    encoded[4] = 2;
    expect(() => decodeCheckpoint(encoded)).toThrow('expected checkpoint format 1, got 2');
  });
});
