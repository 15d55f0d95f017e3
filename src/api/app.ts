/** Builds the HTTP service from what it is given; listening, signals and exit are its caller's. */
import { join } from 'node:path';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { DataService } from '../data/messages.ts';
import { kernelsOf, type MathBackend } from '../math/kernels/math-backend.ts';
import type { Store } from '../store/ports.ts';
import { createPredictor } from '../training/predict.ts';
import type { ApiInstance } from './api-instance.ts';
import { createHttpServer } from './http-server.ts';
import { LazyLogger } from './lazy-logger.ts';
import { type ApiLimits, defaultLimits } from './limits.ts';
import { type AccessPolicy, addAuthentication } from './plugins/authentication.ts';
import { addHeadRefusals, createClientErrorHandler } from './plugins/client-errors.ts';
import { addConnections } from './plugins/connections.ts';
import { addErrors, answerFrameworkError } from './plugins/errors.ts';
import { addMetrics } from './plugins/metrics.ts';
import { addOpenapi, registerOpenapiRoutes } from './plugins/openapi.ts';
import { addRequestBody } from './plugins/request-body.ts';
import { addValidation } from './plugins/validation.ts';
import { createRequestId } from './request-id.ts';
import { registerAliasRoutes } from './routes/aliases.ts';
import { registerBackupRoutes } from './routes/backups.ts';
import { registerDatasetRoutes } from './routes/datasets.ts';
import { registerEvaluateRoutes } from './routes/evaluate.ts';
import { registerExportRoutes } from './routes/exports.ts';
import { registerInspectionRoutes } from './routes/inspections.ts';
import { registerJobEventRoutes } from './routes/job-events.ts';
import { registerJobRoutes } from './routes/jobs.ts';
import { registerModelFileRoutes } from './routes/model-files.ts';
import { registerModelRoutes } from './routes/models.ts';
import { registerOperationRoutes } from './routes/operations.ts';
import { registerPredictRoutes } from './routes/predict.ts';
import { registerUploadRoutes } from './routes/uploads.ts';
import { registerVersionRoutes } from './routes/versions.ts';
import { createAliasService } from './services/aliases.ts';
import { createBackupService } from './services/backups.ts';
import { createDatasetService } from './services/datasets.ts';
import { createEvaluationService } from './services/evaluations.ts';
import { createEventFeed } from './services/event-feed.ts';
import { createExportService } from './services/exports.ts';
import { createInspectionService } from './services/inspections.ts';
import { createJobEventService } from './services/job-events.ts';
import { createJobService } from './services/jobs.ts';
import { createModelFileService } from './services/model-files.ts';
import { createModelService } from './services/models.ts';
import { type CreatePredictor, createPredictionService } from './services/predictions.ts';
import { createReadiness } from './services/readiness.ts';
import type { UploadBounds } from './uploads/receive-upload.ts';
import { registerWires } from './wires/register-wires.ts';

export interface ApiConfig extends AccessPolicy {
  /** Absolute. Uploads are spooled under it. */
  readonly dataDir: string;
  readonly maxUploadBytes: number;
  readonly jobMemoryBytes: number;
  readonly maxQueuedJobs: number;
  readonly mathBackend: MathBackend;
}

export interface AppDependencies {
  readonly store: Store;
  readonly data: DataService;
  /** Whether the data process answers: part of the readiness check. */
  readonly isDataUp: () => boolean;
  readonly config: ApiConfig;
  readonly logger: FastifyBaseLogger;
  readonly packageVersion: string;
  readonly now: () => Date;
  /** Tests shorten the deadlines. */
  readonly limits?: Partial<ApiLimits>;
  /** Tests hold every answer against its schema. */
  readonly checkResponses?: boolean;
}

/** The app, ready to listen. `close()` ends long polls at once, refuses new requests with 503 and waits for those in progress. */
export async function createApp(dependencies: AppDependencies): Promise<ApiInstance> {
  const { config, packageVersion } = dependencies;
  const limits: ApiLimits = { ...defaultLimits, ...dependencies.limits };
  const app = createServer(dependencies.logger, limits);
  const services = createServices(dependencies, limits);

  addValidation(app, dependencies.checkResponses ?? false);
  addConnections(app, limits, () => {
    services.jobs.endWaits();
    services.jobEvents.close();
  });
  addAuthentication(app, config);
  addRequestBody(app, limits);
  addErrors(app, limits);
  addHeadRefusals(app, limits);
  const checkReady = createReadiness(dependencies.store, dependencies.isDataUp);
  const metrics = addMetrics(app, dependencies.store);
  await addOpenapi(app, packageVersion);

  registerExportRoutes(app, services.exports, limits);
  registerUploadRoutes(app, services.datasets, limits);
  registerDatasetRoutes(app, services.datasets);
  registerModelRoutes(app, services.models);
  registerModelFileRoutes(app, services.modelFiles);
  registerVersionRoutes(app, services.models);
  registerInspectionRoutes(app, services.inspections);
  registerAliasRoutes(app, services.aliases);
  registerPredictRoutes(app, services.predictions, limits);
  registerEvaluateRoutes(app, services.evaluations);
  registerJobRoutes(app, services.jobs);
  registerJobEventRoutes(app, services.jobEvents);
  registerBackupRoutes(app, services.backups, limits);
  registerOperationRoutes(app, checkReady, metrics);
  registerWires(app, { ...services, store: dependencies.store, limits, packageVersion, checkReady });
  registerOpenapiRoutes(app);
  await app.ready();
  return app;
}

function createServer(logger: FastifyBaseLogger, limits: ApiLimits): ApiInstance {
  return Fastify({
    loggerInstance: new LazyLogger(logger, {}),
    logController: new LogController({
      requestIdLogLabel: 'request_id',
      // At the first line the route is not known yet where there is none.
      disableRequestLogging: (request) => request.routeOptions?.config?.isFrequent === true,
    }),
    genReqId: createRequestId,
    serverFactory: (handle) => createHttpServer(handle, limits),
    bodyLimit: limits.maxJsonBodyBytes,
    // A name too long for the router's own bound is simply not found; the URL as a whole has its bound elsewhere.
    routerOptions: { maxParamLength: limits.maxHeaderBytes },
    return503OnClosing: false,
    clientErrorHandler: createClientErrorHandler(limits),
    frameworkErrors: answerFrameworkError,
  }).withTypeProvider<ZodTypeProvider>() as unknown as ApiInstance;
}

/** Each predictor computes in memory of its own. */
function predictorsBy(backend: MathBackend): CreatePredictor {
  const createKernels = kernelsOf(backend);
  return (trained, weights) => createPredictor(trained, weights, createKernels(trained.dtype));
}

function createServices(
  { store, data, config, logger, packageVersion, now }: AppDependencies,
  limits: ApiLimits,
) {
  const feed = createEventFeed({
    store,
    pollMs: limits.eventPollMs,
    sliceMs: limits.eventSliceMs,
    onError: (err) => logger.error({ err }, 'the events cannot be read; trying again'),
  });
  const models = createModelService(store, now);
  const spoolDir = join(config.dataDir, 'spool');
  const predictions = createPredictionService(store, predictorsBy(config.mathBackend), limits);
  return {
    exports: createExportService(store, data),
    datasets: createDatasetService({
      store,
      data,
      spoolDir,
      bounds: uploadBounds(config, limits),
      now,
    }),
    models,
    inspections: createInspectionService(store, data, models),
    modelFiles: createModelFileService({ store, data, spoolDir, limits, now }),
    aliases: createAliasService(store, now),
    jobs: createJobService({ store, data, now, config, feed, limits }),
    jobEvents: createJobEventService({ store, feed, limits }),
    backups: createBackupService({
      store,
      packageVersion,
      now,
      onFailure: (error) => logger.warn({ err: error }, 'a backup broke off'),
    }),
    predictions,
    evaluations: createEvaluationService({ store, data, predictions, maxBytes: config.jobMemoryBytes }),
  };
}

function uploadBounds({ maxUploadBytes }: ApiConfig, limits: ApiLimits): UploadBounds {
  return {
    maxBytes: {
      json: Math.min(limits.maxJsonUploadBytes, maxUploadBytes),
      csv: maxUploadBytes,
      ndjson: maxUploadBytes,
      parquet: maxUploadBytes,
    },
    idleTimeoutMs: limits.uploadIdleTimeoutMs,
    minFreeBytes: limits.minFreeDiskBytes,
  };
}
