/** A version as an ONNX model that needs nothing else: raw values in, labels and probabilities or values out. */
import type { TrainedModel, Version } from '../../contracts/version.ts';
import { TrainyardError } from '../../errors.ts';
import { createGraphBuilder } from './graph-builder.ts';
import { addNetwork, outputNames } from './network-graph.ts';
import { model } from './onnx-messages.ts';
import { addPreprocessing, inputNames } from './preprocessing-graph.ts';

/** The lowest that have every operator used here, in double where we compute so: what reads it is as old as 2022. */
const irVersion = 8;
const opsets = { '': 15, 'ai.onnx.ml': 2 };

const description = [
  'Exported by Trainyard with its preprocessing. A missing number is NaN, a missing category the empty string; where the model',
  'does not impute, the outputs of such a row are NaN or without meaning, and Trainyard itself would refuse it.',
].join(' ');

export interface ExportedVersion
  extends Pick<Version, 'version' | 'weights_sha256' | 'package_version' | 'dataset_sha256'> {
  readonly model: string;
  readonly trained: TrainedModel;
}

/**
 * @param weights the version's weights block
 * @param pause   awaited now and then: others may have their turn in it
 * @returns the file in pieces
 * @throws TrainyardError `not_exportable`, with the reason
 */
export async function toOnnx(
  version: ExportedVersion,
  weights: Uint8Array,
  pause: () => Promise<void>,
): Promise<readonly Uint8Array[]> {
  const { trained } = version;
  const inputs = inputNames(trained.preprocessing);
  const outputs = outputNames(trained);
  refuseClash(inputs, outputs);
  const graph = createGraphBuilder(new Set([...inputs, ...outputs]));
  const encoded = await addPreprocessing(graph, trained.preprocessing, pause);
  addNetwork(graph, trained, weights, encoded);
  return model({
    irVersion,
    opsets,
    producer: 'trainyard',
    producerVersion: version.package_version,
    modelVersion: version.version,
    description,
    graph: { name: version.model, fields: graph.fields },
    metadata: {
      features: JSON.stringify(trained.features),
      ...(trained.classes && { classes: JSON.stringify(trained.classes) }),
      weights_sha256: version.weights_sha256,
      dataset_sha256: version.dataset_sha256,
    },
  }).pieces;
}

/** ONNX has one name space for all values of a graph, and people look for the outputs by ours. */
function refuseClash(inputs: readonly string[], outputs: readonly string[]): void {
  const clash = inputs.find((name) => outputs.includes(name));
  if (clash === undefined) return;
  throw new TrainyardError(
    'not_exportable',
    `the feature "${clash}" has the name of an output: ONNX takes a name once; rename the column, or export as safetensors`,
  );
}
