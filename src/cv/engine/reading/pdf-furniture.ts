import type { PdfPage, TextRun } from './pdf-runs.ts';

/** Part of a page's height, above and below, in which running headers and footers stand. */
const EDGE = 0.09;
const PAGE_NUMBER =
  /^(?:[-–—|]\s*)?(?:(?:page|seite|página|pagina|pág\.?|p\.)\s*)?\d{1,3}(?:\s*(?:of|von|de|sur|\/|\|)\s*\d{1,3})?(?:\s*[-–—|])?$/i;

/** Leaves out page numbers, and running headers and footers but for the first of each. */
export function dropFurniture(pages: readonly PdfPage[]): PdfPage[] {
  const seen = new Map<string, number[]>();
  const edges = pages.map((page) => edgeRows(page));
  for (const [at, rows] of edges.entries()) {
    for (const { key } of rows) seen.set(key, [...(seen.get(key) ?? []), at]);
  }
  return pages.map((page, at) => {
    const dropped = new Set<TextRun>();
    for (const { key, text, runs, isLowest } of edges[at] ?? []) {
      const on = seen.get(key) ?? [];
      const repeats = new Set(on).size >= 2 && on.length >= pages.length / 2;
      const number = PAGE_NUMBER.test(text) && (isLowest || repeats || pages.length > 1);
      if (number || (repeats && on[0] !== at)) for (const run of runs) dropped.add(run);
    }
    return dropped.size === 0 ? page : { ...page, runs: page.runs.filter((run) => !dropped.has(run)) };
  });
}

interface EdgeRow {
  /** Same on pages that repeat it, whatever number stands in it. */
  readonly key: string;
  readonly text: string;
  readonly runs: readonly TextRun[];
  readonly isLowest: boolean;
}

function edgeRows({ runs, height }: PdfPage): EdgeRow[] {
  const upright = runs.filter(({ turned }) => turned === 0);
  const lowest = upright.reduce((most, { baseline }) => Math.max(most, baseline), 0);
  const rows = new Map<number, TextRun[]>();
  for (const run of upright) {
    if (run.baseline > height * EDGE && run.baseline < height * (1 - EDGE)) continue;
    const at = Math.round(run.baseline / 2);
    rows.set(at, [...(rows.get(at) ?? []), run]);
    // A page full of runs at its edge is no header.
    if (rows.size > 40) return [];
  }
  return [...rows].map(([at, some]) => {
    const text = some
      .toSorted((one, other) => one.left - other.left)
      .map((run) => run.text.trim())
      .join(' ');
    return {
      key: `${at}|${text.replace(/\d+/g, '0')}`,
      text,
      runs: some,
      isLowest: some.some(({ baseline }) => baseline >= lowest - 1),
    };
  });
}
