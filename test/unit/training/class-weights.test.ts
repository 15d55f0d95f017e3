/** Class weights as numbers: balanced ones, and those of a map by the label's text. */
import { expect, it } from 'vitest';
import { classWeights } from '../../../src/training/class-weights.ts';

it('balanced is m / (classes · count): each class weighs the same together, the rows 1 on average', () => {
  const codes = Float64Array.of(0, 1, 1, 1, 2, 2, 1, 1);
  const weights = classWeights('balanced', ['a', 'b', 'c'], codes);
  expect([...weights]).toEqual([8 / 3, 8 / 15, 8 / 6]);
  expect(codes.reduce((sum, code) => sum + weights[code], 0)).toBeCloseTo(8, 14);
});

it.each([
  [['no', 'yes'], { yes: 3 }, [1, 3]],
  [[false, true], { false: 0.5, true: 2 }, [0.5, 2]],
  [[-1, 0, 10], { '10': 4, '-1': 2 }, [2, 1, 4]],
  [['constructor', 'x'], { x: 2 }, [1, 2]],
])('of the classes %j the map %j gives %j, and 1 to those it does not name', (classes, map, expected) => {
  expect([...classWeights(map as Record<string, number>, classes, new Float64Array(0))]).toEqual(expected);
});
