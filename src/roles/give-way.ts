/** Training gives way to predictions where processors are short. */
import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

const priority = constants.priority.PRIORITY_BELOW_NORMAL;
/** Linux takes one change in 100 ms, of any session, from whoever is not root. */
const retryMs = 200;

/** Lowers the priority of this thread, and with it of those that it starts from here on. */
export function giveWay(): void {
  setPriority(priority);
}

/**
 * Lowers the weight of a child's session, which must be its own. Where Linux shares processors out by sessions, it compares
 * priorities only within one (sched(7), "The autogroup feature"): beside a client in another session, the API and its trainers would
 * count as one, and be made to wait for what the trainers had used.
 */
export async function sessionGivesWay(child: ChildProcess, logger: Logger): Promise<void> {
  // Another process may have the number once this one has ended.
  while (child.exitCode === null && child.signalCode === null) {
    try {
      await writeFile(`/proc/${child.pid}/autogroup`, String(priority));
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // No Linux, or one that knows no such groups; or the child is dying.
      if (code === 'ENOENT' || code === 'ESRCH') return;
      if (code !== 'EAGAIN') {
        logger.info({ err: error }, 'a trainer trains at the full weight of a session');
        return;
      }
      await sleep(retryMs);
    }
  }
}
