/** The regressions of regressions.json, typed; regressions.py made them. */
import { readFileSync } from 'node:fs';

interface GoldenRegression {
  readonly name: string;
  readonly config: Record<string, unknown> & { readonly type: string; readonly l1?: number };
  /** Classes of its target: 2 for `two`, 3 for `three`; without, it is `value`. */
  readonly classes?: number;
  /** W row-major [6, C], then b [C]. */
  readonly theta: readonly number[];
}

interface GoldenPerceptron {
  readonly name: string;
  readonly epochs: number;
  readonly class_weight: Record<string, number> | null;
  readonly theta: readonly number[];
}

export const regressions: {
  readonly x: readonly (readonly number[])[];
  readonly value: readonly number[];
  readonly two: readonly number[];
  readonly three: readonly number[];
  readonly optima: readonly GoldenRegression[];
  readonly perceptrons: readonly GoldenPerceptron[];
  readonly descents: readonly (GoldenRegression & { readonly losses: readonly number[] })[];
} = JSON.parse(readFileSync(new URL('regressions.json', import.meta.url), 'utf8'));
