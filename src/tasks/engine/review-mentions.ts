import { roleOf } from '../../code/file-roles.ts';
import { parsedLanguageOf } from '../../code/languages.ts';
import type { SourceFile } from '../../code/source-file.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import { textsOfTree } from './tree-texts.ts';

/** Names to look for in a tree, and where not. Plain data. */
export interface MentionsQuestion {
  readonly root: string;
  readonly files: readonly SourceFile[];
  readonly names: readonly string[];
}

/** Where a name stands as a word. */
export interface Mentions {
  readonly name: string;
  /** How many test files and documents speak of it. */
  readonly tests: number;
  readonly documents: number;
  /** Places in sources, a few. */
  readonly sources: readonly { readonly path: string; readonly line: number }[];
}

/** This module as a task for a thread. */
export const FIND_MENTIONS: ThreadTask<MentionsQuestion, Mentions[]> = { module: new URL(import.meta.url) };

const MOST_PLACES = 5;

/** Thread entry: reads every text of a tree once and tells which speak of the names. */
export default function findMentions({ root, files, names }: MentionsQuestion): Mentions[] {
  const found = new Map(
    names.map((name) => [name, { name, tests: 0, documents: 0, sources: [] as { path: string; line: number }[] }]),
  );
  for (const { path, text, lines } of textsOfTree(root, files)) {
    const words = new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []);
    const isDocument = /\.(?:md|mdx|markdown|rst|adoc|txt)$/i.test(path);
    const role = roleOf(path);
    for (const one of found.values()) {
      if (!words.has(one.name)) continue;
      if (isDocument) one.documents += 1;
      else if (role === 'test') one.tests += 1;
      else if (one.sources.length < MOST_PLACES && role === 'source' && parsedLanguageOf(path) !== null)
        one.sources.push(...placesIn(path, lines, one.name));
    }
  }
  return [...found.values()].map((one) => ({ ...one, sources: one.sources.slice(0, MOST_PLACES) }));
}

/** Lines of code with the name in it: texts and remarks only speak of it. */
function placesIn(path: string, lines: readonly string[], name: string): { path: string; line: number }[] {
  const word = new RegExp(`(?<![\\w$])${name.replace(/\$/g, '\\$')}(?![\\w$])`);
  const remark = /\.(?:pyi?|rb)$/.test(path) ? /#.*$/ : /\/\/.*$|^\s*\*.*$/;
  const isUse = (line: string) => word.test(line.replace(/(["'`])(?:\\.|(?!\1).)*\1/g, '""').replace(remark, ''));
  return lines.flatMap((line, at) => (isUse(line) ? [{ path, line: at + 1 }] : [])).slice(0, MOST_PLACES);
}
