/** The lines below a head that stand deeper than it. */
export function blockBelow(lines: readonly string[], at: number): string[] {
  const indent = indentOf(lines[at] ?? '');
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((one) => one.trim() !== '' && indentOf(one) <= indent && !/^\s*[)\]}#]/.test(one));
  return rest.slice(0, end < 0 ? rest.length : end);
}

/** The lines of the innermost class around a line (from 0); none where there is none. */
export function classAround(lines: readonly string[], at: number): string[] {
  for (let head = headAbove(lines, at); head >= 0; head = headAbove(lines, head)) {
    if (/^\s*class\b/.test(lines[head] ?? '')) return blockBelow(lines, head);
  }
  return [];
}

/** Where the innermost class or function around a line (from 0) begins; -1 outside of one. */
export function headAbove(lines: readonly string[], at: number): number {
  let indent = indentOf(lines[at] ?? '');
  for (let above = at - 1; above >= 0 && indent > 0; above -= 1) {
    const text = lines[above] ?? '';
    if (text.trim() === '' || /^\s*[)\]}#]/.test(text) || indentOf(text) >= indent) continue;
    if (/^\s*(?:class|(?:async\s+)?def)\b/.test(text)) return above;
    indent = indentOf(text);
  }
  return -1;
}

/** How many characters a line is indented by. */
export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
