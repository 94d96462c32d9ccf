/** Text as a code span on one line, whatever backticks it holds. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  const longest = longestRun(line);
  if (longest === 0) return `\`${line}\``;
  const ticks = '`'.repeat(longest + 1);
  return `${ticks} ${line} ${ticks}`;
}

/** Text as a fenced code block, whatever fences it holds. */
export function fence(text: string, language: string): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${ticks}${language}\n${text
    .replace(/\r/g, '')
    .replace(/[ \t]+$/gm, '')
    .trimEnd()}\n${ticks}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}

/** Plain text on one line with everything escaped that Markdown or HTML would read as markup. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/^(#{1,6}|[>+-])(?=\s|$)/, '\\$1')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/**
 * Finished inline Markdown as the content of a table cell: one line, pipes escaped (in code spans too, as GFM asks).
 */
export function cell(markdown: string): string {
  return markdown.replace(/\s+/g, ' ').trim().replace(/\\?\|/g, '\\|');
}

/** A table, or nothing when there are no rows. Cells are inline Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** The same without the columns in which no row says anything; the first one always stays. */
export function filledTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = head.map((_, column) => column === 0 || rows.some((row) => row[column] !== ''));
  const of = (row: readonly string[]): string[] => row.filter((_, column) => kept[column] === true);
  return table(of(head), rows.map(of));
}

/** Blocks with a blank line between them and a newline at the end; empty ones are left out. */
export function page(blocks: readonly string[]): string {
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** The number with the right form of its noun: "1 file", "2 files", "3 entries". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** 12345 as 12,345, the same in every locale. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A path or name as the target of a relative link. */
export function linkTarget(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/[()'!*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`))
    .join('/');
}

/** Ids for anchors: readable, and each given only once. */
export class Anchors {
  readonly #taken = new Set<string>();

  /** A free id made from the text. */
  make(text: string): string {
    const base =
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, '-')
        .replace(/^-|-$/g, '') || 'symbol';
    let id = base;
    for (let number = 2; this.#taken.has(id); number += 1) id = `${base}-${number}`;
    this.#taken.add(id);
    return id;
  }
}
