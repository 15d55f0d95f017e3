/** Reads a request's body within bounds of size and time, and leaves the connection fit to carry the refusal when it fails. */
import type { IncomingMessage } from 'node:http';
import { TrainyardError } from '../errors.ts';
import type { Deadlines } from './deadlines.ts';

export interface BodyBounds {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** `whole`: the body must end in time. `silence`: each piece must follow the one before in time. */
  readonly timeoutCovers: 'whole' | 'silence';
  /** Ends the reading with its reason. */
  readonly signal?: AbortSignal;
}

/** Whether the headers announce a body of at least one byte. */
export function announcesBody(raw: IncomingMessage): boolean {
  const length = raw.headers['content-length'];
  return raw.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0);
}

/** @throws TrainyardError `payload_too_large`, before a byte is read */
export function checkAnnouncedLength(raw: IncomingMessage, maxBytes: number): void {
  const length = Number(raw.headers['content-length'] ?? 0);
  if (length > maxBytes) throw tooLarge(maxBytes, `announced ${length}`);
}

/**
 * Hands each piece to `take`, waiting for it when it returns a promise (back-pressure). Does not destroy the request when it
 * fails: the refusal still has to be written.
 *
 * @throws TrainyardError `payload_too_large`, `request_timeout`, `incomplete_body`; what `take` threw or rejected with; the
 * reason of the signal
 */
export function receiveBody(
  raw: IncomingMessage,
  bounds: BodyBounds,
  take: (piece: Buffer) => void | Promise<void>,
): Promise<void> {
  if (raw.readableEnded) return Promise.resolve();
  if (raw.destroyed) return Promise.reject(incomplete());
  return new Promise((resolve, reject) => {
    let received = 0;
    let hasEnded = false;
    const timer = setTimeout(() => end(tooSlow(bounds.timeoutCovers, bounds.timeoutMs)), bounds.timeoutMs);
    const onData = (piece: Buffer): void => {
      received += piece.length;
      if (received > bounds.maxBytes) {
        end(tooLarge(bounds.maxBytes, 'got more'));
        return;
      }
      if (bounds.timeoutCovers === 'silence') timer.refresh();
      try {
        const taking = take(piece);
        if (!taking) return;
        raw.pause();
        taking.then(() => raw.resume(), end);
      } catch (error) {
        end(error);
      }
    };
    const onAbort = (): void => end(bounds.signal?.reason);
    const onEnd = (): void => end();
    // Every request closes at last: the error is made only for one that did so too early.
    const onBroken = (): void => {
      if (!hasEnded) end(incomplete());
    };
    const end = (error?: unknown): void => {
      if (hasEnded) return;
      hasEnded = true;
      clearTimeout(timer);
      bounds.signal?.removeEventListener('abort', onAbort);
      // The others stay, as in `collectBody`.
      raw.off('data', onData);
      if (error === undefined) {
        resolve();
      } else {
        raw.pause();
        reject(error);
      }
    };
    if (bounds.signal?.aborted) return onAbort();
    bounds.signal?.addEventListener('abort', onAbort);
    raw.on('end', onEnd).on('error', onBroken).on('close', onBroken).on('data', onData);
    raw.resume();
  });
}

const noBytes = Buffer.alloc(0);

/**
 * Gives `done` the whole body, or why there is none. For bodies that fit into memory and mostly come in one piece with their head:
 * it makes no promise, and no timer for each.
 *
 * @param deadlines for whole bodies
 */
export function collectBody(
  raw: IncomingMessage,
  maxBytes: number,
  deadlines: Deadlines,
  done: (error: TrainyardError | null, bytes: Buffer) => void,
): void {
  if (raw.destroyed) {
    done(incomplete(), noBytes);
    return;
  }
  const pieces: Buffer[] = [];
  let received = 0;
  let hasEnded = false;
  const onData = (piece: Buffer): void => {
    received += piece.length;
    if (received <= maxBytes) pieces.push(piece);
    else refuse(tooLarge(maxBytes, 'got more'));
  };
  const onEnd = (): void => {
    if (hasEnded) return;
    end();
    done(null, pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
  };
  const onBroken = (): void => {
    if (!hasEnded) refuse(incomplete());
  };
  const onLate = (): void => refuse(tooSlow('whole', deadlines.afterMs));
  const refuse = (error: TrainyardError): void => {
    end();
    // The others stay: an 'error' that comes later, when the refused client hangs up, must not be uncaught.
    raw.off('data', onData);
    raw.pause();
    done(error, noBytes);
  };
  const end = (): void => {
    hasEnded = true;
    deadline.end();
  };
  const deadline = deadlines.begin(onLate);
  // A request that breaks off is destroyed with an error.
  raw.on('end', onEnd).on('error', onBroken).on('data', onData);
}

/**
 * Reads and drops the rest of a refused body. True when it was read to its end, so that the connection may live on.
 */
export async function drainBody(raw: IncomingMessage, maxBytes: number, timeoutMs: number): Promise<boolean> {
  if (!announcesBody(raw)) return true;
  try {
    await receiveBody(raw, { maxBytes, timeoutMs, timeoutCovers: 'whole' }, () => {});
    return true;
  } catch {
    return false;
  }
}

function tooLarge(maxBytes: number, got: string): TrainyardError {
  return new TrainyardError('payload_too_large', `expected at most ${maxBytes} bytes, ${got}`);
}

function tooSlow(covers: BodyBounds['timeoutCovers'], timeoutMs: number): TrainyardError {
  const expected = covers === 'whole' ? 'the whole body' : 'more of the body';
  return new TrainyardError('request_timeout', `expected ${expected} within ${timeoutMs / 1000} s`);
}

function incomplete(): TrainyardError {
  return new TrainyardError('incomplete_body', 'the connection broke off before the end of the body');
}
