import { roleOf } from '../../code/file-roles.ts';
import { enclosingName, isCommentLine } from './code-lines.ts';
import type { TextFile } from './tree-texts.ts';

/** A line that holds a text, or most of it. */
export interface MessagePlace {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly inside: string | null;
  /** The share of the text that stands there word for word, 0 to 1; the rest may be put in when it runs. */
  readonly share: number;
  readonly role: ReturnType<typeof roleOf>;
  /** The line is a comment: it does not say the text, it speaks of it. */
  readonly isComment: boolean;
}

const LEAST_SHARE = 0.4;
const MOST_PLACES = 200;

/** Finds where a message comes from: its text, or the longest runs of its words, as values are put between them. */
export class MessageSearch {
  readonly message: string;
  readonly #words: readonly string[];
  readonly #rare: readonly string[];
  readonly places: MessagePlace[] = [];

  constructor(message: string) {
    this.message = message;
    this.#words = plainWords(message);
    this.#rare = [...this.#words]
      .filter((word) => word.length > 3)
      .sort((a, b) => b.length - a.length)
      .slice(0, 4);
  }

  take(file: TextFile): void {
    const lower = file.text.toLowerCase();
    if (
      this.#words.length === 0 ||
      this.places.length >= MOST_PLACES ||
      !(this.#rare.length === 0 ? this.#words : this.#rare).some((word) => lower.includes(word))
    )
      return;
    for (const [index, line] of file.lines.entries()) {
      if (line.length > 2_000) continue;
      const share = this.#shareOf(line, file.lines[index + 1] ?? '');
      if (share < LEAST_SHARE) continue;
      this.places.push({
        path: file.path,
        line: index + 1,
        text: line.trim().slice(0, 200),
        inside: enclosingName(file.lines, index),
        share,
        role: roleOf(file.path),
        isComment: isCommentLine(line),
      });
    }
  }

  /** The best places: sources before tests, whole before part. */
  best(most: number): MessagePlace[] {
    const rank = { source: 0, tooling: 1, example: 2, test: 3 } as const;
    const sorted = [...this.places].sort(
      (a, b) =>
        Number(a.isComment) - Number(b.isComment) ||
        rank[a.role] - rank[b.role] ||
        proseRank(a.path) - proseRank(b.path) ||
        b.share - a.share ||
        (a.path < b.path ? -1 : 1) ||
        a.line - b.line,
    );
    const top = Math.max(0, ...sorted.map(({ share }) => share));
    return sorted.filter(({ share }) => share >= top * 0.75).slice(0, most);
  }

  /**
   * Words of the message in runs of at least two that stand in the line in their order; long strings go over two lines.
   */
  #shareOf(line: string, next: string): number {
    const own = plainWords(line);
    if (own.length === 0) return 0;
    const held = runs(this.#words, own);
    if (held === this.#words.length) return ` ${own.join(' ')} `.includes(` ${this.#words.join(' ')} `) ? 1 : 0.95;
    if (held === 0 || !/["'`]\s*[+\\]?$/.test(line)) return held / this.#words.length;
    return runs(this.#words, [...own, ...plainWords(next)]) / this.#words.length;
  }
}

function proseRank(path: string): number {
  return /\.(?:md|mdx|rst|txt|ya?ml|json)$/i.test(path) ? 1 : 0;
}

function plainWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/** How many of the first words stand in runs of two or more among the others; a single word counts when it is all. */
function runs(words: readonly string[], line: readonly string[]): number {
  if (words.length === 1) return line.includes(words[0] ?? '') ? 1 : 0;
  let held = 0;
  for (let at = 0; at < words.length; ) {
    let longest = 0;
    for (const [start, word] of line.entries()) {
      if (word !== words[at]) continue;
      let length = 1;
      while (at + length < words.length && line[start + length] === words[at + length]) length += 1;
      longest = Math.max(longest, length);
    }
    if (longest >= 2) held += longest;
    at += Math.max(1, longest);
  }
  return held;
}
