/** The memory of a network's passes: activations and gradients, as views that are made once for each number of rows. */
import { activations } from './activations/index.ts';
import type { Kernels } from './kernels/kernels.ts';
import type { FloatArray, Matrix } from './matrix.ts';
import type { LayerParameters, LayerShape, ParameterLayout } from './parameter-layout.ts';
import { viewsByRows } from './views-by-rows.ts';

/** Views on the activations of one layer for a batch of so many rows. */
export interface LayerBatch {
  readonly a: Matrix;
  /** Kept only where the activation's derivative needs it. */
  readonly z: Matrix | null;
}

export interface BackwardMemory {
  readonly gradients: FloatArray;
  readonly layers: readonly LayerParameters[];
  /** By number of rows, then by hidden layer: ∂L/∂a, which becomes ∂L/∂z in place. */
  batch(rows: number): readonly Matrix[];
}

/** Activations of all layers, by number of rows up to maxBatch. */
export function createBatchViews(
  shapes: readonly LayerShape[],
  maxBatch: number,
  kernels: Kernels,
): (rows: number) => LayerBatch[] {
  const blocks = shapes.map(({ outputs, activation }) => {
    const length = maxBatch * kernels.strideOf(outputs);
    const needsInput = activations[activation].derivativeFrom === 'input';
    return { a: kernels.allocate(length), z: needsInput ? kernels.allocate(length) : null };
  });
  return viewsByRows((rows: number): LayerBatch[] =>
    shapes.map(({ outputs }, l) => {
      const { a, z } = blocks[l];
      return {
        a: kernels.matrix(rows, outputs, a),
        z: z === null ? null : kernels.matrix(rows, outputs, z),
      };
    }),
  );
}

export function createBackwardMemory(
  shapes: readonly LayerShape[],
  layout: ParameterLayout,
  maxBatch: number,
  kernels: Kernels,
): BackwardMemory {
  const gradients = kernels.allocate(layout.blockLength);
  const hidden = shapes.slice(0, -1);
  const blocks = hidden.map(({ outputs }) => kernels.allocate(maxBatch * kernels.strideOf(outputs)));
  return {
    gradients,
    layers: layout.views(gradients),
    batch: viewsByRows((rows: number) =>
      hidden.map(({ outputs }, l) => kernels.matrix(rows, outputs, blocks[l])),
    ),
  };
}
