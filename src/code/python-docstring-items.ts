/** One entry of a docstring's section: its first line, the indented lines below it, and both together. */
export interface PlacedItem {
  readonly head: string;
  readonly body: string;
  readonly text: string;
  readonly line: number;
}

/** Blanks before the first other character. */
export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/**
 * Entries that begin at `indent`, up to the line that `ends` the section. `first` is the line number of `lines[0]`;
 * `next` is the index of the line after the section.
 */
export function readItems(
  lines: readonly string[],
  from: number,
  indent: number,
  first: number,
  ends: (at: number) => boolean,
): { items: PlacedItem[]; next: number } {
  const items: { head: string; body: string[]; line: number }[] = [];
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const last = items.at(-1);
    if (line === '') {
      if (last !== undefined) last.body.push('');
      continue;
    }
    if (ends(at)) break;
    if (last === undefined || indentOf(line) === indent) items.push({ head: line.trim(), body: [], line: first + at });
    else last.body.push(line.trim());
  }
  return { items: items.map(({ head, body, line }) => placed(head, body, line)), next: at };
}

function placed(head: string, body: readonly string[], line: number): PlacedItem {
  const below = body.join('\n').trim();
  return { head, body: below, text: below === '' ? head : `${head}\n${below}`, line };
}

const TYPE_WORD = String.raw`[~:\w.${'`'}]+(?:\[.*\])?(?:\(.*\))?`;
const TYPE = new RegExp(String.raw`^(${TYPE_WORD}(?:(?:\s*\|\s*|\s+or\s+|\s+of\s+|,\s*)${TYPE_WORD})*):\s+([\s\S]+)$`);

/** `type: text` of a Google section, told from a sentence with a colon in it by the words before the colon. */
export function typeAndText(written: string): { type: string | null; text: string } {
  const match = TYPE.exec(written);
  const type = match?.[1] ?? '';
  if (match === null || /^(?:note|example|warning|e\.g|i\.e|https?)$/i.test(type)) return { type: null, text: written };
  return { type, text: match[2] ?? '' };
}
