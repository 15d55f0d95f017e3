/** Runs the kernels' contract on every implementation. */
import { createReferenceKernels } from '../../src/math/kernels/reference.ts';
import { kernelsContract } from './kernels-contract.ts';

kernelsContract('reference kernels, f32', () => createReferenceKernels('f32'));
kernelsContract('reference kernels, f64', () => createReferenceKernels('f64'));
