/** What the module exports: the arithmetic of src/math/solvers/glm-kernels.ts over blocks in its memory. */
export { addGradient, addOuter, loadRows as load, logits, scaleRows, sumOfSquares } from './blocks';
export { evaluate } from './evaluate';
export { losses } from './losses';
