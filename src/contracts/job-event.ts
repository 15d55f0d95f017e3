/** What happens to a job, as numbered events: each is committed together with what it tells. */
import { z } from 'zod';
import { LayerStatistics } from './diagnostics.ts';
import { EpochRecord, StopReason } from './job.ts';
import { Timestamp, VersionNumber, Warning } from './names.ts';
import { pageOf, pageQuery, queryInteger } from './page.ts';

function event<Type extends string, Data extends z.ZodType>(type: Type, description: string, data: Data) {
  return z
    .strictObject({
      id: z.int().min(1).meta({ description: '1, 2, 3 … within the job' }),
      type: z.literal(type),
      at: Timestamp,
      data,
    })
    .meta({ description });
}

const epoch = z.int().min(0);
const attempt = z.int().min(1);
const crashes = z.int().min(1).meta({ description: 'In a row, without a new checkpoint between them' });

export const JobEvent = z
  .discriminatedUnion('type', [
    event(
      'queued',
      'It waits: just submitted, or resumed by a client',
      z.strictObject({ reason: z.enum(['submit', 'resume']) }),
    ),
    event('started', 'A trainer took it for the first time', z.strictObject({ attempt })),
    event(
      'resumed',
      'A trainer took it again and goes on from its checkpoint; epochs past it are done again',
      z.strictObject({ attempt, from_epoch: epoch }),
    ),
    event(
      'released',
      'Back in the queue: its trainer was stopped (drain), died (crash), or could not use its checkpoint (discard)',
      z.union([
        z.strictObject({ reason: z.enum(['drain', 'discard']) }),
        z.strictObject({ reason: z.literal('crash'), crashes }),
      ]),
    ),
    event(
      'paused',
      'It lets others train until it is resumed. `crash`: its trainer died while a pause was asked for',
      z.union([
        z.strictObject({ reason: z.literal('request') }),
        z.strictObject({ reason: z.literal('crash'), crashes }),
      ]),
    ),
    event(
      'progress',
      'An epoch ended; at most ten a second, of which the latest is told',
      EpochRecord.extend({ epochs: z.int().min(1) }),
    ),
    event(
      'diagnostics',
      'What the probe saw in each layer after an epoch',
      z.strictObject({ epoch: z.int().min(1), layers: z.array(LayerStatistics) }),
    ),
    event('checkpoint', 'Its state up to this epoch is safe', z.strictObject({ epoch })),
    event('warning', 'Something to know, a finding too, as in `warnings` of the job', Warning),
    event(
      'succeeded',
      'The end: there is a new version',
      z.strictObject({ version: VersionNumber, stop_reason: StopReason }),
    ),
    event(
      'failed',
      'The end: no version',
      z.strictObject({ code: z.string(), message: z.string(), stop_reason: StopReason }),
    ),
    event('cancelled', 'The end: a client cancelled it', z.strictObject({})),
  ])
  .meta({ id: 'JobEvent' });
export type JobEvent = z.infer<typeof JobEvent>;

/** After one of these no other event follows. */
export const terminalEvents: ReadonlySet<JobEvent['type']> = new Set(['succeeded', 'failed', 'cancelled']);

export const JobEventPage = pageOf(JobEvent).meta({ id: 'JobEventPage' });

const eventId = queryInteger(0, 999_999_999_999_999).optional();

export const JobEventQuery = z.strictObject({
  limit: pageQuery.limit,
  cursor: eventId.meta({ description: '`next_cursor` of the page before' }),
  after: eventId.meta({ description: 'Only events with an id above it' }),
});
export type JobEventQuery = z.infer<typeof JobEventQuery>;

export const LastEventHeaders = z.looseObject({
  'last-event-id': eventId.meta({
    description: 'As `after`: what an EventSource sends when it connects again',
  }),
});
