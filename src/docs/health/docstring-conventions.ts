import { extname } from 'node:path';
import type { SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import type { Callable } from './callables.ts';
import { Conventions } from './conventions.ts';
import { omission, plainName } from './docstring-inventions.ts';
import type { ParameterReading } from './docstring-parameters.ts';
import type { Fault } from './rules.ts';

/** Languages that are documented in one way. */
const FAMILIES: Readonly<Record<string, string>> = {
  '.py': 'python',
  '.pyi': 'python',
  '.js': 'script',
  '.jsx': 'script',
  '.mjs': 'script',
  '.cjs': 'script',
  '.ts': 'script',
  '.tsx': 'script',
  '.mts': 'script',
  '.cts': 'script',
};

/** Which way of writing comments one belongs to: its language and its style. */
export function dialectOf({ file, doc }: Pick<Callable, 'file' | 'doc'>): string {
  const ending = extname(file.path);
  return `${FAMILIES[ending] ?? ending} ${doc.style}`;
}

/** What a convention is counted under: all of the repository, every folder around a file, and the file. */
export function scopesAround(key: string, path: string): string[] {
  const found = [key];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
    found.push(`${key} ${path.slice(0, slash)}/`);
  return [...found, `${key} ${path}`];
}

/** A name that is left out so often is never told of. */
const NEVER_TOLD = 3;
/** So many inventions of one dialect in one of so many comments are more than slips. */
const FEW_INVENTIONS = 3;
const MOST_INVENTIONS = 0.1;

/**
 * What comments leave out and invent, where the repository shows that they are to tell of every parameter: four of five
 * comments of that dialect do, all over the repository and in every folder around that has enough; a parameter that
 * most comments leave out is left out on purpose, and so are several of a comment that tells only of a few.
 */
export function parameterFaults(readings: readonly ParameterReading[], files: readonly ParsedFile[]): Fault[] {
  const overrides = new TakenNames(files);
  const complete = new Conventions();
  const told = new Conventions();
  const inventions = new Map<string, { count: number; of: number }>();
  for (const { callable, taken, omitted, invented } of readings) {
    const dialect = dialectOf(callable);
    // One that takes one parameter and tells of it shows nothing.
    if (taken.length > 1) complete.note(scopesAround(dialect, callable.file.path), omitted.length === 0);
    for (const name of taken) told.note([`${dialect} ${name}`], !omitted.includes(name));
    const { count, of } = inventions.get(dialect) ?? { count: 0, of: 0 };
    inventions.set(dialect, { count: count + (invented.length > 0 ? 1 : 0), of: of + 1 });
  }
  return readings.flatMap(({ callable, omitted, invented }) => {
    const dialect = dialectOf(callable);
    const { count = 0, of = 0 } = inventions.get(dialect) ?? {};
    const tellsMost = omitted.length === 1 || omitted.length * 2 <= callable.doc.params.length;
    const speaks = tellsMost && complete.holds(scopesAround(dialect, callable.file.path));
    return [
      ...(count > FEW_INVENTIONS && count > of * MOST_INVENTIONS
        ? []
        : invented.filter((one) => !overrides.has(callable, one.subject))),
      ...omitted
        .filter((name) => speaks && !told.isLeftOut(`${dialect} ${name}`, NEVER_TOLD))
        .map((name) => omission(callable, name)),
    ];
  });
}

/** What methods of one name take in any class: a comment may tell of what another one takes that overrides it. */
class TakenNames {
  readonly #files: readonly ParsedFile[];
  #taken: Set<string> | null = null;

  constructor(files: readonly ParsedFile[]) {
    this.#files = files;
  }

  /** `subject` is the name of a method with its class before it and a parameter behind it. */
  has({ symbol }: Callable, subject: string): boolean {
    if (symbol.kind !== 'method') return false;
    // Put together when it is first asked for: most trees have no comment that asks.
    this.#taken ??= takenIn(this.#files);
    return this.#taken.has(`${symbol.name}${subject.slice(subject.lastIndexOf('('))}`);
  }
}

function takenIn(files: readonly ParsedFile[]): Set<string> {
  const taken = new Set<string>();
  const add = ({ members }: SourceSymbol): void => {
    for (const member of members) {
      if (member.kind === 'method')
        for (const { name } of member.parameters) taken.add(`${member.name}(${plainName(name)})`);
      add(member);
    }
  };
  for (const { symbols } of files) for (const symbol of symbols) add(symbol);
  return taken;
}
