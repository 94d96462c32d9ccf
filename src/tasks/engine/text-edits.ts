/** A change of one stretch of a text. Offsets count UTF-16 units from its beginning. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Whether two stretches share a character, or begin at the same place. */
export function doOverlap(one: TextEdit, other: TextEdit): boolean {
  return (one.start < other.end && other.start < one.end) || one.start === other.start;
}

/** The text with edits made. They must not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let made = '';
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (edit.start < at) throw new RangeError('Edits overlap');
    made += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return made + text.slice(at);
}

/** The offset of each line's beginning, the first line's at index 0. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
