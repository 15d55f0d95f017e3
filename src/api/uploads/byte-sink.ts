/** Where the bytes of an upload go, one step of its way: unpacking, taking the form apart, the spool file. */
export interface ByteSink {
  /** A promise holds the sender back until it resolves; it rejects with what is wrong with the bytes. */
  write(piece: Buffer): void | Promise<void>;
  /** No more will come. Resolves when everything has gone through. */
  end(): Promise<void>;
  /** Lets go of what it holds; also after an end. */
  close(): void;
}
