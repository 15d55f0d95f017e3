/** The worker thread: runs one training on the math core and posts what comes of it. Opens no database. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EpochReport } from '../contracts/diagnostics.ts';
import { JobFailure } from '../errors.ts';
import { glmKernelsOf, kernelsOf } from '../math/kernels/math-backend.ts';
import { CheckpointError } from '../training/checkpoint.ts';
import { Divergence } from '../training/divergence.ts';
import { train } from '../training/train.ts';
import { command, controlWord, type FromWorker, maxPendingRecords, type WorkerStart } from './messages.ts';

/** Epochs are posted in groups: a commit a group is what the disk can take. */
const postEveryMs = 50;
/** Of a failure that is no divergence. */
const nothingLeft = { findings: [], remains: null };

if (!parentPort) throw new Error('worker.ts runs as a worker thread of the trainer process');
run(parentPort, workerData as WorkerStart);

function run(port: NonNullable<typeof parentPort>, start: WorkerStart): void {
  const control = new Int32Array(start.control);
  const post = (message: FromWorker, transferred: ArrayBuffer[] = []) =>
    port.postMessage(message, transferred);
  const team = { threads: start.threads, nowMs: () => performance.now() };
  let isEngineKnown = false;
  let waiting: EpochReport[] = [];
  let postedAt = performance.now();
  let checkpointedAt = performance.now();
  let epochStartedAt = checkpointedAt;

  const postEpochs = () => {
    if (waiting.length === 0) return;
    Atomics.add(control, controlWord.pendingRecords, waiting.length);
    post({ type: 'epochs', records: waiting });
    waiting = [];
    postedAt = performance.now();
    waitForCommits(control);
  };

  try {
    const outcome = train({
      config: start.config,
      table: start.table,
      validationTable: start.validationTable,
      dataHash: start.dataHash,
      initial: start.initial,
      checkpoint: start.checkpoint,
      createKernels: (...what) => {
        const kernels = kernelsOf(start.mathBackend, team)(...what);
        // The first are those of the training.
        if (!isEngineKnown) post({ type: 'engine', engine: kernels.engine });
        isEngineKnown = true;
        return kernels;
      },
      createGlmKernels: () => glmKernelsOf(start.mathBackend),
      nowMs: () => performance.now(),
      control: () => {
        Atomics.add(control, controlWord.polls, 1);
        const word = Atomics.load(control, controlWord.command);
        if (word === command.cancel) return 'cancel';
        if (word === command.drain) return 'drain';
        const now = performance.now();
        const isDue = now - checkpointedAt >= start.checkpointMs;
        // A large one may take the disk longer than the time between two: they must not pile up.
        if (!isDue || Atomics.load(control, controlWord.pendingCheckpoints) > 0) return 'continue';
        // The epoch's end is near, unless the epoch is longer than the time between two.
        return now - epochStartedAt >= start.checkpointMs ? 'checkpoint_now' : 'checkpoint';
      },
      onEpoch: (record) => {
        waiting.push(record);
        epochStartedAt = performance.now();
        if (epochStartedAt - postedAt >= postEveryMs) postEpochs();
      },
      onCheckpoint: (epoch, state) => {
        postEpochs();
        Atomics.add(control, controlWord.pendingCheckpoints, 1);
        post({ type: 'checkpoint', epoch, state }, [state.buffer]);
        checkpointedAt = performance.now();
      },
    });
    postEpochs();
    if (outcome.kind === 'finished') post({ type: 'finished', result: outcome });
  } catch (error) {
    if (error instanceof CheckpointError) {
      post({ type: 'checkpoint_refused', message: error.message });
    } else if (error instanceof JobFailure) {
      postEpochs();
      const { findings, remains } = error instanceof Divergence ? error : nothingLeft;
      post({ type: 'failed', code: error.code, message: error.message, findings, remains });
    } else throw error;
  }
}

/** Blocks this thread until the trainer has committed enough of what was posted. A cancel or a drain ends the wait. */
function waitForCommits(control: Int32Array): void {
  for (;;) {
    const pending = Atomics.load(control, controlWord.pendingRecords);
    if (pending <= maxPendingRecords || Atomics.load(control, controlWord.command) !== command.continue)
      return;
    Atomics.add(control, controlWord.polls, 1);
    Atomics.wait(control, controlWord.pendingRecords, pending, postEveryMs);
  }
}
