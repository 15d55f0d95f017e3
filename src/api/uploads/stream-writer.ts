/** Writes to a stream at the stream's own pace, and passes its failure on whenever that comes. */
import type { Writable } from 'node:stream';

export class StreamWriter {
  readonly #stream: Writable;
  #failure: { readonly error: unknown } | null = null;
  #waiting: PromiseWithResolvers<void> | null = null;

  /** @param asFailure what a failure of the stream is to those who write */
  constructor(stream: Writable, asFailure: (error: unknown) => unknown = (error) => error) {
    this.#stream = stream;
    stream.on('drain', () => this.#waiting?.resolve());
    stream.on('error', (error) => this.fail(asFailure(error)));
  }

  /** One at a time: a promise has to be waited for before the next write. */
  write(piece: Buffer): void | Promise<void> {
    if (this.#failure) throw this.#failure.error;
    if (this.#stream.write(piece)) return;
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Resolves when the stream has taken everything. */
  end(): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    this.#waiting = Promise.withResolvers();
    this.#stream.once('finish', this.#waiting.resolve);
    this.#stream.end();
    return this.#waiting.promise;
  }

  /** What was written can be of no use any more: writes under way and to come fail with this. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#waiting?.reject(error);
  }
}
