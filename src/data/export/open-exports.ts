/** The exports that readers have open: each is asked for its pieces one by one, and makes the next while one is on its way. */
import { createLimiter } from '../limiter.ts';
import type { OpenExportRequest } from '../messages.ts';
import { exportLines } from './export-lines.ts';

type Piece = IteratorResult<Buffer, void>;

interface OpenExport {
  readonly pieces: AsyncGenerator<Buffer, void>;
  /** Already being made. */
  next: Promise<Piece>;
  /** Lets another export begin. */
  release(): void;
}

export interface OpenExports {
  /** @throws TrainyardError `busy` when too many are open and wait; or what the file refuses */
  open(request: OpenExportRequest): Promise<number>;
  /** Null at the end. */
  read(id: number): Promise<Buffer | null>;
  /** Nothing may be read any more; closing what is closed already is nothing. */
  close(id: number): Promise<void>;
}

/** A reader may be slow: what it holds is one table open and one piece. */
const limits = { running: 4, waiting: 16 };

export function createOpenExports(): OpenExports {
  const limit = createLimiter(limits);
  const opened = new Map<number, OpenExport>();
  let lastId = 0;

  /** Resolves when the export has its place; keeps it until `release` is called. */
  function takePlace(): Promise<() => void> {
    return new Promise((resolve, reject) => {
      limit(() => new Promise<void>((release) => resolve(release))).catch(reject);
    });
  }

  return {
    async open(request) {
      const release = await takePlace();
      const pieces = exportLines(request);
      const next = pieces.next();
      try {
        // A file that is gone is refused here and not in the middle of an answer.
        await next;
      } catch (error) {
        release();
        throw error;
      }
      const id = ++lastId;
      opened.set(id, { pieces, next, release });
      return id;
    },

    async read(id) {
      const entry = opened.get(id);
      if (!entry) throw new Error(`no export ${id} is open`);
      const { done, value } = await entry.next;
      if (done) return null;
      entry.next = entry.pieces.next();
      // It is awaited by the next read; until then a failure has nobody to catch it.
      entry.next.catch(() => {});
      return value;
    },

    async close(id) {
      const entry = opened.get(id);
      if (!entry) return;
      opened.delete(id);
      await entry.pieces.return().finally(entry.release);
    },
  };
}
