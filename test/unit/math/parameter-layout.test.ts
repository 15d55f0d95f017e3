/** The parameter block and its flat form: order, padding, refusals. */
import { expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { createParameterLayout, type LayerShape } from '../../../src/math/parameter-layout.ts';

const kernels = createReferenceKernels('f32');
const shapes: LayerShape[] = [
  { inputs: 2, outputs: 3, activation: 'relu' },
  { inputs: 3, outputs: 1, activation: 'identity' },
];

it('the flat form is W row-major then b, layer after layer, without padding', () => {
  const layout = createParameterLayout(shapes, kernels);
  const block = kernels.allocate(layout.blockLength);
  const flat = Float32Array.from({ length: 13 }, (_, i) => i + 1);
  layout.fill(block, flat);
  const [first, second] = layout.views(block);
  expect([...first.weights.data]).toEqual([1, 2, 3, 0, 4, 5, 6, 0]);
  expect([...first.bias]).toEqual([7, 8, 9]);
  expect([...second.weights.data]).toEqual([10, 0, 0, 0, 11, 0, 0, 0, 12, 0, 0, 0]);
  expect([...second.bias]).toEqual([13]);
  expect(layout.parameterCount).toBe(13);
  expect(layout.flatten(block)).toEqual(flat);
});

it('views write through to the block', () => {
  const layout = createParameterLayout(shapes, kernels);
  const block = kernels.allocate(layout.blockLength);
  layout.views(block)[1].bias[0] = 5;
  expect(layout.flatten(block).at(-1)).toBe(5);
});

it('refuses layers that do not fit, no layers, and a flat form of another length', () => {
  const broken = [shapes[0], { ...shapes[1], inputs: 4 }];
  expect(() => createParameterLayout(broken, kernels)).toThrow(
    'layer 1: expected 3 inputs, the outputs before it, got 4',
  );
  expect(() => createParameterLayout([], kernels)).toThrow('expected at least one layer');
  const layout = createParameterLayout(shapes, kernels);
  expect(() => layout.fill(kernels.allocate(layout.blockLength), new Float32Array(12))).toThrow(
    'flat parameters: expected 13 elements, got 12',
  );
});
