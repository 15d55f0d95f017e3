/** One training from data to weights: prepares, fits epoch by epoch, hands over checkpoints, measures what came out. */
import { type EpochReport, type Finding, findingCodes } from '../contracts/diagnostics.ts';
import type { StopReason } from '../contracts/job.ts';
import type { SplitMetrics } from '../contracts/metrics.ts';
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import type { Warning } from '../contracts/names.ts';
import type { TrainedModel } from '../contracts/version.ts';
import { JobFailure } from '../errors.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import type { CreateKernels } from '../math/kernels/math-backend.ts';
import { type FloatArray, sharedMatrix } from '../math/matrix.ts';
import type { GlmKernels } from '../math/solvers/glm-kernels.ts';
import { createWasmGlmKernels } from '../math/solvers/wasm-glm-kernels.ts';
import { dataFindings } from './diagnostics/data-findings.ts';
import { createTrainingMonitor, type TrainingMonitor } from './diagnostics/training-monitor.ts';
import { type Breach, Divergence, findBreach } from './divergence.ts';
import type { Fit, FitEpoch } from './fit.ts';
import { stepWork } from './fit-mlp.ts';
import { createFit } from './fits.ts';
import { measure, type PackagedModel, packageModel } from './package-model.ts';
import { prepareData, type TrainingTables } from './prepare-data.ts';
import { epochLimit, goesByIterations } from './resolve-config.ts';
import { openCheckpoint, saveCheckpoint, trainingIdentity } from './training-checkpoint.ts';
import { type InitialVersion, startingParameters } from './warm-start.ts';

export interface TrainingRun extends TrainingTables {
  readonly config: ResolvedModelConfig;
  /** Hashes of the datasets' content: a checkpoint of other data is refused. */
  readonly dataHash: string;
  /** Continue from here; null starts anew. */
  readonly checkpoint: Uint8Array | null;
  /** The version that `initialize_from` names: where to start anew. */
  readonly initial?: InitialVersion | null;
  readonly createKernels: CreateKernels;
  /** What a regression's solver computes with; all give the same bits, and the fast ones are the default. */
  readonly createGlmKernels?: () => GlmKernels;
  /**
   * `checkpoint` asks for one at the next epoch's end, `checkpoint_now` for one at the next step's, `drain` for one as soon and then
   * to stop, `cancel` to stop at once; each stands until it was answered. A solver's iteration is a single step. Polled at least
   * every 50 ms of an epoch, of encoding and of predicting; but fitting the preprocessing and ranking the final scores sort a column
   * (0.2 s for a million rows) without interruption.
   */
  readonly control: () => 'continue' | 'checkpoint' | 'checkpoint_now' | 'drain' | 'cancel';
  readonly nowMs: () => number;
  readonly onEpoch: (report: EpochReport) => void;
  /** The bytes are the receiver's. */
  readonly onCheckpoint: (epoch: number, state: Uint8Array<ArrayBuffer>) => void;
}

export interface FinishedTraining {
  readonly kind: 'finished';
  readonly stopReason: StopReason;
  readonly metrics: SplitMetrics;
  readonly warnings: Warning[];
  /** Those that only the end could tell. */
  readonly findings: Finding[];
  readonly trained: TrainedModel;
  /** Little-endian: of each layer W row-major, then b. */
  readonly weights: Uint8Array;
  readonly weightsSha256: string;
  /** Number of weights and biases. */
  readonly parameters: number;
  readonly engine: string;
}

/** `stopped`: drained, its checkpoint handed over, or cancelled. */
export type TrainingOutcome = FinishedTraining | { readonly kind: 'stopped' };

/** Thrown by the poll and between steps, so that it ends any loop that it is called from. */
class Stopped extends Error {}

/**
 * Runs the training to its end, or until `control` stops it; blocks the thread. Same config, table and engine give the same bits,
 * however often it was stopped and resumed.
 *
 * @throws JobFailure for what would fail again: `diverged`, `single_class`, `too_few_rows`, `unsupported_data`
 * @throws CheckpointError when the checkpoint is damaged or of another training
 */
export function train(run: TrainingRun): TrainingOutcome {
  const poll = () => {
    if (run.control() === 'cancel') throw new Stopped();
  };
  const { config } = run;
  const kernels =
    config.type === 'mlp' ? run.createKernels('f32', stepWork(config)) : run.createKernels('f64');
  try {
    return trainUnlessStopped(run, kernels, poll);
  } catch (error) {
    if (error instanceof Stopped) return { kind: 'stopped' };
    throw error;
  } finally {
    kernels.close();
  }
}

function trainUnlessStopped(run: TrainingRun, kernels: Kernels, poll: () => void): FinishedTraining {
  const { config, nowMs } = run;
  const identity = trainingIdentity(config, run.dataHash);
  const resumed = run.checkpoint && openCheckpoint(run.checkpoint, identity);
  const engines = [...new Set([...(resumed?.engines ?? []), kernels.engine])];
  const glmKernels = goesByIterations(config) ? (run.createGlmKernels ?? createWasmGlmKernels)() : null;
  const allocate: GlmKernels['matrix'] = (rows, columns, type) =>
    glmKernels?.matrix(rows, columns, type) ??
    (type === kernels.dtype ? kernels.allocateRows(rows, columns) : null) ??
    sharedMatrix(rows, columns, kernels.strideOf(columns), type);
  const data = prepareData(config, run, allocate, poll);
  const course: Course = { epoch: resumed?.epoch ?? 0, startMs: 0, finite: null, loss: null, unreported: [] };
  const checkpoint = () => {
    const { epoch } = course;
    const epochMs = Math.round(nowMs() - course.startMs);
    const rest = { monitor: monitor.state(), state: fit.state() };
    run.onCheckpoint(epoch, saveCheckpoint({ identity, engines, epoch, epochMs, ...rest }));
  };
  const onStep = () => obey(run.control(), ['checkpoint_now', 'drain'], checkpoint);
  const state = resumed?.state ?? null;
  const start = run.initial && !state ? startingParameters(run.initial, data, config) : null;
  const fit = createFit({ config, data, kernels, glmKernels, poll, onStep, state, start });
  const monitor = createTrainingMonitor(config.type === 'mlp' ? fit.layers : [], resumed?.monitor ?? null);
  if (course.epoch === 0) course.unreported = dataFindings(config, data, poll);
  keepIfFinite(course, fit.parameters());
  course.startMs = nowMs() - (resumed?.epochMs ?? 0);
  const outcome = runEpochs(run, fit, course, monitor, checkpoint);
  const packaged: Packaged = (kept) => packageModel(config, data, kept, kernels.dtype);
  if (typeof outcome !== 'string') throw divergence(course, course.epoch + 1, outcome, fit, packaged);

  const { findings, warnings: ofFit } = toldBy(fit, course);
  const warnings = [...data.warnings, ...ofFit, ...engineWarnings(engines)];
  const model = packaged(fit);
  course.finite = fit.parameters();
  const metrics = measured(
    () => measure(model, data, run.createKernels(kernels.dtype), poll),
    (what) => divergence(course, course.epoch, { layer: fit.layers.at(-1)!.name, what }, fit, packaged),
  );
  const { engine } = kernels;
  return { kind: 'finished', stopReason: outcome, metrics, warnings, findings, ...model, engine };
}

type Word = ReturnType<TrainingRun['control']>;

/** @param due words that ask for a checkpoint here */
function obey(word: Word, due: readonly Word[], checkpoint: () => void): void {
  if (word === 'cancel') throw new Stopped();
  if (due.includes(word)) checkpoint();
  if (word === 'drain') throw new Stopped();
}

/** Where a run has come to. */
interface Course {
  /** Finished epochs. */
  epoch: number;
  /** When the next one started, as if it had not been interrupted. */
  startMs: number;
  /** The parameters after them; null where a resumed job is amid an epoch that broke. */
  finite: FloatArray | null;
  /** J after them. */
  loss: number | null;
  /** Findings for the next report. */
  unreported: Finding[];
}

function keepIfFinite(course: Course, parameters: FloatArray): void {
  course.finite = parameters.every(Number.isFinite) ? parameters : null;
}

/** @returns why the fit is at its end, or where it broke */
function runEpochs(
  run: TrainingRun,
  fit: Fit,
  course: Course,
  monitor: TrainingMonitor,
  checkpoint: () => void,
): StopReason | Breach {
  const limit = epochLimit(run.config);
  const limitReason = goesByIterations(run.config) ? 'max_iterations' : 'max_epochs';
  for (;;) {
    const { stopReason, ...epoch } = fit.epoch();
    const endMs = run.nowMs();
    const record = epochRecord(course.epoch + 1, epoch, (endMs - course.startMs) / 1000);
    const parameters = fit.parameters();
    const breach = findBreach(record, fit.layers, parameters);
    if (breach) return breach;
    course.epoch++;
    course.startMs = endMs;
    course.finite = parameters;
    course.loss = record.loss;
    const findings = [...course.unreported, ...monitor.observe(record)];
    course.unreported = [];
    run.onEpoch(findings.length > 0 ? { ...record, findings } : record);
    if (stopReason !== null) return stopReason;
    if (course.epoch >= limit) return limitReason;
    obey(run.control(), ['checkpoint', 'checkpoint_now', 'drain'], checkpoint);
  }
}

/** Ends the fit; what it warns of is a finding where it has a finding's code. */
function toldBy(fit: Fit, { epoch, loss }: Course): { findings: Finding[]; warnings: Warning[] } {
  const findings: Finding[] = [];
  const warnings: Warning[] = [];
  for (const warning of fit.finish()) {
    const code = findingCodes.find((name) => name === warning.code);
    if (code) findings.push({ ...warning, code, layer: null, epoch, value: loss });
    else warnings.push(warning);
  }
  return { findings, warnings };
}

type Packaged = (kept: Pick<Fit, 'layers' | 'parameters'>) => PackagedModel;

function divergence(
  { epoch: keptEpoch, finite, unreported }: Course,
  epoch: number,
  breach: Breach,
  { layers }: Fit,
  packaged: Packaged,
): Divergence {
  const remains = finite && { epoch: keptEpoch, ...packaged({ layers, parameters: () => finite }) };
  return new Divergence(epoch, breach, unreported, remains);
}

/** Finite weights can still give outputs that are not. */
function measured(measure: () => SplitMetrics, divergenceOf: (what: string) => Divergence): SplitMetrics {
  try {
    return measure();
  } catch (error) {
    throw error instanceof JobFailure && error.code === 'diverged' ? divergenceOf(error.message) : error;
  }
}

function epochRecord(
  epoch: number,
  { loss, validationLoss, metrics, layers }: Omit<FitEpoch, 'stopReason'>,
  seconds: number,
): EpochReport {
  return { epoch, loss, validation_loss: validationLoss, metrics, seconds, ...(layers && { layers }) };
}

function engineWarnings(engines: readonly string[]): Warning[] {
  if (engines.length === 1) return [];
  const names = engines.map((engine) => `"${engine}"`).join(', ');
  const message = `the job was resumed on another engine: it ran on ${names}, and its weights are those of none of them alone`;
  return [{ code: 'engine_changed', message }];
}
