/** Keeps a child process running: restarts it with backoff when it dies, and stops it in bounded time. */
import type { ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';

const firstDelayMs = 100;
const longestDelayMs = 5_000;
/** A child that lived this long got through its start: its next death starts the backoff anew. */
const healthyAfterMs = 1_000;

export interface ChildOptions {
  /** For the log. */
  readonly name: string;
  /** Starts the process with an IPC channel. Called again after each death. */
  readonly spawn: () => ChildProcess;
  /** Runs after each death, before the next start. */
  readonly onExit?: (pid: number) => Promise<void>;
  readonly logger: Logger;
}

/** @typeParam Message what the child sends */
export interface SupervisedChild<Message = never> {
  isUp(): boolean;
  /** False when no child is there to take it. */
  send(message: unknown): boolean;
  onMessage(listener: (message: Message) => void): void;
  /** The child died: whatever it was asked will not be answered. */
  onDown(listener: () => void): void;
  /** Kills the process, which is then started again: it hangs. */
  kill(): void;
  /**
   * Ends the child for good: sends it `message` (closes its channel when that is undefined) and kills it after `graceMs`.
   * Resolves when the process is gone.
   */
  stop(message: unknown, graceMs: number): Promise<void>;
}

export function superviseChild<Message = never>(options: ChildOptions): SupervisedChild<Message> {
  const { name, logger } = options;
  const messageListeners: ((message: Message) => void)[] = [];
  const downListeners: (() => void)[] = [];
  let child: ChildProcess | null = null;
  let isStopping = false;
  let delayMs = firstDelayMs;
  let restart: NodeJS.Timeout | null = null;
  let settled: Promise<void> = Promise.resolve();

  function start(): void {
    const startedAt = performance.now();
    const started = options.spawn();
    child = started;
    started.on('message', (message) => {
      for (const listener of messageListeners) listener(message as Message);
    });
    started.on('error', (error) => logger.error({ err: error, child: name }, 'child process error'));
    settled = new Promise((resolve) => {
      started.once('exit', (code, signal) => {
        child = null;
        for (const listener of downListeners) listener();
        afterExit(started.pid ?? 0, code, signal, performance.now() - startedAt).then(resolve, resolve);
      });
    });
  }

  async function afterExit(
    pid: number,
    code: number | null,
    signal: string | null,
    livedMs: number,
  ): Promise<void> {
    if (!isStopping) logger.error({ child: name, pid, code, signal }, 'child process died; restarting it');
    try {
      await options.onExit?.(pid);
    } catch (error) {
      logger.error({ err: error, child: name }, 'cleaning up after a child process failed');
    }
    if (isStopping) return;
    delayMs = livedMs > healthyAfterMs ? firstDelayMs : Math.min(longestDelayMs, delayMs * 2);
    restart = setTimeout(start, delayMs);
  }

  start();
  return {
    isUp: () => child !== null,
    send(message) {
      if (child?.connected !== true) return false;
      // Not what Node's own send returns: false there can mean that the message is large and on its way.
      child.send(message as object, ignoreSendError);
      return true;
    },
    onMessage: (listener) => void messageListeners.push(listener),
    onDown: (listener) => void downListeners.push(listener),
    kill: () => void child?.kill('SIGKILL'),
    async stop(message, graceMs) {
      isStopping = true;
      if (restart) clearTimeout(restart);
      const running = child;
      if (running) {
        if (running.connected) {
          if (message === undefined) running.disconnect();
          else running.send(message as object, ignoreSendError);
        }
        const kill = setTimeout(() => running.kill('SIGKILL'), graceMs);
        await settled;
        clearTimeout(kill);
      }
      await settled;
    },
  };
}

/** A send that fails means that the child is dying: its exit event tells the rest. */
function ignoreSendError(): void {}
