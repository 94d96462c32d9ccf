import type { TextItem } from './pdf.ts';

/** A run of text on a page, in points from the page's upper left corner, as the page is shown. */
export interface TextRun {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /** Where its letters stand. */
  readonly baseline: number;
  /** Height of its letters. */
  readonly size: number;
  readonly font: string;
  /** Quarter turns clockwise; its places are those it has once the page is turned back. */
  readonly turned: 0 | 1 | 2 | 3;
}

/** The text of one page. */
export interface PdfPage {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly runs: readonly TextRun[];
  /** Letters left out as nobody can see them. */
  readonly hidden: number;
}

/** Letters below this many points are not read by people. */
const SMALLEST = 2;
/** How far outside of the page text may stand, as producers crop pages after they set them. */
const MARGIN = 12;

type Matrix = readonly [number, number, number, number, number, number];

function matrix(values: readonly number[]): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = values;
  return [a, b, c, d, e, f];
}

/** Applies `inner`, then `outer`. */
function times(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

/** Puts one run of pdf.js on the page; null when nobody can see it. */
export function toRun(
  item: TextItem,
  viewport: { readonly width: number; readonly height: number; readonly transform: readonly number[] },
): TextRun | null {
  const [a, b, c, d, x, y] = times(matrix(viewport.transform), matrix(item.transform));
  const size = Math.hypot(c, d);
  if (!Number.isFinite(size + x + y + item.width) || size < SMALLEST) return null;
  const inside = x > -MARGIN && y > -MARGIN && x < viewport.width + MARGIN && y < viewport.height + MARGIN;
  if (!inside) return null;
  const turned = quarterTurns(Math.atan2(b, a));
  const [left, baseline] = turnedBack(turned, x, y, viewport);
  return { text: item.str, left, right: left + item.width, baseline, size, font: item.fontName, turned };
}

function quarterTurns(angle: number): 0 | 1 | 2 | 3 {
  const turns = (Math.round(angle / (Math.PI / 2)) + 4) % 4;
  return turns === 1 ? 1 : turns === 2 ? 2 : turns === 3 ? 3 : 0;
}

function turnedBack(
  turned: TextRun['turned'],
  x: number,
  y: number,
  { width, height }: { readonly width: number; readonly height: number },
): [number, number] {
  if (turned === 1) return [y, width - x];
  if (turned === 2) return [width - x, height - y];
  if (turned === 3) return [height - y, x];
  return [x, y];
}
