/** What the module exports: pointers and strides as src/math/kernels/wasm.ts passes them. */
export { activationBackward } from './activations';
export { drawFactors } from './dropout';
export { addSigns, axpy, gatherRows, multiplyElements, scale, sumOfMagnitudes, sumOfSquares } from './blocks';
export { addBiasAndActivate, denseBackwardWeights, denseForward, sumRows } from './dense';
export { binaryCrossEntropy, halfSquaredError, softmaxCrossEntropy } from './losses';
export { multiplyByTransposed as denseBackwardInput } from './products';
export { serve } from './team';
export { adamStep, momentumStep, rootSquareStep, sgdStep } from './updates';
export { isFused } from './probe';
