/** Where pyright said something. */
export interface PythonSpot {
  readonly file: string;
  /** The line's text, and the lines above it, the nearest last. */
  readonly line: string;
  readonly above: readonly string[];
  /** The line and those below it. */
  readonly below: readonly string[];
  /** Of the line. From 1, as the column. */
  readonly number: number;
  readonly column: number;
  readonly rule: string | null;
  readonly message: string;
}

const LINES_ABOVE = 40;
const LINES_BELOW = 40;

/** A line (from 1) and those below it, as far as evidence is looked for. */
export function linesFrom(lines: readonly string[], line: number): string[] {
  return lines.slice(line - 1, line - 1 + LINES_BELOW);
}

/** The lines that stand above a line (from 1), as far as evidence is looked for. */
export function linesAbove(lines: readonly string[], line: number): string[] {
  return lines.slice(Math.max(0, line - 1 - LINES_ABOVE), Math.max(0, line - 1));
}
