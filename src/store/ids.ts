/** Ids that sort by the time they were made: a ULID in lower case behind a prefix. */
import { randomBytes as systemRandomBytes } from 'node:crypto';

const crockford = '0123456789abcdefghjkmnpqrstvwxyz';
const characters = 26;
const randomBits = 80n;

export type IdPrefix = 'ds' | 'job';
export type CreateId = (prefix: IdPrefix, now: Date) => string;

/**
 * Makes a source of ids: `prefix_` and 26 characters of Crockford's base 32, 48 bits of Unix milliseconds and then 80 random
 * bits. Ids of one source rise strictly, also within a millisecond and when the clock steps back: then the last one plus 1.
 *
 * @see https://github.com/ulid/spec (monotonic form)
 */
export function createIdSource(randomBytes: (size: number) => Uint8Array): CreateId {
  let last = -1n;
  return (prefix, now) => {
    const random = BigInt(`0x${Buffer.from(randomBytes(10)).toString('hex')}`);
    const fresh = (BigInt(now.getTime()) << randomBits) | random;
    last = fresh > last ? fresh : last + 1n;
    return `${prefix}_${encode(last)}`;
  };
}

/** The process's own source: one for all callers, since they share the order that it promises. */
export const createId: CreateId = createIdSource(systemRandomBytes);

function encode(value: bigint): string {
  let text = '';
  for (let rest = value, i = 0; i < characters; i++, rest >>= 5n) text = crockford[Number(rest & 31n)] + text;
  return text;
}
