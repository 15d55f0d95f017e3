/** What a training tells of itself, while it runs and when it has ended: its history, its diagnostics, its last finite weights. */
import type { Diagnostics, LastFiniteWeights } from '../../contracts/diagnostics.ts';
import type { EpochRecord, Job } from '../../contracts/job.ts';
import type { ModelConfig } from '../../contracts/model-config.ts';
import { TrainyardError } from '../../errors.ts';
import type { JobStore, Store } from '../../store/ports.ts';
import { weightsInUnits } from '../../training/model-weights.ts';
import { networkLayers } from '../../training/network-layers.ts';
import { createSharedTurns } from '../turns.ts';
import { type Series, thinned } from './thinned.ts';

/** What is drawn of a history: its peaks and valleys stay. */
type Point = Pick<EpochRecord, 'epoch' | 'loss' | 'validation_loss'>;
const curves: readonly Series<Point>[] = [({ loss }) => loss, ({ validation_loss }) => validation_loss];

/** Epochs of one read, parsed and written in a few milliseconds. */
const pageEpochs = 500;

/** @param find a job, or throws `job_not_found` */
export function createJobReadings(
  store: Pick<Store, 'jobs'>,
  find: (id: string) => Promise<Job>,
  sliceMs: number,
) {
  const turn = createSharedTurns(sliceMs);

  return {
    /** In pages, so that a history of a million epochs is never in memory, nor holds the event loop, as a whole. */
    async history(id: string, maxPoints: number | undefined): Promise<AsyncIterable<EpochRecord[]>> {
      await find(id);
      if (maxPoints === undefined) return pages(store.jobs, id, turn);
      const points: Point[] = [];
      for await (const page of pages(store.jobs, id, turn))
        for (const { epoch, loss, validation_loss } of page) points.push({ epoch, loss, validation_loss });
      const shown = new Set(thinned(points, maxPoints, curves).map(({ epoch }) => epoch));
      return filtered(pages(store.jobs, id, turn), ({ epoch }) => shown.has(epoch));
    },

    /** @throws TrainyardError `no_weights_kept` unless the job has diverged */
    async lastFiniteWeights(id: string): Promise<LastFiniteWeights> {
      const { config } = await find(id);
      const remains = await store.jobs.remains(id);
      if (!remains) {
        throw new TrainyardError('no_weights_kept', `expected a job that has diverged, ${id} has not`);
      }
      const { epoch, trained, weights } = remains;
      return { epoch, weights: weightsInUnits({ config, trained }, weights, 'model') };
    },

    async diagnostics(id: string, maxPoints: number | undefined): Promise<Diagnostics> {
      const { config } = await find(id);
      const { epochs, findings } = await store.jobs.diagnostics(id);
      const shown = maxPoints === undefined ? epochs : thinned(epochs, maxPoints);
      const layers = layersOf(config).map((layer, index) => ({
        ...layer,
        epochs: shown.map((measured) => ({ epoch: measured.epoch, ...measured.layers[index]! })),
      }));
      return { layers, findings: [...findings] };
    },
  };
}

async function* pages(jobs: JobStore, id: string, turn: () => Promise<void>): AsyncGenerator<EpochRecord[]> {
  for (let after = -1; ; ) {
    await turn();
    const page = await jobs.history(id, after, pageEpochs);
    yield page;
    if (page.length < pageEpochs) return;
    after = page.at(-1)!.epoch;
  }
}

async function* filtered<T>(source: AsyncIterable<T[]>, isKept: (item: T) => boolean): AsyncGenerator<T[]> {
  for await (const page of source) yield page.filter(isKept);
}

/** What the diagnostics show of a config: the layers of a network. */
function layersOf(config: ModelConfig): Pick<Diagnostics['layers'][number], 'name' | 'activation'>[] {
  return config.type === 'mlp' ? networkLayers(config.hidden_layers) : [];
}
