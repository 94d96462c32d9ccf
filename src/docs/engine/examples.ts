import { posix } from 'node:path';
import { parsedLanguageOf } from '../../code/languages.ts';
import { decodeSource, readSourceBytesSync } from '../../code/source-text.ts';
import { compareBytes } from '../../code/source-tree.ts';
import { type ModuleName, moduleNames } from './example-imports.ts';
import { pythonTests } from './example-python.ts';
import { scriptTests } from './example-script.ts';
import { wordsOf } from './language-words.ts';
import type { ProjectModel, UsageFile } from './project-model.ts';
import type { PackageChapter } from './project-packages.ts';
import { readmeSamples } from './readme-samples.ts';

/** A test's body as its file holds it. */
export interface TestBody {
  readonly code: string;
  readonly line: number;
  readonly endLine: number;
  /** What the test says that it shows. */
  readonly title: string | null;
  /** Names declared around it. */
  readonly needs: readonly string[];
}

/** A piece of the repository that shows how something is used. */
export interface Example {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  readonly language: string;
  readonly code: string;
  readonly title: string | null;
}

/** Examples by what they show. */
export interface Examples {
  /** By module and symbol, see `symbolKey`. */
  readonly bySymbol: ReadonlyMap<string, Example>;
  /** The first whole sample of each README that uses a public name, by the README's path. */
  readonly byReadme: ReadonlyMap<string, Example>;
}

export const NO_EXAMPLES: Examples = { bySymbol: new Map(), byReadme: new Map() };

const MOST_FILES = 400;
const LARGEST_FILE = 256 * 1024;
const FEWEST_LINES = 2;
const MOST_LINES = 14;
const WIDEST_LINE = 110;

/** What a symbol's example is found by. */
export function symbolKey(module: string, symbol: string): string {
  return `${module}\0${symbol}`;
}

/**
 * Looks for examples in the files that use the modules. One is taken when it is short, calls the symbol, and needs
 * nothing that stands around it; among those the one with fewest lines, examples before tests. Waits for the disk, so
 * it belongs into a thread.
 */
export function readExamples(root: string, model: ProjectModel): Examples {
  const origins = originsOf(model);
  const wanted = new Map(
    model.modules.flatMap((module) =>
      module.symbols
        .filter((symbol) => isCallable(symbol.kind) && (symbol.doc?.examples.length ?? 0) === 0)
        .map((symbol) => [symbolKey(module.path, symbol.name), symbol.name]),
    ),
  );
  const bySymbol = new Map<string, Example>();
  for (const file of model.usageFiles.slice(0, MOST_FILES)) {
    if (parsedLanguageOf(file.path) === null) continue;
    const text = readText(root, file.path);
    if (text === null) continue;
    const used = usedSymbols(file, origins, wanted);
    if (used.length === 0) continue;
    const modules = moduleNames(file.path, text);
    for (const body of testsOf(file.path, text)) {
      const example = wholeExample(file.path, body);
      if (example === null) continue;
      for (const { key, name, module } of used) {
        const through = module === null ? null : namesFor(module, modules);
        if (calls(example.code, name, through) && isBetter(example, bySymbol.get(key))) bySymbol.set(key, example);
      }
    }
  }
  return { bySymbol, byReadme: readReadmes(root, model) };
}

function readReadmes(root: string, model: ProjectModel): Map<string, Example> {
  const found = new Map<string, Example>();
  const readmes = [
    {
      path: model.readme,
      packages: [
        ...model.entries.map((entry) => entry.specifier),
        ...model.manifests.flatMap(({ path, name }) => (path.includes('/') || name === null ? [] : [name])),
      ],
      names: publicNames(model, null),
    },
    ...model.chapters.map((chapter) => ({
      path: chapter.readme,
      packages: [chapter.name],
      names: publicNames(model, chapter),
    })),
  ];
  for (const { path, packages, names } of readmes) {
    if (path === null) continue;
    const text = readText(root, path);
    if (text === null) continue;
    const samples = readmeSamples(path, text).filter(
      (one) => packages.some((name) => brings(one.code, name) && !isOnlyImports(one.code)) || callsAny(one.code, names),
    );
    const sample = samples.find((one) => one.code.split('\n').length > FEWEST_LINES) ?? samples[0];
    if (sample !== undefined) found.set(path, sample);
  }
  return found;
}

function readText(root: string, path: string): string | null {
  const read = readSourceBytesSync(root, path, LARGEST_FILE);
  if ('reason' in read) return null;
  const decoded = decodeSource(read.bytes);
  return 'reason' in decoded ? null : decoded.text;
}

function testsOf(path: string, text: string): TestBody[] {
  const language = parsedLanguageOf(path);
  if (language === 'python') return pythonTests(text);
  return language === 'typescript' || language === 'javascript' ? scriptTests(path, text) : [];
}

function isCallable(kind: string): boolean {
  return kind === 'function' || kind === 'class';
}

/** Where a name that an entry gives is defined. */
function originsOf(model: ProjectModel): Map<string, string> {
  const origins = new Map<string, string>();
  for (const entry of model.entries) {
    for (const { name, module, symbol } of entry.names)
      if (symbol !== null) origins.set(symbolKey(entry.module, name), symbolKey(module, symbol));
  }
  return origins;
}

interface UsedSymbol {
  readonly key: string;
  readonly name: string;
  /** Module through which it is reached: `dotenv.get_key()`; null when it is imported by its own name. */
  readonly module: string | null;
}

function usedSymbols(
  file: UsageFile,
  origins: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): UsedSymbol[] {
  return file.uses.flatMap(({ module, names }) => {
    const named = names.map((name) => ({ key: symbolKey(module, name), name, module: null }));
    const all = [...origins.keys(), ...wanted.keys()]
      .filter((key) => names.includes('*') && key.startsWith(symbolKey(module, '')))
      .map((key) => ({ key, name: key.slice(symbolKey(module, '').length), module }));
    return [...named, ...all]
      .map((one) => ({ ...one, key: origins.get(one.key) ?? one.key }))
      .filter(({ key }) => wanted.has(key));
  });
}

function wholeExample(path: string, body: TestBody): Example | null {
  const code = outdented(body.code);
  const lines = code.split('\n');
  if (lines.length < FEWEST_LINES || lines.length > MOST_LINES) return null;
  if (lines.some((line) => line.length > WIDEST_LINE)) return null;
  // What is mocked or compared with a file elsewhere shows nothing, what must fail shows how not to do it.
  if (/\b(?:vi|jest|sinon|mock\w*|monkeypatch|patch|toMatch\w*Snapshot)\b|__dirname|import\.meta/.test(code))
    return null;
  if (/\braises\b|\bassertRaises|\bwarns\b|\btoThrow|\.rejects\b|\.throws(?:Async)?\(/.test(code)) return null;
  if (body.needs.some((name) => hasWord(code, name))) return null;
  return { path, line: body.line, endLine: body.endLine, language: wordsOf(path).tag, code, title: body.title };
}

/**
 * Local names of a module: those of an import that ends with its name, and of a relative one that names only folders.
 */
function namesFor(module: string, names: readonly ModuleName[]): string[] {
  const own = module.replace(/(?:\.d)?\.\w+$/, '').replace(/\/(?:__init__|index|main|src|lib)(?=\/|$)/g, '');
  const words = [own.slice(own.lastIndexOf('/') + 1), posix.basename(posix.dirname(own))];
  return names.flatMap(({ local, last }) => (last === '' || words.includes(last) ? [local] : []));
}

/** Whether code calls a name, reached through one of `modules` where they are given. */
function calls(code: string, name: string, modules: readonly string[] | null = null): boolean {
  if (modules?.length === 0) return false;
  const before = modules === null ? `(?<![\\w$.'"])` : `(?<![\\w$.'"])(?:${modules.map(escaped).join('|')})\\.`;
  return new RegExp(`${before}${escaped(name)}\\s*(?:<[^>()]*>)?\\(`).test(code);
}

/** Names that users call: those of the entries, else, where a language has no entries, the functions and types. */
function publicNames({ entries, modules }: ProjectModel, chapter: PackageChapter | null): Set<string> {
  const own = chapter === null ? null : new Set(chapter.modules);
  const given = entries
    .filter((entry) => own === null || own.has(entry.module))
    .flatMap((entry) => entry.names.map((one) => one.name));
  if (given.length > 0) return new Set(given);
  const symbols = modules.flatMap((module) => (own === null || own.has(module.path) ? module.symbols : []));
  const callable = symbols.filter((symbol) => isCallable(symbol.kind));
  return new Set(callable.map((symbol) => symbol.name.replace(/^.*(?:::|\.)/, '')).filter((name) => name.length > 3));
}

function callsAny(code: string, names: ReadonlySet<string>): boolean {
  const called = code.matchAll(/(?<![\w$'"])([\w$]+)\s*(?:<[^>()]*>)?\(/g);
  return [...called].some((match) => names.has(match[1] ?? ''));
}

/** Whether code imports a package: by name in quotes, or as a word after `import`, `from` or `use`. */
function brings(code: string, name: string): boolean {
  const words = escaped(name.replaceAll('-', '_'));
  const paths = [name, name.replaceAll('-', '/')].map(escaped).join('|');
  const quoted = `\\b(?:import|export|require\\w*|from|load)\\b[^\\n]*['"](?:${paths})['"/]`;
  return new RegExp(`${quoted}|^\\s*(?:import|from|(?:pub )?use)\\s+${words}\\b`, 'm').test(code);
}

/** One that ends with its imports shows nothing. */
function isOnlyImports(code: string): boolean {
  return code
    .split('\n')
    .every((line) => /^\s*(?:$|\/\/|#|import\b|from\b|use\b|using\b|require\b|\)|"[^"]*"\s*$)/.test(line));
}

function hasWord(code: string, name: string): boolean {
  return name !== '' && new RegExp(`(?<![\\w$.])${escaped(name)}(?![\\w$])`).test(code);
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\/@-]/g, '\\$&');
}

function isBetter(one: Example, other: Example | undefined): boolean {
  if (other === undefined) return true;
  const [mine, theirs] = [one, other].map((example) => example.endLine - example.line);
  return (mine ?? 0) - (theirs ?? 0) < 0 || (mine === theirs && compareBytes(one.path, other.path) < 0);
}

function outdented(code: string): string {
  const lines = code
    .replace(/\r\n?/g, '\n')
    .replace(/^\n+|\s+$/g, '')
    .split('\n');
  const depth = lines
    .filter((line) => line.trim() !== '')
    .reduce((least, line) => Math.min(least, line.length - line.trimStart().length), 999);
  return lines.map((line) => line.slice(Math.min(depth, line.length - line.trimStart().length))).join('\n');
}
