/** Safetensors files there and back to the bit, and every way in which a file may lie. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ModelConfig } from '../../../../src/contracts/model-config.ts';
import type { ModelFile } from '../../../../src/contracts/model-file.ts';
import type { TrainedModel } from '../../../../src/contracts/version.ts';
import { TrainyardError } from '../../../../src/errors.ts';
import { createRandom } from '../../../../src/math/random.ts';
import { fromSafetensors } from '../../../../src/training/safetensors/from-safetensors.ts';
import { toSafetensors } from '../../../../src/training/safetensors/to-safetensors.ts';
import { type ModelOptions, trainedModel, weightsOf } from '../trained-models.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const hidden = [{ units: 3, activation: 'tanh' }] as const;
const models: Record<string, [ModelOptions, object]> = {
  'a linear regression': [{ output: 'value' }, { type: 'linear_regression' }],
  'a logistic regression': [{ output: 'sigmoid', classes: [false, true] }, { type: 'logistic_regression' }],
  'a softmax regression': [
    { output: 'softmax', classes: [-1, 0, 7], outputs: 3 },
    { type: 'logistic_regression' },
  ],
  'a perceptron': [{ output: 'step', classes: ['a', 'b', 'c'], outputs: 3 }, { type: 'perceptron' }],
  'a network': [
    {
      output: 'value',
      dtype: 'f32',
      hidden,
      targetScaling: { mean: 5, scale: 2 },
      preprocessing: { missing_indicator: true },
    },
    { type: 'mlp', task: 'regression', hidden_layers: hidden },
  ],
};

function modelFile([options, config]: [ModelOptions, object]): { file: ModelFile; weights: Uint8Array } {
  const trained = trainedModel(options);
  const weights = weightsOf(trained);
  const { features } = trained;
  return {
    weights,
    file: {
      model: 'm',
      version: 3,
      job: `job_${'0'.repeat(26)}`,
      dataset: `ds_${'0'.repeat(26)}`,
      dataset_sha256: 'a'.repeat(64),
      validation_dataset_sha256: null,
      config: ModelConfig.parse({ target: 'y', features, ...config }),
      metrics: {
        train: { rows: 5, mse: 0.1, rmse: 0.2, mae: 0.3, r2: null, explained_variance: null },
        validation: null,
      },
      trained,
      weights_sha256: sha256(weights),
      engine: 'reference/1',
      package_version: '1.2.3',
      created_at: '2026-01-01T00:00:00.000Z',
    },
  };
}

const written = ({ file, weights }: ReturnType<typeof modelFile>): Buffer =>
  Buffer.concat(toSafetensors(file, weights));

/** A header without tensors; its model, if there is one, under its digest. */
function headerOf(model?: string): string {
  const named = model !== undefined && {
    trainyard_model: model,
    trainyard_sha256: sha256(Buffer.from(model)),
  };
  return JSON.stringify({ __metadata__: { format: 'trainyard/1', ...named } });
}

/** A header and no tensors. */
function fileOf(header: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header)]);
}

function refusal(bytes: Uint8Array): string {
  try {
    fromSafetensors(bytes);
  } catch (error) {
    if (error instanceof TrainyardError && error.code === 'invalid_model_file') return error.message;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('a safetensors file', () => {
  it.each(Object.entries(models))('gives %s back to the bit', (_, model) => {
    const made = modelFile(model);
    const bytes = written(made);
    const { file, weightsStart, parameters } = fromSafetensors(bytes);
    expect(file).toEqual(made.file);
    const weights = bytes.subarray(weightsStart);
    expect(Buffer.compare(weights, made.weights)).toBe(0);
    expect(parameters).toBe(made.weights.length / (file.trained.dtype === 'f32' ? 4 : 8));
    expect(Buffer.compare(written({ file, weights }), bytes)).toBe(0);
  });

  it('is refused cut off anywhere, or with bytes that no tensor names', () => {
    const bytes = written(modelFile(models['a network']!));
    for (let length = 0; length < bytes.length; length += 97) {
      expect(refusal(bytes.subarray(0, length))).not.toBe('');
    }
    expect(refusal(bytes.subarray(0, bytes.length - 1))).toMatch(/bytes of tensors/);
    expect(refusal(Buffer.concat([bytes, Buffer.from('x')]))).toMatch(/bytes of tensors/);
  });

  it('with any bit flipped is refused', () => {
    const bytes = written(modelFile(models['a logistic regression']!));
    const random = createRandom(4);
    for (let i = 0; i < 2_000; i++) {
      const flipped = Buffer.from(bytes);
      flipped[Math.floor(random.uniform() * bytes.length)]! ^= 1 << Math.floor(random.uniform() * 8);
      expect(refusal(flipped)).not.toBe('');
    }
  });

  it('with a million bad items is refused for the first of them', () => {
    const { file } = modelFile(models['a perceptron']!);
    const flooded = structuredClone(file) as Anything;
    flooded.trained.preprocessing.features = Array.from({ length: 90 }, () => ({
      ...file.trained.preprocessing.features[1],
      categories: new Array(19_000).fill(0),
    }));
    try {
      fromSafetensors(fileOf(headerOf(JSON.stringify(flooded))));
    } catch (error) {
      const { errors } = error as TrainyardError;
      expect(errors.map(({ pointer }) => pointer)).toEqual([
        '/__metadata__/trainyard_model/trained/preprocessing/features/0/categories/0',
      ]);
      return;
    }
    throw new Error('expected a refusal');
  });

  it('with a header that claims to be huge is refused before it is read', () => {
    const bytes = Buffer.alloc(100);
    bytes.writeBigUInt64LE(2n ** 63n);
    expect(refusal(bytes)).toMatch(
      /header has at most 4194304 bytes; the first 8 bytes say 9223372036854775808/,
    );
  });

  it.each([
    ['no JSON', 'nonsense', /^the header: /],
    ['an array', '[]', /^the header/],
    ['no metadata', '{}', /^\/__metadata__: /],
    ['a repeated key', '{"__metadata__":{},"__metadata__":{}}', /^the header: /],
    ['the prototype', '{"__metadata__":{},"__proto__":{}}', /^the header: /],
    [
      'metadata of another kind',
      '{"__metadata__":{"format":"pt"}}',
      /only files that Trainyard wrote are taken/,
    ],
    ['no model', headerOf(), /^the metadata "trainyard_model" is damaged/],
    ['a model of nothing', headerOf('{}'), /^\/__metadata__\/trainyard_model\/model: /],
    ['a model that is no JSON', headerOf('{'), /^the metadata "trainyard_model": /],
  ])('with a header of %s is refused', (_, header, message) => {
    expect(refusal(fileOf(header))).toMatch(message);
  });
});

/** Changes what the file says; the tensors are then those that it says, so that nothing else is wrong. */
function changed(name: string, change: (trained: TrainedModel, file: ModelFile) => void): Buffer {
  const made = modelFile(models[name]!);
  const file = structuredClone(made.file) as ModelFile;
  change(file.trained, file);
  return written({ file, weights: made.weights });
}

// biome-ignore lint/suspicious/noExplicitAny: the point is to write what the types forbid
type Anything = any;

describe('a file whose parts do not fit together', () => {
  it.each<[string, string, (trained: Anything, file: Anything) => void, RegExp]>([
    [
      'features in another order',
      'a perceptron',
      (t) => t.features.reverse(),
      /features and those of the preprocessing/,
    ],
    [
      'features that the config has not',
      'a perceptron',
      (_, f) => f.config.features.pop(),
      /those of the config/,
    ],
    [
      'the target as a feature',
      'a perceptron',
      (_, f) => {
        f.config.target = 'age';
      },
      /target "age" is a feature/,
    ],
    [
      'a column too many',
      'a perceptron',
      (t) => t.preprocessing.columns.push('x'),
      /the columns are not those/,
    ],
    [
      'a scale of 0',
      'a perceptron',
      (t) => {
        t.preprocessing.features[0].scale = 0;
      },
      /scale of "age"/,
    ],
    [
      'an infinite offset',
      'a perceptron',
      (t) => {
        t.preprocessing.features[0].offset = '1e999';
      },
      /offset: /,
    ],
    [
      'categories out of order',
      'a perceptron',
      (t) => {
        t.preprocessing.features[1].categories.reverse();
        t.preprocessing.columns = ['age', 'sex=m', 'sex=f', 'member=false', 'member=true'];
      },
      /categories of "sex" are not in ascending order/,
    ],
    [
      'booleans that are none',
      'a perceptron',
      (t) => {
        t.preprocessing.features[1].boolean = true;
      },
      /no booleans/,
    ],
    [
      'a layer too wide',
      'a network',
      (t) => {
        t.layers[1].inputs = 4;
      },
      /takes 4 inputs/,
    ],
    [
      'layers of one name',
      'a network',
      (t) => {
        t.layers[1].name = 'hidden_1';
      },
      /one name/,
    ],
    [
      'a last layer that bends',
      'a network',
      (t) => {
        t.layers[1].activation = 'relu';
      },
      /activation identity/,
    ],
    [
      'an activation that is none',
      'a network',
      (t) => {
        t.layers[0].activation = 'sin';
      },
      /activation: /,
    ],
    [
      'a hidden layer that the config lacks',
      'a network',
      (_, f) => {
        f.config.hidden_layers = [];
      },
      /not those of the config/,
    ],
    [
      'classes of a regression',
      'a network',
      (t) => {
        t.classes = ['a', 'b'];
      },
      /do not go together/,
    ],
    [
      'no scale of the target',
      'a network',
      (t) => {
        t.target_scaling.scale = 0;
      },
      /scaling of the target/,
    ],
    ['classes out of order', 'a softmax regression', (t) => t.classes.reverse(), /ascending order/],
    [
      'classes of two types',
      'a softmax regression',
      (t) => {
        t.classes[0] = 'a';
      },
      /of one type/,
    ],
    ['a class too few', 'a softmax regression', (t) => t.classes.pop(), /do not go with 3 outputs/],
    [
      'an output of another type',
      'a perceptron',
      (t) => {
        t.output = 'softmax';
      },
      /a perceptron has no output softmax/,
    ],
    [
      'an unknown field',
      'a perceptron',
      (t) => {
        t.code = 'rm -rf';
      },
      /trained: /,
    ],
  ])('is refused for %s', (_, name, change, message) => {
    expect(refusal(changed(name, change))).toMatch(message);
  });

  it('is refused for a tensor in another place, of another shape, or of no layer', () => {
    const made = modelFile(models['a linear regression']!);
    const text = written(made).toString('latin1');
    const replaced = (from: string, to: string) => Buffer.from(text.replace(from, to), 'latin1');
    expect(refusal(replaced('"shape":[5,1]', '"shape":[1,5]'))).toMatch(
      /expected the tensor "output.weights"/,
    );
    expect(refusal(replaced('"data_offsets":[0,40]', '"data_offsets":[8,48]'))).toMatch(/"output.weights"/);
    expect(refusal(replaced('"output.weights"', '"output.weightz"'))).toMatch(
      /"output.weightz" is of no layer/,
    );
  });

  it('is refused for a weight that is no number, and for weights that are not those that it names', () => {
    for (const name of ['a linear regression', 'a network']) {
      const made = modelFile(models[name]!);
      const weights = Uint8Array.from(made.weights);
      weights.set(name === 'a network' ? [0, 0, 0xc0, 0x7f] : [0, 0, 0, 0, 0, 0, 0xf0, 0x7f]);
      const file = { ...made.file, weights_sha256: sha256(weights) };
      expect(refusal(written({ file, weights }))).toMatch(/every weight to be a finite number/);
      weights.set(made.weights.map((byte) => byte ^ 1));
      expect(refusal(written({ file: made.file, weights }))).toMatch(/the weights are damaged/);
    }
  });
});
