/** How fast a job's epochs go at present, and so how long it may still take. */
import type { JobState } from '../../contracts/job.ts';

/** Epochs done and the seconds that they took, older ones fading: their quotient is the pace. Both 0 while nothing is known. */
export interface Pace {
  readonly recent_epochs: number;
  readonly recent_seconds: number;
}

/** What is so long ago counts a third. A job that shares its core slows down and speeds up, and its first epochs are slow. */
const memorySeconds = 5;

/** @param seconds what `epochs` more epochs took */
export function nextPace({ recent_epochs, recent_seconds }: Pace, epochs: number, seconds: number): Pace {
  const fade = Math.exp(-seconds / memorySeconds);
  return { recent_epochs: recent_epochs * fade + epochs, recent_seconds: recent_seconds * fade + seconds };
}

interface PacedJob extends Pace {
  readonly state: JobState;
  readonly epoch: number;
  readonly epochs: number;
  readonly progressed_at: string | null;
}

/**
 * Seconds until the last epoch at the present pace: seconds an epoch × epochs left, less what has passed of the running epoch. The
 * job may stop earlier than its last epoch.
 *
 * @returns null unless the job is running and this attempt has finished an epoch
 */
export function etaSeconds(job: PacedJob, now: Date): number | null {
  const { state, progressed_at: progressedAt, recent_epochs, recent_seconds } = job;
  if (state !== 'running' || progressedAt === null || recent_epochs === 0) return null;
  const pace = recent_seconds / recent_epochs;
  const sinceProgress = Math.max(0, (now.getTime() - Date.parse(progressedAt)) / 1000);
  // An epoch that takes longer than the ones before leaves the rest to do all the same.
  return Math.max(0, pace * (job.epochs - job.epoch) - Math.min(sinceProgress, pace));
}
