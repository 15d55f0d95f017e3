/** Layers and head as ONNX nodes: from the encoded matrix to probabilities and labels, or to values. */
import type { Label } from '../../contracts/names.ts';
import type { TrainedModel } from '../../contracts/version.ts';
import type { ActivationName } from '../../math/activations/index.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { TensorData } from './onnx-messages.ts';

/** Names of the outputs: those of the model's task. */
export function outputNames({ task }: TrainedModel): string[] {
  return task === 'regression' ? ['value'] : ['label', 'probabilities'];
}

/**
 * @param weights the version's weights block: its bytes are ONNX's own
 * @param encoded name of a double matrix [rows, columns]; the layers compute in the dtype that the model was trained in
 */
export function addNetwork(
  graph: GraphBuilder,
  trained: TrainedModel,
  weights: Uint8Array,
  encoded: string,
): void {
  const type = trained.dtype === 'f32' ? 'float' : 'double';
  const width = trained.dtype === 'f32' ? 4 : 8;
  let values = type === 'float' ? graph.cast(encoded, type) : encoded;
  let at = 0;
  const take = (...dimensions: number[]) => {
    const start = at;
    at += dimensions.reduce((product, size) => product * size, width);
    return graph.constant(dimensions, { type, bytes: weights.subarray(start, at) });
  };
  for (const { inputs, outputs, activation } of trained.layers) {
    const layer = [values, take(inputs, outputs), take(outputs)];
    values = activate[activation](graph, graph.add('Gemm', layer));
  }
  const logits = type === 'float' ? graph.cast(values, 'double') : values;
  if (trained.classes === null) addValue(graph, trained, logits);
  else addClasses(graph, trained, trained.classes, logits);
}

type Activate = (graph: GraphBuilder, z: string) => string;

/** Those of a hidden layer compute in float: all but identity are of networks. */
const activate: Readonly<Record<ActivationName, Activate>> = {
  identity: (_graph, z) => z,
  sigmoid: (graph, z) => graph.add('Sigmoid', [z]),
  tanh: (graph, z) => graph.add('Tanh', [z]),
  relu: (graph, z) => graph.add('Relu', [z]),
  leaky_relu: (graph, z) => graph.add('LeakyRelu', [z], { attributes: { alpha: { float: 0.01 } } }),
  elu: (graph, z) => graph.add('Elu', [z], { attributes: { alpha: { float: 1 } } }),
  // z·½(1 + erf(z/√2)): the operator Gelu came with opset 20.
  gelu(graph, z) {
    const factor = (value: number) => graph.constant([], Float32Array.of(value));
    const erf = graph.add('Erf', [graph.add('Mul', [z, factor(Math.SQRT1_2)])]);
    const half = graph.add('Mul', [z, factor(0.5)]);
    return graph.add('Mul', [half, graph.add('Add', [erf, factor(1)])]);
  },
  silu: (graph, z) => graph.add('Mul', [z, graph.add('Sigmoid', [z])]),
  softplus: (graph, z) => graph.add('Softplus', [z]),
};

function addValue(graph: GraphBuilder, { target_scaling: scaling }: TrainedModel, logits: string): void {
  const number = (value: number) => graph.constant([], Float64Array.of(value));
  const scaled = graph.add('Mul', [logits, number(scaling?.scale ?? 1)]);
  graph.add('Add', [scaled, number(scaling?.mean ?? 0)], { output: 'value' });
  graph.output({
    name: 'value',
    type: 'double',
    dimensions: ['rows', 1],
    description: 'In the units of the target',
  });
}

function addClasses(
  graph: GraphBuilder,
  trained: TrainedModel,
  classes: readonly Label[],
  logits: string,
): void {
  const index = classIndex(graph, logits, trained.layers.at(-1)!.outputs);
  const labels = labelData(classes);
  graph.add('Gather', [graph.constant([classes.length], labels), index], { output: 'label' });
  addProbabilities(graph, trained, classes.length, logits, index);
  const inOrder = `Classes in this order: ${classes.map((label) => JSON.stringify(label)).join(', ')}`;
  graph.output({
    name: 'label',
    type: typeof classes[0] === 'number' ? 'int64' : typeof classes[0] === 'string' ? 'string' : 'bool',
    dimensions: ['rows'],
    description: 'The most probable class',
  });
  graph.output({
    name: 'probabilities',
    type: 'double',
    dimensions: ['rows', classes.length],
    description: inOrder,
  });
}

function labelData(classes: readonly Label[]): TensorData {
  if (typeof classes[0] === 'number') return BigInt64Array.from(classes as number[], BigInt);
  return classes as string[] | boolean[];
}

/** Number of the class, int64 [rows], by the rule of `labelOf`: of equal logits the first, of one logit the second class above 0. */
function classIndex(graph: GraphBuilder, logits: string, outputs: number): string {
  if (outputs > 1) return graph.add('ArgMax', [logits], { attributes: { axis: 1, keepdims: 0 } });
  const isSecond = graph.add('Greater', [logits, graph.constant([], Float64Array.of(0))]);
  const axis = graph.constant([1], BigInt64Array.of(1n));
  return graph.add('Squeeze', [graph.cast(isSecond, 'int64'), axis]);
}

function addProbabilities(
  graph: GraphBuilder,
  { output }: TrainedModel,
  classes: number,
  logits: string,
  index: string,
): void {
  const named = { output: 'probabilities' };
  if (output === 'softmax') {
    graph.add('Softmax', [logits], { attributes: { axis: 1 }, ...named });
  } else if (output === 'sigmoid') {
    const second = graph.add('Sigmoid', [logits]);
    const first = graph.add('Sub', [graph.constant([], Float64Array.of(1)), second]);
    graph.add('Concat', [first, second], { attributes: { axis: 1 }, ...named });
  } else {
    // A perceptron's: 1 for the label, 0 for the rest.
    const column = graph.add('Unsqueeze', [index, graph.constant([1], BigInt64Array.of(1n))]);
    const numbers = BigInt64Array.from({ length: classes }, (_, number) => BigInt(number));
    const isIt = graph.add('Equal', [column, graph.constant([1, classes], numbers)]);
    graph.cast(isIt, 'double', named.output);
  }
}
