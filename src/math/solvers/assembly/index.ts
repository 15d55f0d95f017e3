/** What the module exports: the arithmetic of src/math/solvers/glm-kernels.ts over blocks in its memory. */
export { addGradient, addOuter, loadF32, loadF64, logits, scaleRows, sumOfSquares } from './blocks';
export { binaryCrossEntropy, softmaxCrossEntropy, squaredError } from './losses';
