/** Numbers as the documents write them. */

/** So many significant digits; powers of ten beyond a thousand to one. */
export function digits(value: number, count = 3): string {
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude < 1e-3 || magnitude >= 1e6) {
    const [mantissa, power] = value.toExponential(count - 1).split('e');
    return `${mantissa}·10${[...String(Number(power))].map((sign) => superscripts[sign]).join('')}`;
  }
  return String(Number(value.toPrecision(count)));
}

const superscripts: Record<string, string> = {
  '-': '⁻',
  ...Object.fromEntries([...'⁰¹²³⁴⁵⁶⁷⁸⁹'].map((sign, digit) => [String(digit), sign])),
};

/** A share of 1 in percent. */
export function percent(share: number, decimals = 0): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
