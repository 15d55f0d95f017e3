/** Proofs about a version's arithmetic, computed on demand in float64 from rows of its dataset. */
import { z } from 'zod';

const rows = z
  .int()
  .min(1)
  .meta({ description: "Rows of the version's dataset that were used, from all over it" });

export const Collapse = z
  .strictObject({
    layers: z.array(
      z.strictObject({
        from: z.string().meta({ description: 'First layer of the run that was folded' }),
        to: z.string().meta({ description: 'Last layer of the run; its activation follows' }),
        weights: z
          .array(z.array(z.number()))
          .meta({ description: '[inputs][outputs], in preprocessed units' }),
        bias: z.array(z.number()),
      }),
    ),
    max_abs_difference: z.number().meta({
      description:
        "Between the model's logits (or scaled values) and those of the folded one, over all rows and outputs",
    }),
    rows,
  })
  .meta({ id: 'Collapse' });
export type Collapse = z.infer<typeof Collapse>;

export const GradientCheck = z
  .strictObject({
    tensors: z.array(
      z.strictObject({
        name: z.string().meta({ example: 'hidden_1.weights' }),
        size: z.int(),
        checked: z.int().meta({
          description: 'Numbers of it that were checked: all of up to 32, else so many drawn by the seed',
        }),
        max_relative_error: z.number().meta({
          description: '|g − q| / max(|g|, |q|, 1e-4): g by backpropagation, q by a central difference',
        }),
      }),
    ),
    max_relative_error: z.number().meta({ description: 'About 1e-6 or less where the gradient is right' }),
    rows,
  })
  .meta({ id: 'GradientCheck' });
export type GradientCheck = z.infer<typeof GradientCheck>;
