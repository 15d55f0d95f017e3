/** Moves what a stream gives to a sink and to its end, no faster than the sink takes it. */
import type { Readable } from 'node:stream';
import type { ByteSink } from './byte-sink.ts';

/** @returns a promise of the stream's end; it rejects with the stream's error or what the sink's `write` throws or rejects with */
export function pump(from: Readable, to: Pick<ByteSink, 'write'>): Promise<void> {
  return new Promise((resolve, reject) => {
    from.on('error', reject);
    from.on('end', resolve);
    from.on('data', (piece: Buffer) => {
      try {
        const taking = to.write(piece);
        if (!taking) return;
        from.pause();
        taking.then(() => from.resume(), reject);
      } catch (error) {
        from.pause();
        reject(error);
      }
    });
  });
}
