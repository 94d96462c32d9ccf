import { extensionOf } from '../../code/languages.ts';
import { code, fence } from '../../code/markdown/markdown.ts';
import { sourceLinks } from '../../code/markdown/source-links.ts';
import type { Place, TaskBrief } from './task-engine.ts';

/** How sure an answer is, by its evidence. */
export type Confidence = 'high' | 'medium' | 'low' | 'none';

/** A place that an answer names, and what is there. */
export interface NamedPlace extends Place {
  readonly what: string;
}

/** Writes down places as links into the repository at its commit, and remembers them. */
export class PlaceWriter {
  readonly places: NamedPlace[] = [];
  readonly #links: ReturnType<typeof sourceLinks>;

  constructor({ repository, commit }: Pick<TaskBrief, 'repository' | 'commit'>) {
    this.#links = sourceLinks({ url: repository.url, commit });
  }

  /** A link with the place as its text: `src/a.ts:3-9`. */
  at(what: string, path: string, line: number, endLine: number = line): string {
    this.places.push({ path, line, ...(endLine > line && { endLine }), what });
    return this.#links.lines('', path, line, endLine, path);
  }
}

const FENCED: Readonly<Record<string, string>> = {
  py: 'python',
  pyi: 'python',
  mjs: 'js',
  cjs: 'js',
  mts: 'ts',
  cts: 'ts',
  rs: 'rust',
  rb: 'ruby',
  h: 'c',
  hpp: 'cpp',
  cc: 'cpp',
  cs: 'csharp',
  yml: 'yaml',
};

/** Lines of a file as a block of code, without the indentation they share. */
export function quoted(path: string, text: string): string {
  const lines = text.replaceAll('\t', '    ').split('\n');
  const filled = lines.filter((line) => line.trim() !== '');
  const shared = Math.min(...filled.map((line) => line.length - line.trimStart().length), 80);
  const extension = extensionOf(path);
  return fence(
    lines.map((line) => line.slice(shared)).join('\n'),
    (Object.hasOwn(FENCED, extension) ? FENCED[extension] : undefined) ?? extension,
  );
}

/** Names one after the other: `a`, `b` and `c`. */
export function listed(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).map(code);
  if (names.length > most) return `${shown.join(', ')} and ${names.length - most} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
