import MiniSearch from 'minisearch';
import { type FileRole, roleOf } from '../../code/file-roles.ts';
import type { SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { termOf, wordsIn } from './search-words.ts';
import type { TextFile } from './tree-texts.ts';

/** A part of a file that speaks of what is searched for. */
export interface Passage {
  readonly path: string;
  /** The part: a function, a section, or some lines. */
  readonly line: number;
  readonly endLine: number;
  /** What it is called; null for lines without a name. */
  readonly title: string | null;
  /** The lines of it that hold most of what is searched for. */
  readonly best: { readonly line: number; readonly endLine: number; readonly text: string };
  /** Terms of the question that it holds. */
  readonly found: readonly string[];
  readonly score: number;
  readonly role: FileRole;
  /** What the author says of it, on one line; empty for nothing. */
  readonly summary: string;
}

interface Part {
  readonly id: number;
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  readonly title: string;
  readonly summary: string;
  readonly doc: string;
  readonly text: string;
}

const WINDOW = 40;
const LARGE_PART = 80;
const SHOWN_LINES = 12;
const MOST_PARTS = 20_000;
const MOST_CHARACTERS = 32 * 1024 * 1024;
const WEIGHT: Readonly<Record<FileRole, number>> = { source: 1, tooling: 0.6, example: 0.55, test: 0.4 };

/** Gathers the parts of texts that hold a term of a question, then ranks them by BM25. One question each. */
export class PassageSearch {
  readonly #terms: readonly string[];
  readonly #parts: Part[] = [];
  #characters = 0;

  constructor(terms: readonly string[]) {
    this.#terms = terms;
  }

  /** Takes the parts of a file that hold a term. */
  take(file: TextFile, parsed: ParsedFile | undefined): void {
    if (
      this.#terms.length === 0 ||
      (!holdsAny(file.text.toLowerCase(), this.#terms) && !holdsAny(file.path.toLowerCase(), this.#terms))
    )
      return;
    for (const [line, endLine, title, symbol] of partsOf(file, parsed)) {
      const text = file.lines.slice(line - 1, endLine).join('\n');
      if (this.#parts.length >= MOST_PARTS || this.#characters > MOST_CHARACTERS) return;
      if (!holdsAny(`${title} ${file.path} ${text}`.toLowerCase(), this.#terms)) continue;
      this.#characters += text.length;
      const summary = symbol?.doc?.summary.replace(/\s+/g, ' ') ?? '';
      this.#parts.push({
        id: this.#parts.length,
        path: file.path,
        line,
        endLine,
        title,
        summary,
        doc: symbol?.doc?.description ?? '',
        text,
      });
    }
  }

  /** The best parts, and how much of the question the best of them holds: 0 to 1, rare terms counting more. */
  best(most: number): { readonly passages: Passage[]; readonly coverage: number } {
    const index = new MiniSearch<Part>({
      fields: ['title', 'doc', 'path', 'text'],
      tokenize: wordsIn,
      processTerm: (word) => termOf(word),
      searchOptions: { boost: { title: 4, doc: 2, path: 1.5 }, combineWith: 'OR' },
    });
    index.addAll(this.#parts);
    const results = index.search(this.#terms.join(' '), {
      tokenize: (text) => text.split(' '),
      processTerm: (term) => term,
      prefix: (term) => term.length >= 5,
    });
    const weights = this.#weights(results.map(({ queryTerms }) => queryTerms));
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    const passages = results.slice(0, 400).flatMap((result): Passage[] => {
      const part = this.#parts[Number(result.id)];
      if (part === undefined) return [];
      const found = [...new Set(result.queryTerms)];
      const share = found.reduce((sum, term) => sum + (weights.get(term) ?? 0), 0) / Math.max(total, 1e-9);
      const role = roleOf(part.path);
      const score = result.score * share * share * WEIGHT[role] * proseWeight(part.path);
      const { path, line, endLine, summary } = part;
      return [
        {
          path,
          line,
          endLine,
          title: part.title || null,
          best: bestLines(part, this.#terms),
          found,
          score,
          role,
          summary,
        },
      ];
    });
    passages.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1) || a.line - b.line);
    const [first] = passages;
    const held = (first?.found ?? []).reduce((sum, term) => sum + (weights.get(term) ?? 0), 0);
    return { passages: spread(passages, most), coverage: total === 0 ? 0 : held / total };
  }

  /** How telling each term is: the rarer, the more. */
  #weights(found: readonly (readonly string[])[]): Map<string, number> {
    const counts = new Map(this.#terms.map((term) => [term, 0]));
    for (const terms of found) for (const term of new Set(terms)) counts.set(term, (counts.get(term) ?? 0) + 1);
    return new Map([...counts].map(([term, count]) => [term, Math.log(1 + (this.#parts.length + 1) / (count + 1))]));
  }
}

/** Not more than two of a file, so that other places are seen too. */
function spread(passages: readonly Passage[], most: number): Passage[] {
  const counts = new Map<string, number>();
  const least = (passages[0]?.score ?? 0) * 0.25;
  return passages
    .filter(({ path, score }) => {
      const count = counts.get(path) ?? 0;
      counts.set(path, count + 1);
      return count < 2 && score >= least;
    })
    .slice(0, most);
}

/** Old news tells of everything. */
function proseWeight(path: string): number {
  if (
    /(?:^|\/)(?:changelog|changes|history|news|releases?|upgrading|migration)[^/]*$/i.test(path) ||
    /(?:^|\/)\.?change(?:set|log)s?\//i.test(path)
  )
    return 0.25;
  return /\.(?:md|mdx|rst|txt)$/i.test(path) ? 0.8 : 1;
}

function holdsAny(text: string, terms: readonly string[]): boolean {
  return terms.some((term) => text.includes(term));
}

type Range = readonly [line: number, endLine: number, title: string, symbol: SourceSymbol | null];

function partsOf(file: TextFile, parsed: ParsedFile | undefined): Range[] {
  const named = parsed === undefined ? sectionsOf(file) : symbolParts(parsed.symbols, '');
  return [...named, ...between(named, file.lines.length)].sort((a, b) => a[0] - b[0]);
}

function symbolParts(symbols: readonly SourceSymbol[], prefix: string): Range[] {
  return symbols.flatMap((symbol): Range[] => {
    const title = prefix === '' ? symbol.name : `${prefix}.${symbol.name}`;
    const inner = symbol.members.filter((member) => member.endLine > member.line);
    if (symbol.endLine - symbol.line < LARGE_PART || inner.length === 0)
      return [[symbol.line, symbol.endLine, title, symbol]];
    const first = Math.min(...inner.map(({ line }) => line));
    const head: Range[] = first > symbol.line ? [[symbol.line, first - 1, title, symbol]] : [];
    return [...head, ...symbolParts(inner, title)];
  });
}

/** The sections of Markdown and reStructuredText by their headings. */
function sectionsOf({ path, lines }: TextFile): Range[] {
  const isMarkdown = /\.mdx?$/i.test(path);
  if (!isMarkdown && !/\.rst$/i.test(path)) return [];
  const starts: { line: number; title: string }[] = [];
  let isFenced = false;
  for (const [index, line] of lines.entries()) {
    if (isMarkdown && /^\s*(?:```|~~~)/.test(line)) isFenced = !isFenced;
    if (isFenced) continue;
    const heading = isMarkdown ? /^#{1,6}\s+(.+?)\s*#*$/.exec(line)?.[1] : undefined;
    if (heading !== undefined) starts.push({ line: index + 1, title: heading });
    else if (!isMarkdown && /^([=\-~^"'#*+])\1{2,}\s*$/.test(line) && (lines[index - 1] ?? '').trim() !== '')
      starts.push({ line: index, title: (lines[index - 1] ?? '').trim() });
  }
  return starts.map(
    ({ line, title }, at): Range => [
      line,
      Math.min((starts[at + 1]?.line ?? lines.length + 1) - 1, line + 3 * WINDOW),
      title,
      null,
    ],
  );
}

/** What no name covers, cut into windows. */
function between(named: readonly Range[], last: number): Range[] {
  const taken = [...named].sort((a, b) => a[0] - b[0]);
  const found: Range[] = [];
  let at = 1;
  for (const [line, endLine] of [...taken, [last + 1, last + 1]] as const) {
    for (; at < line; at += WINDOW) found.push([at, Math.min(line - 1, at + WINDOW - 1), '', null]);
    at = Math.max(at, endLine + 1);
  }
  return found;
}

/** The run of lines that holds the most different terms; the first of equals. */
function bestLines({ line, text }: Part, terms: readonly string[]): Passage['best'] {
  const lines = text.split('\n');
  const held = lines.map((one) => {
    const lower = one.toLowerCase();
    return terms.filter((term) => lower.includes(term));
  });
  let start = 0;
  let most = -1;
  for (let at = 0; at <= Math.max(0, lines.length - SHOWN_LINES); at += 1) {
    const inside = held.slice(at, at + SHOWN_LINES);
    // What begins with a hit reads better than what ends with one.
    const count = new Set(inside.flat()).size + (held[at]?.length ?? 0) * 0.1;
    if (count > most) [start, most] = [at, count];
  }
  const shown = lines.slice(start, start + SHOWN_LINES);
  while (shown.length > 1 && shown.at(-1)?.trim() === '') shown.pop();
  return { line: line + start, endLine: line + start + shown.length - 1, text: shown.join('\n') };
}
