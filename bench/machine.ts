import { cpus, totalmem } from 'node:os';

/** One line about where the figures come from. */
export function describeMachine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${first?.model.trim() ?? 'processor'}, ${memory} GB, Node ${process.versions.node}, ${process.platform}`;
}

/** The middle of some figures. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The middle of some figures, and as text with the least and the most of them. */
export function spread(values: readonly number[], digits: number): { readonly median: number; readonly text: string } {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
  return { median: middle, text: `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})` };
}
