import { declarationPattern, enclosingName, isCommentLine, wordPattern } from './code-lines.ts';
import type { CodeNames, PlacedSymbol } from './code-names.ts';
import type { NameUse, UseReader } from './code-uses.ts';
import type { TextFile } from './tree-texts.ts';

/** Where a name is defined. */
export interface Definition {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  /** As the name is told from others: `Context.invoke`. */
  readonly title: string;
  /** What its parser read; null where only its line was recognised, as for private names. */
  readonly symbol: PlacedSymbol['symbol'] | null;
  /** Its first lines. */
  readonly text: string;
}

/** What the tree tells of one name. */
export interface NameEvidence {
  /** As the question has it. */
  readonly asked: string;
  readonly name: string;
  readonly definitions: readonly Definition[];
  /** Of all of them, the first that are shown. */
  readonly definitionCount: number;
  readonly uses: readonly NameUse[];
  /** Lines that have the name, whatever they do with it. */
  readonly mentions: number;
  readonly mentionPlaces: readonly { readonly path: string; readonly line: number; readonly text: string }[];
  /** Names that look like it, where it is not there itself. */
  readonly nearest: readonly string[];
}

/** A name that is asked for, as the question has it and as the tree writes it. */
export interface AskedName {
  readonly asked: string;
  readonly name: string;
}

const MOST_DEFINITIONS = 8;
const MOST_USES = 2_000;
const SHOWN_LINES = 120;

/** Gathers what texts tell of one name. */
export class NameSearch {
  readonly #asked: AskedName;
  readonly #name: string;
  readonly #names: CodeNames;
  readonly #symbols: readonly PlacedSymbol[];
  readonly #place: Parameters<UseReader['useIn']>[2];
  readonly #reader: UseReader;
  readonly #declared: { file: string; line: number; title: string }[] = [];
  readonly #uses: NameUse[] = [];
  readonly #mentioned: { path: string; line: number; text: string }[] = [];
  #mentions = 0;

  constructor(asked: AskedName, names: CodeNames, reader: UseReader) {
    this.#asked = asked;
    this.#names = names;
    this.#reader = reader;
    this.#name = asked.name.split('.').at(-1) ?? asked.name;
    const found = names.find(asked.name);
    this.#symbols = found.length > 0 ? found : names.find(this.#name);
    const isMember = this.#symbols.every(({ within }) => within.length > 0);
    this.#place = {
      name: this.#name,
      definedIn: new Set(this.#symbols.map(({ path }) => path)),
      owners: isMember ? this.#symbols.flatMap(({ within }) => within.at(-1) ?? []) : [],
    };
  }

  take(file: TextFile, isParsed: boolean): void {
    if (!file.text.includes(this.#name)) return;
    const word = wordPattern([this.#name]);
    const declares = declarationPattern(file.path, [this.#name]);
    for (const [index, line] of file.lines.entries()) {
      if (!line.includes(this.#name) || line.search(word) < 0) continue;
      this.#mentions += 1;
      if (this.#mentioned.length < 10 && !isCommentLine(line))
        this.#mentioned.push({ path: file.path, line: index + 1, text: line.trim().slice(0, 200) });
      if (!isParsed || this.#uses.length >= MOST_USES) continue;
      if (declares?.test(line) === true && !isCommentLine(line)) {
        const within = receiverIn(line) ?? enclosingName(file.lines, index);
        this.#declared.push({
          file: file.path,
          line: index + 1,
          title: within === null ? this.#name : `${within}.${this.#name}`,
        });
        continue;
      }
      const use = this.#reader.useIn(file, index, this.#place);
      if (use !== null) this.#uses.push(use);
    }
  }

  evidence(read: (path: string) => TextFile | null): NameEvidence {
    const definitions = this.#symbols.length > 0 ? this.#parsedDefinitions(read) : this.#lexicalDefinitions(read);
    const covered = (path: string, line: number): boolean =>
      definitions.some((one) => one.path === path && line >= one.line && line <= one.line + 1 && one.symbol !== null);
    const places = new Set(
      definitions.filter(({ symbol }) => symbol === null).flatMap(({ path }) => [path, ...folderSeeing(path)]),
    );
    const uses = this.#uses
      .filter(({ path, line }) => !covered(path, line))
      // What is private to a file is used in it.
      .map((use) =>
        places.has(use.path) || folderSeeing(use.path).some((one) => places.has(one))
          ? { ...use, isResolved: true }
          : use,
      );
    return {
      asked: this.#asked.asked,
      name: this.#asked.name,
      definitions: definitions.slice(0, MOST_DEFINITIONS),
      definitionCount: definitions.length,
      uses,
      mentions: this.#mentions,
      mentionPlaces: this.#mentioned,
      nearest: this.#mentions === 0 ? this.#names.nearest(this.#name, 5) : [],
    };
  }

  #parsedDefinitions(read: (path: string) => TextFile | null): Definition[] {
    return this.#symbols.map(({ path, symbol, within }, at) => ({
      path,
      line: symbol.line,
      endLine: symbol.endLine,
      title: [...within, symbol.name].join('.'),
      symbol: { ...symbol, members: symbol.members.map((member) => ({ ...member, members: [] })) },
      text: at < MOST_DEFINITIONS ? linesFrom(read(path), symbol.line, symbol.endLine) : '',
    }));
  }

  /** What only its line tells: private names, nested functions. A variable that is set again is one. */
  #lexicalDefinitions(read: (path: string) => TextFile | null): Definition[] {
    const first = new Map<string, { file: string; line: number; title: string }>();
    for (const one of this.#declared) {
      const key = `${one.file}\0${one.title}`;
      if (!first.has(key)) first.set(key, one);
    }
    return [...first.values()].map(({ file, line, title }, at) => {
      const text = at < MOST_DEFINITIONS ? read(file) : null;
      const endLine = text === null ? line : blockEnd(text.lines, line);
      return { path: file, line, endLine, title, symbol: null, text: linesFrom(text, line, endLine) };
    });
  }
}

/** What a method of Go belongs to. */
function receiverIn(line: string): string | null {
  return /^func\s+\(\s*(?:\w+\s+)?\*?(\w+)/.exec(line)?.[1] ?? null;
}

/** The folder whose files see each other's private names without importing them, with a slash at its end. */
function folderSeeing(path: string): string[] {
  return /\.(?:go|java|cs)$/.test(path) ? [`${path.slice(0, path.lastIndexOf('/') + 1)}/`] : [];
}

function linesFrom(file: TextFile | null, line: number, endLine: number): string {
  return file?.lines.slice(line - 1, Math.min(endLine, line + SHOWN_LINES - 1)).join('\n') ?? '';
}

/** Last line of what a line opens, told by indentation. */
function blockEnd(lines: readonly string[], line: number): number {
  const indent = (text: string): number => /^\s*/.exec(text)?.[0].length ?? 0;
  const own = indent(lines[line - 1] ?? '');
  let end = line;
  for (let at = line; at < Math.min(lines.length, line + 400); at += 1) {
    const text = lines[at] ?? '';
    if (text.trim() === '') continue;
    if (indent(text) < own || (indent(text) === own && !/^\s*[)\]}]/.test(text))) break;
    end = at + 1;
    if (indent(text) === own && /^\s*\}/.test(text)) break;
  }
  return end;
}
