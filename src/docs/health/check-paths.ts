import { posix } from 'node:path';
import type { InlineCode, MarkdownDocument, Prose } from './markdown-document.ts';
import { didYouMean } from './nearest.ts';
import type { Fault } from './rules.ts';
import type { HealthSubject } from './subject.ts';

const PATH = /^(?:\.\/)?[\w@.+-]+(?:\/[\w@.+-]+)+\/?$/;
const IN_PROSE = /(?<![[\w/.:@~$\\-])(?:\.\/)?[\w.-]+(?:\/[\w.-]+)+\.[a-z]\w{0,4}(?![\w/-])/g;
const SOURCE_FOLDERS: ReadonlySet<string> = new Set(
  'src lib test tests docs doc scripts script bin config examples example tools packages internal cmd pkg .github app apps crates'.split(
    ' ',
  ),
);
/** What is yet to be made is not there. */
const MADE =
  /\b(?:creat|generat|writ|sav|output|emit|produc|add|mak|nam|call|put|scaffold|plac|build|your (?:own )?(?:project|app|repo|code|package)|for example|e\.g|for instance|such as|imagine|suppose|assum|previous|former|old|remov|delet|no longer|missing|absent|fails?\b|not exist|doesn't exist|renam|moved|deprecat)\w*|zum Beispiel|z\.\s?B\.|erstell|par exemple|cré[ée]|por ej?e[mx]plo|crea|ad esempio|например|созда|例如|比如|譬如|例えば|新建|创建|建立|重命名|作成|예를 들어|생성/i;
const MEDIA = /^(?:application|audio|font|image|message|model|multipart|text|video)\/[\w.+-]+$/;

/** Paths in inline code and in prose that look like those of the repository and are not there. */
export function checkPaths(document: MarkdownDocument, subject: HealthSubject): Fault[] {
  if (document.isHistory) return [];
  const shown = document.blocks.map(({ text }) => text).join('\n');
  const codes = document.codes.flatMap((code) => {
    const path = code.text.replace(/:\d+(?::\d+)?$/, '').replace(/#L\d+.*$/, '');
    return !code.linkedOut && PATH.test(path) ? checkPath(path, code, document, shown, subject) : [];
  });
  const prose = document.prose.flatMap((piece) =>
    [...piece.text.matchAll(IN_PROSE)].flatMap(([path]) => checkPath(path, piece, document, shown, subject)),
  );
  return withoutLists([...codes, ...prose]);
}

const MOST_OF_ONE_FOLDER = 3;

/** Where many files of one folder are not there, the document speaks of a folder that is made or lies elsewhere. */
function withoutLists(faults: readonly Fault[]): Fault[] {
  const folders = Map.groupBy(faults, ({ subject }) => posix.dirname(subject));
  return faults.filter(({ subject }) => (folders.get(posix.dirname(subject))?.length ?? 0) <= MOST_OF_ONE_FOLDER);
}

function checkPath(
  written: string,
  at: InlineCode | Prose,
  document: MarkdownDocument,
  shown: string,
  subject: HealthSubject,
): Fault[] {
  const path = written.replace(/^\.\//, '').replace(/\/$/, '');
  // From the folder that the clone stands in.
  const inside = path.slice(path.indexOf('/') + 1);
  if (path.startsWith(`${subject.repository.name}/`) && subject.paths.has(inside)) return [];
  if (!mayBeOwn(path, written, document, subject) || isThere(path, document, subject)) return [];
  const name = posix.basename(path);
  // A reader's own file: the document shows it, or says that it is to be made.
  if (MADE.test(clauseAround(written, at.context)) || (name.includes('.') && shown.includes(name))) return [];
  if (isExample(written, at.context) || document.blocks.some(({ before }) => before !== '' && before === at.context))
    return [];
  const near = subject.paths.near(path);
  if (document.links.some(({ line, target }) => line === at.line && target.replace(/[#?].*$/, '') === written))
    return [];
  // On a page for users a path of a folder that is not here is one of theirs.
  const mayBeMoved = !subject.sites.of(document).isSite && isMoved(path, near, written);
  if (!isOwnFolder(path, document, subject) && !mayBeMoved) return [];
  // A folder may be made when something is built; several of one name are places where something is looked for.
  if ((near === null && !/\.\w+$/.test(name)) || isOneOfPlaces(path, document)) return [];
  // In a folder at the top anything may be made; what is to be there is there under another name.
  if (path.split('/').length < 3 && !isSlip(path, near)) return [];
  return [
    {
      rule: 'docs/unknown-path',
      file: document.path,
      line: at.line,
      column: at.column,
      message: `There is no \`${written}\` in the repository.`,
      suggestion: didYouMean(near),
      subject: written,
      shapes: [`paths below ${posix.dirname(path)}`],
    },
  ];
}

/** Whether the folder of a path is there. */
function isOwnFolder(path: string, document: MarkdownDocument, { paths }: HealthSubject): boolean {
  const folder = posix.dirname(path);
  return homesOf(document).some((home) => paths.isFolder(posix.normalize(posix.join(home, folder))));
}

/** What is near is the same file elsewhere, or one of that folder. */
function isSlip(path: string, near: string | null): boolean {
  if (near === null) return false;
  return posix.basename(near) === posix.basename(path) || `/${posix.dirname(near)}`.endsWith(`/${posix.dirname(path)}`);
}

/** Names that files of every project have: one elsewhere is not the one that is meant. */
const USUAL =
  /^(?:index|main|mod|lib|app|api|application|config|settings|setup|utils?|helpers?|types?|models?|routes?|server|client|test|tests|user|users|home|about|readme|license|package|makefile|dockerfile|__init__|conftest|schema|store|base|common|core|default|development|production|environment|database|style|styles|page|layout|data)$/i;

/** Whether the only file of that name, which is no name of every project, stands elsewhere. */
function isMoved(path: string, near: string | null, written: string): boolean {
  const name = posix.basename(path);
  const stem = name.replace(/\..*$/, '');
  return (
    near !== null && posix.basename(near) === name && stem.length > 3 && !USUAL.test(stem) && !written.endsWith('/')
  );
}

/** The document names a file of that name in another folder too: in each of them it would be found. */
function isOneOfPlaces(path: string, { codes }: MarkdownDocument): boolean {
  const name = posix.basename(path);
  return (
    name.includes('.') &&
    codes.some(({ text }) => {
      const other = text.replace(/^\.\//, '');
      return other !== path && PATH.test(text) && posix.basename(other) === name;
    })
  );
}

/** It stands behind words that make it one of many. */
function isExample(path: string, context: string): boolean {
  return /(?:\be\.\s?g\.|\bi\.\s?e\.|\bfor (?:example|instance)|\bsuch as|\blike|\bsay|\bexamples?)\s*[,:(–—-]*\s*[`"']?$/i.test(
    context.slice(0, Math.max(0, context.indexOf(path))),
  );
}

/** The part of a sentence that speaks of a path. */
function clauseAround(path: string, context: string): string {
  const at = context.indexOf(path);
  if (at < 0) return context;
  const before =
    context
      .slice(0, at)
      .split(/[.;:,()](?=\s|$)|\band\b/)
      .at(-1) ?? '';
  const after = context.slice(at + path.length).split(/[.;:,()](?=\s|$)|\band\b/)[0] ?? '';
  return `${before} ${after}`;
}

function mayBeOwn(
  path: string,
  written: string,
  document: MarkdownDocument,
  { paths, manifests, repository, sites }: HealthSubject,
): boolean {
  const segments = path.split('/');
  const [first = '', second = ''] = segments;
  if (
    MEDIA.test(path) ||
    /[._-]generated\b/.test(path) ||
    path.startsWith('..') ||
    /(?:^|[/._-])(?:foo|bar|baz|qux|[vV]?[xX]\.[yYxX]\.[zZxX]|[xX]{2,}|vx)(?=$|[/._-])|(?:^|\/)(?:path|my[-_A-Z.][\w.]*|your[-_A-Z.][\w.]*|some[-_A-Z.][\w.]*|xxx+|example\.\w+)(?:\/|$)/.test(
      path,
    )
  )
    return false;
  // What the reader's own site is made of.
  if (/^_(?:data|posts|sass|includes|layouts|drafts|plugins|site)$/.test(first)) return false;
  // An address of a page.
  if (path.endsWith('.html') && sites.of(document).isSite) return false;
  // Packages: a scope, or a name that a manifest needs.
  if (first.startsWith('@')) return false;
  const known = manifests.some(
    ({ name, dependencies }) =>
      name === first || dependencies.some((one) => one.name === first || one.name === `${first}/${second}`),
  );
  const homes = homesOf(document);
  const isFolder = homes.some((home) => paths.isFolder(posix.join(home, first)));
  if (known && (!isFolder || !/\.[a-z]\w{0,4}$/i.test(path))) return false;
  if (first === repository.name && !isFolder) return false;
  const hasEnding =
    /\.[a-z]\w{0,4}$/i.test(path) && !/\.(?:com|org|io|net|dev|js\/\w)$/.test(path) && !/\.\d+$/.test(path);
  if (isFolder) return hasEnding || written.endsWith('/') || (segments.length > 2 && /^[\w./-]+$/.test(path));
  return hasEnding && segments.length > 1 && SOURCE_FOLDERS.has(first);
}

function homesOf({ path }: MarkdownDocument): string[] {
  const homes = [''];
  for (let folder = posix.dirname(path); folder !== '.' && folder !== ''; folder = posix.dirname(folder))
    homes.push(folder);
  return homes;
}

function isThere(path: string, document: MarkdownDocument, { paths, manifests }: HealthSubject): boolean {
  const homes = [...homesOf(document), ...manifests.map((one) => posix.dirname(one.path).replace(/^\.$/, ''))];
  for (const home of new Set(homes)) {
    const full = posix.normalize(posix.join(home, path));
    if (paths.has(full)) return true;
    // A module is named without its ending, or by the ending it has once it is built.
    if (['.ts', '.tsx', '.js', '.mjs', '.py', '.go', '.rs', '.md'].some((end) => paths.isFile(`${full}${end}`)))
      return true;
    if (/\.[cm]?jsx?$/.test(full) && paths.isFile(full.replace(/js(x?)$/, 'ts$1'))) return true;
  }
  return paths.endingWith(path).length > 0;
}
