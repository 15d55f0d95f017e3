/** What an unquoted CSV field says to have no value: one list for the scanner and for DuckDB. */

export const missingTokens = ['', 'NA', 'N/A', 'NaN', 'null', 'NULL'] as const;
const tokens: ReadonlySet<string> = new Set(missingTokens);
const longestToken = Math.max(...missingTokens.map((token) => token.length));

export function isMissing(bytes: Buffer, start: number, end: number): boolean {
  if (start === end) return true;
  return end - start <= longestToken && tokens.has(bytes.toString('latin1', start, end));
}
