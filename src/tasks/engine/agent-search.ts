import type { SourceFile } from '../../code/source-file.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import { textsOfTree } from './tree-texts.ts';

/** What is looked for in the files of a folder. */
export interface Search {
  readonly root: string;
  readonly files: readonly SourceFile[];
  readonly text: string;
  /** A regular expression; else the text as it is, whatever its case. */
  readonly isPattern: boolean;
  /** Most lines that are given. */
  readonly most: number;
}

/** Lines that have it. `total` counts those that are not given, too. */
export interface SearchHits {
  readonly lines: readonly { readonly path: string; readonly line: number; readonly text: string }[];
  readonly total: number;
  readonly files: number;
  /** Why there can be none; null when it could be looked for. */
  readonly problem: string | null;
}

/** A model chooses the expression, and some take for ever: whoever runs it sets a limit of time. */
export const SEARCH_FILES: ThreadTask<Search, SearchHits> = { module: new URL(import.meta.url) };

const LONGEST_LINE = 200;
/** Lines of one file that are given before the other files have had their turn. */
const MOST_IN_FILE = 8;

/** Thread entry. */
export default function searchFiles({ root, files, text, isPattern, most }: Search): SearchHits {
  const pattern = patternOf(text, isPattern);
  if (typeof pattern === 'string') return { lines: [], total: 0, files: 0, problem: pattern };
  const first: SearchHits['lines'][number][] = [];
  const more: SearchHits['lines'][number][] = [];
  let total = 0;
  let hit = 0;
  for (const { path, lines } of textsOfTree(root, files)) {
    let here = 0;
    for (const [index, line] of lines.entries()) {
      const at = line.search(pattern);
      if (at < 0) continue;
      total += 1;
      here += 1;
      const kept = here <= MOST_IN_FILE ? first : more;
      if (kept.length < most) kept.push({ path, line: index + 1, text: excerpt(line, at) });
    }
    if (here > 0) hit += 1;
  }
  const lines = [...first, ...more].slice(0, most);
  return {
    lines: lines.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1)),
    total,
    files: hit,
    problem: null,
  };
}

function patternOf(text: string, isPattern: boolean): RegExp | string {
  try {
    return isPattern ? new RegExp(text, 'm') : new RegExp(RegExp.escape(text), 'i');
  } catch (error) {
    return error instanceof Error ? error.message : 'That is no regular expression';
  }
}

/** The part of a line around what was found. */
function excerpt(line: string, at: number): string {
  const start = line.length <= LONGEST_LINE ? 0 : Math.max(0, at - LONGEST_LINE / 4);
  const part = line
    .slice(start, start + LONGEST_LINE)
    .toWellFormed()
    .trimEnd();
  return `${start > 0 ? '…' : ''}${part}${start + LONGEST_LINE < line.length ? '…' : ''}`;
}
