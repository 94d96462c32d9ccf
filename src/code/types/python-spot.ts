/** Where pyright said something. */
export interface PythonSpot {
  readonly file: string;
  /** The line's text, and the lines above it, the nearest last. */
  readonly line: string;
  readonly above: readonly string[];
  /** The line and those below it. */
  readonly below: readonly string[];
  /** From 1. */
  readonly column: number;
  readonly rule: string | null;
  readonly message: string;
}
