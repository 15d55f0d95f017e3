/** Classification metrics against an independent computation, and where they are undefined. */
import { describe, expect, it } from 'vitest';
import { classificationMetrics } from '../../../../src/training/metrics/classification-metrics.ts';

/*
 * Goldens: numpy 2.4.6, default_rng(20240607), from the definitions (ROC AUC over all pairs, average precision by a sweep over
 * the distinct scores), not from the formulas of the code. Both orders of summation round: 14 digits agree.
 */
const digits = 14;

// y = integers(0, 2, 40); p = clip(round(0.8·random(40) + 0.2·y, 1), 0, 1), p[0] = 0, p[1] = 1: many ties, two certain errors.
const binary = {
  y: [
    1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0,
    1, 0, 0, 1, 1,
  ],
  p: [
    0.0, 1.0, 0.9, 0.6, 0.9, 0.4, 0.6, 0.7, 0.7, 0.2, 0.6, 0.6, 0.3, 0.5, 0.4, 0.7, 0.7, 0.5, 0.5, 0.2, 0.9,
    0.8, 0.3, 0.7, 0.7, 0.6, 0.5, 0.2, 0.4, 0.4, 0.6, 0.4, 1.0, 0.3, 0.8, 0.2, 0.5, 0.4, 0.7, 0.8,
  ],
};

// y = integers(0, 3, 30); z = round(10·random(30, 3) + 3·onehot(y)); p = z / Σz.
const three = {
  y: [0, 2, 1, 0, 2, 0, 1, 2, 2, 2, 0, 2, 1, 0, 0, 0, 0, 1, 0, 1, 2, 2, 1, 0, 2, 2, 1, 2, 2, 0],
  z: [
    [7, 4, 2],
    [7, 8, 7],
    [4, 4, 5],
    [5, 8, 0],
    [4, 6, 12],
    [12, 0, 5],
    [6, 4, 6],
    [1, 9, 11],
    [4, 4, 11],
    [3, 6, 13],
    [3, 4, 3],
    [9, 8, 7],
    [7, 7, 6],
    [12, 4, 8],
    [9, 8, 5],
    [12, 2, 7],
    [9, 5, 2],
    [6, 6, 2],
    [9, 9, 3],
    [7, 4, 2],
    [9, 9, 10],
    [3, 9, 7],
    [10, 3, 8],
    [5, 5, 1],
    [6, 5, 10],
    [8, 0, 6],
    [4, 10, 8],
    [5, 5, 4],
    [2, 5, 11],
    [5, 8, 6],
  ],
};

/** Labels by the largest probability, the first of equals. */
function measure(classes: readonly string[], y: readonly number[], p: readonly (readonly number[])[]) {
  return classificationMetrics({
    classes,
    trueCodes: Int32Array.from(y),
    predictedCodes: Int32Array.from(p, (row) => row.indexOf(Math.max(...row))),
    probabilities: Float64Array.from(p.flat()),
  });
}

const pairs = (p: readonly number[]) => p.map((second) => [1 - second, second]);

describe('classificationMetrics', () => {
  it('agrees with numpy on two classes', () => {
    const metrics = measure(['no', 'yes'], binary.y, pairs(binary.p));
    expect(metrics.rows).toBe(40);
    expect(metrics.accuracy).toBe(0.575);
    expect(metrics.log_loss).toBeCloseTo(2.4065338331239117, digits);
    expect(metrics.brier).toBeCloseTo(0.2645, digits);
    expect(metrics.roc_auc).toBeCloseTo(0.6174242424242424, digits);
    expect(metrics.pr_auc).toBeCloseTo(0.6566225441225441, digits);
    expect(metrics.per_class).toEqual([
      { label: 'no', support: 18, precision: 10 / 19, recall: 10 / 18, f1: 20 / 37 },
      { label: 'yes', support: 22, precision: 13 / 21, recall: 13 / 22, f1: 26 / 43 },
    ]);
    expect(metrics.f1).toBeCloseTo(0.57259585166562, 12);
  });

  it('agrees with numpy on three classes, one against the rest', () => {
    const probabilities = three.z.map((row) =>
      row.map((value) => value / row.reduce((sum, other) => sum + other, 0)),
    );
    const metrics = measure(['a', 'b', 'c'], three.y, probabilities);
    expect(metrics.accuracy).toBeCloseTo(0.5333333333333333, digits);
    expect(metrics.log_loss).toBeCloseTo(0.9086640646466392, digits);
    expect(metrics.brier).toBeCloseTo(0.5511160415449331, digits);
    expect(metrics.roc_auc).toBeCloseTo(0.7146243133085238, digits);
    expect(metrics.pr_auc).toBeCloseTo(0.5919389767352684, digits);
    expect(metrics.precision).toBeCloseTo((0.5 + 1 / 6 + 0.875) / 3, digits);
    expect(metrics.recall).toBeCloseTo((8 / 11 + 1 / 7 + 7 / 12) / 3, digits);
    expect(metrics.confusion_matrix).toEqual([
      [8, 3, 0],
      [5, 1, 1],
      [3, 2, 7],
    ]);
  });

  it('is perfect where every row is certain and right', () => {
    const metrics = measure(['a', 'b'], [0, 1, 1], pairs([0, 1, 1]));
    expect(metrics).toMatchObject({
      accuracy: 1,
      precision: 1,
      recall: 1,
      f1: 1,
      brier: 0,
      roc_auc: 1,
      pr_auc: 1,
    });
    // −ln(1 − 2⁻⁵²)
    expect(metrics.log_loss).toBeCloseTo(2 ** -52, 20);
  });

  it('clips a certain error to a finite loss', () => {
    expect(measure(['a', 'b'], [1, 0], pairs([0, 0])).log_loss).toBeCloseTo((52 * Math.LN2) / 2, 12);
  });

  it('counts a class that is never predicted, and one without a row, as 0', () => {
    const metrics = measure(
      ['a', 'b', 'c'],
      [0, 0, 1],
      [
        [1, 0, 0],
        [1, 0, 0],
        [1, 0, 0],
      ],
    );
    expect(metrics.per_class).toEqual([
      { label: 'a', support: 2, precision: 2 / 3, recall: 1, f1: 0.8 },
      { label: 'b', support: 1, precision: 0, recall: 0, f1: 0 },
      { label: 'c', support: 0, precision: 0, recall: 0, f1: 0 },
    ]);
    expect(metrics.precision).toBeCloseTo(2 / 9, digits);
  });

  it('has no areas when a class has no row', () => {
    expect(measure(['a', 'b'], [1, 1], pairs([0.2, 0.9]))).toMatchObject({ roc_auc: null, pr_auc: null });
    expect(
      measure(
        ['a', 'b', 'c'],
        [0, 1],
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
      ),
    ).toMatchObject({ roc_auc: null, pr_auc: null });
  });

  it('gives a constant score an area of ½ and a precision of the share', () => {
    const metrics = measure(['a', 'b'], [0, 1, 0, 0], pairs([0.3, 0.3, 0.3, 0.3]));
    expect(metrics).toMatchObject({ roc_auc: 0.5, pr_auc: 0.25 });
  });

  it('leaves out what needs probabilities where there are none', () => {
    const codes = Int32Array.of(0, 1);
    const metrics = classificationMetrics({
      classes: [0, 1],
      trueCodes: codes,
      predictedCodes: codes,
      probabilities: null,
    });
    for (const name of ['log_loss', 'brier', 'roc_auc', 'pr_auc']) expect(metrics).not.toHaveProperty(name);
  });

  it('refuses arrays of different lengths, and no rows', () => {
    const none = new Int32Array(0);
    const one = Int32Array.of(0);
    const of =
      (trueCodes: Int32Array, predictedCodes: Int32Array, probabilities: Float64Array | null) => () =>
        classificationMetrics({ classes: [0, 1], trueCodes, predictedCodes, probabilities });
    expect(of(none, none, null)).toThrow('expected n ≥ 1');
    expect(of(one, none, null)).toThrow('got 1, 0');
    expect(of(one, one, new Float64Array(3))).toThrow('and 3');
  });
});
