/** Draws small charts as SVG: lines, dots and shaded regions on linear or logarithmic axes, several panels side by side. */

export interface Axis {
  readonly label: string;
  readonly isLogarithmic?: boolean;
  /** Default: the range of the data. */
  readonly range?: readonly [number, number];
  /** Default: round numbers. */
  readonly ticks?: readonly number[];
}

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly color: string;
  readonly style: 'line' | 'dashed' | 'dots' | 'line_and_dots';
}

/** Probabilities on a grid of the panel's ranges, row by row from the lowest y: shaded from blue (0) to orange (1). */
export interface Regions {
  readonly values: readonly (readonly number[])[];
}

export interface Panel {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly regions?: Regions;
}

/** Okabe and Ito's colours, told apart by colour-blind readers too. */
export const colors = {
  blue: '#0072b2',
  orange: '#d55e00',
  green: '#009e73',
  purple: '#aa4499',
  sky: '#56b4e9',
  grey: '#777777',
  black: '#222222',
} as const;

const width = 340;
const height = 300;
const margin = { left: 56, right: 14, top: 30, bottom: 44 };
const legendLine = 16;
/** Shades of a region: few, so that equal neighbours join into one rectangle; an odd number, so that ½ is white. */
const shades = 9;

/** Panels from left to right, as a document of its own on white ground. */
export function renderFigure(panels: readonly Panel[]): string {
  const legend = Math.max(...panels.map(({ series }) => named(series).length));
  const total = height + legend * legendLine + 8;
  const body = panels.map((panel, i) => `<g transform="translate(${i * width} 0)">${renderPanel(panel)}</g>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${panels.length * width} ${total}" width="${panels.length * width}" height="${total}" font-family="sans-serif" font-size="11" fill="#222">`,
    `<title>${escaped(panels.map(({ title }) => title).join('; '))}</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

const named = (series: readonly Series[]) => series.filter(({ name }) => name !== '');

interface Scale {
  place(value: number): number;
  readonly ticks: readonly number[];
  readonly low: number;
  readonly high: number;
}

function renderPanel({ title, x, y, series, regions }: Panel): string {
  const points = series.flatMap((one) => one.points);
  const across = createScale(
    x,
    points.map(([value]) => value),
    margin.left,
    width - margin.right,
  );
  const up = createScale(
    y,
    points.map(([, value]) => value),
    height - margin.bottom,
    margin.top,
  );
  return [
    `<text x="${margin.left}" y="18" font-weight="bold" font-size="12">${escaped(title)}</text>`,
    regions ? renderRegions(regions) : '',
    renderAxes(across, up, x, y),
    ...series.map((one) => renderSeries(one, across, up)),
    ...named(series).map(renderLegend),
  ].join('\n');
}

function createScale(axis: Axis, values: readonly number[], from: number, to: number): Scale {
  const log = axis.isLogarithmic === true;
  const usable = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const [low, high] = axis.range ?? padded(Math.min(...usable), Math.max(...usable), log);
  const through = log ? Math.log10 : (value: number) => value;
  const [start, end] = [through(low), through(high)];
  return {
    low,
    high,
    ticks: axis.ticks ?? (log ? decades(low, high) : rounded(low, high)),
    place: (value) =>
      from + ((through(Math.max(value, log ? low : -Infinity)) - start) / (end - start)) * (to - from),
  };
}

function padded(low: number, high: number, log: boolean): [number, number] {
  if (log) return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high))];
  const room = (high - low || 1) * 0.05;
  return [low - room, high + room];
}

/** At most eight powers of ten. */
function decades(low: number, high: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  const step = Math.max(1, Math.ceil((last - first) / 7));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 10 ** (first + i * step));
}

/** About five round numbers. */
function rounded(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

function renderAxes(across: Scale, up: Scale, x: Axis, y: Axis): string {
  const [left, right, top, bottom] = [margin.left, width - margin.right, margin.top, height - margin.bottom];
  const verticals = across.ticks.map((tick) => {
    const at = fixed(across.place(tick));
    return `<path d="M${at} ${bottom}v4" stroke="#222"/><text x="${at}" y="${bottom + 16}" text-anchor="middle">${label(tick, x)}</text>`;
  });
  const horizontals = up.ticks.map((tick) => {
    const at = fixed(up.place(tick));
    return `<path d="M${left} ${at}H${right}" stroke="#222" stroke-opacity="0.12"/><text x="${left - 6}" y="${at}" dy="4" text-anchor="end">${label(tick, y)}</text>`;
  });
  return [
    ...verticals,
    ...horizontals,
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="#222"/>`,
    `<text x="${(left + right) / 2}" y="${bottom + 34}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(13 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
  ].join('\n');
}

function label(tick: number, { isLogarithmic }: Axis): string {
  if (!isLogarithmic) return String(Number(tick.toPrecision(6)));
  const power = Math.round(Math.log10(tick));
  if (power >= -2 && power <= 3) return String(Number(tick.toPrecision(3)));
  return `10<tspan dy="-4" font-size="8">${power < 0 ? '−' : ''}${Math.abs(power)}</tspan>`;
}

function renderSeries({ points, color, style }: Series, across: Scale, up: Scale): string {
  const places = points
    .filter((point) => point.every(Number.isFinite))
    .map(([x, y]) => [fixed(across.place(x)), fixed(up.place(y))] as const);
  const dots = places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2.6"/>`).join('');
  const line = `<polyline points="${places.map(([x, y]) => `${x},${y}`).join(' ')}" fill="none" stroke="${color}" stroke-width="1.8"${style === 'dashed' ? ' stroke-dasharray="5 4"' : ''}/>`;
  const group = `<g fill="${color}" stroke="#fff" stroke-width="0.5">${dots}</g>`;
  if (style === 'dots') return group;
  return style === 'line_and_dots' ? `${line}${group}` : line;
}

function renderRegions({ values }: Regions): string {
  const [left, top] = [margin.left, margin.top];
  const cellWidth = (width - margin.right - left) / values[0]!.length;
  const cellHeight = (height - margin.bottom - top) / values.length;
  const cells = values.flatMap((row, i) => {
    const y = fixed(height - margin.bottom - (i + 1) * cellHeight);
    return runs(row.map((value) => Math.min(shades - 1, Math.floor(value * shades)))).map(
      ({ start, end, shade }) => {
        // A little wider than it is, so that no seam shows between two.
        const size = `width="${fixed((end - start) * cellWidth + 0.4)}" height="${fixed(cellHeight + 0.4)}"`;
        return `<rect x="${fixed(left + start * cellWidth)}" y="${y}" ${size} fill="${shadeOf(shade / (shades - 1))}"/>`;
      },
    );
  });
  return cells.join('');
}

function runs(row: readonly number[]): { start: number; end: number; shade: number }[] {
  const found: { start: number; end: number; shade: number }[] = [];
  row.forEach((shade, j) => {
    const last = found.at(-1);
    if (last?.shade === shade) last.end = j + 1;
    else found.push({ start: j, end: j + 1, shade });
  });
  return found;
}

/** From light blue over white to light orange. */
function shadeOf(value: number): string {
  const mix = (from: number, to: number, share: number) => Math.round(from + (to - from) * share);
  const [share, end] = value < 0.5 ? [1 - 2 * value, [140, 190, 225]] : [2 * value - 1, [245, 185, 140]];
  return `rgb(${end.map((channel) => mix(255, channel, share)).join(' ')})`;
}

function renderLegend({ name, color, style }: Series, i: number): string {
  const y = height + i * legendLine;
  const stroke = `stroke="${color}" stroke-width="1.8"${style === 'dashed' ? ' stroke-dasharray="5 4"' : ''}`;
  const line = style === 'dots' ? '' : `<path d="M${margin.left} ${y}h22" ${stroke}/>`;
  const dot = style.includes('dots')
    ? `<circle cx="${margin.left + 11}" cy="${y}" r="3" fill="${color}"/>`
    : '';
  return `${line}${dot}<text x="${margin.left + 30}" y="${y + 4}">${escaped(name)}</text>`;
}

const fixed = (value: number) => String(Number(value.toFixed(1)));

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
