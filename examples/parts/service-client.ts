/** The few calls that the examples make: what any HTTP client would send. */
export type Cell = number | string;
export type Columns = Readonly<Record<string, readonly Cell[]>>;

export interface Layer {
  readonly name: string;
  readonly activation: string;
  readonly epochs: readonly {
    readonly epoch: number;
    readonly gradient_norm: number;
    readonly zero_fraction: number;
    readonly dead_fraction: number;
  }[];
}

export interface Finding {
  readonly code: string;
  readonly layer: string | null;
  readonly epoch: number;
  readonly value: number | null;
  readonly message: string;
}

export interface Epoch {
  readonly epoch: number;
  readonly loss: number;
  readonly validation_loss: number | null;
  readonly metrics: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** A job that has succeeded. */
export interface Trained {
  readonly id: string;
  readonly model: string;
  readonly version: number;
  readonly loss: number;
  readonly engine: string;
  readonly metrics: {
    readonly train: Readonly<Record<string, number>>;
    readonly validation: Readonly<Record<string, number>> | null;
  };
}

export interface Prediction {
  readonly value: number;
  readonly probabilities: Readonly<Record<string, number>>;
}

export type ServiceClient = ReturnType<typeof createServiceClient>;

/** @param url of a running service, such as http://127.0.0.1:8080 */
export function createServiceClient(url: string) {
  // biome-ignore lint/suspicious/noExplicitAny: an example reads what the API's schema promises
  async function call(method: string, path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  return {
    upload: async (columns: Columns): Promise<string> => (await call('POST', '/datasets', { columns })).id,

    /** Puts the model, trains it on the dataset and waits for the end. */
    async train(model: string, dataset: string, config: object): Promise<Trained> {
      await call('PUT', `/models/${model}`, config);
      let job = await call('POST', '/jobs', { model, dataset });
      while (job.finished_at === null) job = await call('GET', `/jobs/${job.id}?wait=30`);
      if (job.state !== 'succeeded') throw new Error(`${model}: ${job.state}, ${job.error?.message}`);
      return job;
    },

    history: async ({ id }: Trained): Promise<Epoch[]> => (await call('GET', `/jobs/${id}/history`)).epochs,

    diagnostics: (job: Trained): Promise<{ layers: Layer[]; findings: Finding[] }> =>
      call('GET', `/jobs/${job.id}/diagnostics`),

    predict: async ({ model, version }: Trained, rows: readonly object[]): Promise<Prediction[]> =>
      (await call('POST', `/models/${model}/versions/${version}/predict`, { rows })).predictions,

    /** Of the preprocessed matrix, or of the input. */
    weights: async (
      { model, version }: Trained,
      scale: 'model' | 'input',
    ): Promise<{ coefficients: Record<string, number>; intercept: number }> =>
      call('GET', `/models/${model}/versions/${version}/weights?scale=${scale}`),

    collapse: (
      job: Trained,
    ): Promise<{
      layers: { from: string; to: string; weights: number[][]; bias: number[] }[];
      max_abs_difference: number;
    }> => call('GET', `/models/${job.model}/versions/${job.version}/collapse`),

    checkGradients: ({ model, version }: Trained): Promise<{ max_relative_error: number }> =>
      call('POST', `/models/${model}/versions/${version}/check-gradients`),
  };
}
