/** The preprocessing as ONNX nodes, in double as we compute it: from the model's inputs to its encoded matrix. */
import type {
  FittedCategory,
  FittedFeature,
  FittedNumber,
  FittedPreprocessing,
} from '../../contracts/version.ts';
import { columnNames } from '../../data/preprocessing/column-names.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** Number of a category that training did not see, and of no row of a table of comparisons. */
const unseen = -1n;
const never = -2n;

/** A part of the encoded matrix, [rows, as many columns as it names], and to which of its columns each of them goes. */
interface Block {
  readonly value: string;
  /** Index in the encoded matrix; −1 where the column is not used. */
  readonly columns: readonly number[];
}

/**
 * Adds the inputs and the nodes; returns the name of the encoded matrix, double [rows, columns].
 *
 * With numbers alone there is one input `input` [rows, features] of double, and NaN is missing; otherwise one input of each feature,
 * [rows, 1], double or string, where the empty string is missing, unless it is one of the feature's categories.
 *
 * @param pause awaited after each category: ten thousand take half a second
 */
export async function addPreprocessing(
  graph: GraphBuilder,
  { features, columns }: FittedPreprocessing,
  pause: () => Promise<void>,
): Promise<string> {
  const starts = startColumns(features);
  const numbers = features.filter((feature) => feature.type === 'number');
  const categories = features.filter((feature) => feature.type === 'category');
  const blocks: Block[] = [];
  if (numbers.length > 0) {
    const input = categories.length === 0 ? matrixInput(graph, numbers) : columnInputs(graph, numbers);
    blocks.push(...numberBlocks(graph, input, numbers, starts));
  }
  for (const feature of categories) {
    blocks.push(...categoryBlocks(graph, feature, starts.get(feature)!));
    await pause();
  }
  return assemble(graph, blocks, columns.length);
}

/** Names of the inputs that `addPreprocessing` adds. */
export function inputNames({ features }: FittedPreprocessing): string[] {
  return features.every(({ type }) => type === 'number') ? [matrixName] : features.map(({ name }) => name);
}

const matrixName = 'input';

function startColumns(features: readonly FittedFeature[]): Map<FittedFeature, number> {
  let start = 0;
  return new Map(
    features.map((feature) => {
      const entry = [feature, start] as const;
      start += columnNames(feature).length;
      return entry;
    }),
  );
}

function matrixInput(graph: GraphBuilder, numbers: readonly FittedNumber[]): string {
  const description = `Columns in this order: ${numbers.map(({ name }) => JSON.stringify(name)).join(', ')}; NaN is missing`;
  graph.input({ name: matrixName, type: 'double', dimensions: ['rows', numbers.length], description });
  return matrixName;
}

function columnInputs(graph: GraphBuilder, numbers: readonly FittedNumber[]): string {
  for (const { name } of numbers)
    graph.input({ name, type: 'double', dimensions: ['rows', 1], description: 'NaN is missing' });
  const names = numbers.map(({ name }) => name);
  return names.length === 1 ? names[0]! : graph.add('Concat', names, { attributes: { axis: 1 } });
}

/** (t(x) − offset) / scale with missing values imputed, and beside it what was missing, where some feature has an indicator. */
function numberBlocks(
  graph: GraphBuilder,
  input: string,
  numbers: readonly FittedNumber[],
  starts: ReadonlyMap<FittedFeature, number>,
): Block[] {
  const row = (pick: (feature: FittedNumber) => number) =>
    graph.constant([1, numbers.length], Float64Array.from(numbers, pick));
  const isUsed = numbers.some(({ impute, missing_indicator }) => impute !== null || missing_indicator);
  const isMissing = isUsed ? graph.add('IsNaN', [input]) : '';
  const imputed = isUsed
    ? graph.add('Where', [isMissing, row(({ impute }) => impute ?? Number.NaN), input])
    : input;
  const transformed = logarithms(graph, imputed, numbers);
  const centred = graph.add('Sub', [transformed, row(({ offset }) => offset)]);
  const scaled = graph.add('Div', [centred, row(({ scale }) => scale)]);
  const blocks = [{ value: scaled, columns: numbers.map((feature) => starts.get(feature)!) }];
  if (numbers.some((feature) => feature.missing_indicator)) {
    blocks.push({
      value: graph.cast(isMissing, 'double'),
      columns: numbers.map((feature) => (feature.missing_indicator ? starts.get(feature)! + 1 : -1)),
    });
  }
  return blocks;
}

function logarithms(graph: GraphBuilder, value: string, numbers: readonly FittedNumber[]): string {
  const isLog = numbers.map(({ transform }) => transform === 'log1p');
  if (!isLog.includes(true)) return value;
  const logarithm = graph.add('Log', [graph.add('Add', [value, graph.constant([], Float64Array.of(1))])]);
  return graph.add('Where', [graph.constant([1, isLog.length], isLog), logarithm, value]);
}

function categoryBlocks(graph: GraphBuilder, feature: FittedCategory, start: number): Block[] {
  const { name, categories, impute, encoding } = feature;
  const canMiss = !categories.includes('');
  const missing = canMiss ? 'the empty string is missing' : 'a missing value cannot be told';
  const expected = feature.boolean ? '"false" or "true"' : 'a category';
  graph.input({
    name,
    type: 'string',
    dimensions: ['rows', 1],
    description: `${expected}; ${missing}`,
  });

  const numbers = categories.map((category, index): [string, number] => [category, index]);
  if (canMiss && impute !== null) numbers.push(['', categories.indexOf(impute)]);
  const number = look(graph, name, numbers, Number(unseen));
  const width = encoding === 'one_hot' ? categories.length : 1;
  const blocks = [
    {
      value: encoding === 'one_hot' ? oneHot(graph, number, width) : graph.cast(number, 'double'),
      columns: Array.from({ length: width }, (_, index) => start + index),
    },
  ];
  if (feature.missing_indicator) {
    const indicator = look(graph, name, canMiss ? [['', 1]] : [], 0);
    blocks.push({ value: graph.cast(indicator, 'double'), columns: [start + width] });
  }
  return blocks;
}

/** Texts to whole numbers, [rows, 1]. */
function look(
  graph: GraphBuilder,
  texts: string,
  entries: readonly (readonly [string, number])[],
  otherwise: number,
): string {
  // An operator of no keys is none: a key that no tensor of texts has any use for stands in.
  const table = entries.length > 0 ? entries : [['', otherwise] as const];
  return graph.add('LabelEncoder', [texts], {
    domain: 'ai.onnx.ml',
    attributes: {
      keys_strings: table.map(([text]) => text),
      values_int64s: BigInt64Array.from(table, ([, value]) => BigInt(value)),
      default_int64: otherwise,
    },
  });
}

/** [rows, width] of 0 and 1. The only category of a feature is 0, since it tells nothing. */
function oneHot(graph: GraphBuilder, number: string, width: number): string {
  const numbers = width === 1 ? [never] : Array.from({ length: width }, (_, index) => BigInt(index));
  const isIt = graph.add('Equal', [number, graph.constant([1, width], BigInt64Array.from(numbers))]);
  return graph.cast(isIt, 'double');
}

/** Puts the blocks' columns in the order of the encoded matrix. */
function assemble(graph: GraphBuilder, blocks: readonly Block[], width: number): string {
  const values = blocks.map(({ value }) => value);
  const joined = values.length === 1 ? values[0]! : graph.add('Concat', values, { attributes: { axis: 1 } });
  const columns = blocks.flatMap((block) => block.columns);
  const order = new Array<number>(width);
  columns.forEach((column, from) => {
    if (column >= 0) order[column] = from;
  });
  if (columns.length === width && order.every((from, column) => from === column)) return joined;
  const picked = graph.constant([width], BigInt64Array.from(order, BigInt));
  return graph.add('Gather', [joined, picked], { attributes: { axis: 1 } });
}
