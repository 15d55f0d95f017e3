/** Numbers as the messages of findings write them. */

/** Three significant digits. */
export function inWords(value: number): string {
  return value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));
}

/** A share of 1 in whole percent, and never 100 % of what is not all. */
export function percent(share: number): string {
  return `${share === 1 ? 100 : Math.min(99, Math.round(share * 100))} %`;
}

const mostNamed = 5;

/** `"a", "b" and 3 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).map((name) => `"${name}"`);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  return shown.length < 2 ? shown.join() : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
