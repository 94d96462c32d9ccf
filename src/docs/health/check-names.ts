import { posix } from 'node:path';
import { roleOf } from '../../code/file-roles.ts';
import { isForeignName } from './foreign-names.ts';
import type { InlineCode, MarkdownDocument } from './markdown-document.ts';
import { didYouMean, editDistance, nearest } from './nearest.ts';
import type { Fault } from './rules.ts';
import type { HealthSubject } from './subject.ts';

const MEMBER = /^(?:new\s+)?([A-Za-z_$][\w$]*)(?:\.prototype)?[.#]([A-Za-z_$][\w$]*)(\(.*\))?$/s;
const CALL = /^(?:new\s+|await\s+)?([A-Za-z_$][\w$]*)\(.*\)$/s;
const DOTTED = /^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?:\(.*\))?$/s;
const OTHER_TIMES =
  /\b(?:deprecat|remov|renam|replac|former|previous|no longer|fix(?:e[sd])?\b|bugs?\b|becomes?\b|became\b|legacy|misspel\w*|spell(?:ed|ing)?\b|instead of|unlike|used to|old\b|was called|upcoming|planned|future|does not exist|doesn't exist|there is no|similar to|inspired|equivalent|compared|often|usual|typical|common|conventional|such as|for example|for instance|something like|e\.g)\w*/i;

/** API names of inline code that the code does not have. */
export function nameChecker(subject: HealthSubject): (document: MarkdownDocument) => Fault[] {
  const packages = ownPackages(subject);
  const defined = new Set([...subject.documents.values()].flatMap(definedIn));
  return (document) => {
    if (document.isHistory) return [];
    const shown = new Set(document.blocks.flatMap(({ text }) => text.match(/[A-Za-z_]\w*/g) ?? []));
    return document.codes.flatMap((code) => {
      if (
        code.linkedOut ||
        code.text.includes('{') ||
        OTHER_TIMES.test(code.context) ||
        isSomebodyElses(code) ||
        isComparison(code, subject)
      )
        return [];
      const fault =
        unknownMember(code.text, subject) ??
        unknownDotted(code.text, packages, subject) ??
        unknownCall(code, (name) => defined.has(name) || shown.has(name), subject);
      return fault === null
        ? []
        : [{ rule: 'docs/unknown-name' as const, file: document.path, line: code.line, column: code.column, ...fault }];
    });
  };
}

/** `React's useState()`, and `name` in a paragraph about `{name}.md`. */
function isSomebodyElses({ context, text }: InlineCode): boolean {
  // The paragraph says what stands for something.
  if (context.includes(`{${text}}`) || context.includes(`<${text}>`)) return true;
  return /[A-Z][\w.]*['’]s?\s+(?:\w+\s)?$/.test(context.slice(0, Math.max(0, context.indexOf(text))));
}

/** A table with a column for this project has others for other projects. */
function isComparison({ table }: InlineCode, { repository, manifests }: HealthSubject): boolean {
  const own = [repository.name, ...manifests.map(({ name }) => name ?? '')].map((name) => name.toLowerCase());
  return table?.split(' | ').some((cell) => cell.trim() !== '' && own.includes(cell.trim().toLowerCase())) === true;
}

interface NameFault {
  readonly message: string;
  readonly suggestion: string | null;
  readonly subject: string;
  readonly shapes?: readonly string[];
}

/** `Type.member` of a type of the repository. */
function unknownMember(text: string, { names }: HealthSubject): NameFault | null {
  const match = MEMBER.exec(text);
  const [, owner = '', member = ''] = match ?? [];
  return match === null ? null : missingMember(owner, member, text, names);
}

/** Classes of languages and of browsers that a repository may add members to: what else they have is not told by it. */
const CORE: ReadonlySet<string> = new Set(
  'String Array Hash Integer Float Numeric Symbol Object Module Class Kernel Proc Method Range Regexp Time Date DateTime Set Struct Enumerable Comparable Exception StandardError IO File Dir Process Thread Map Promise Error Function Number Boolean RegExp List Collection Iterator Iterable Optional Stream Option Result Vec Box Rc Arc Node Element Text Event Document Window Range Selection Request Response Headers URL Blob FormData'.split(
    ' ',
  ),
);

/** What is wrong with a member of a type; null where it is there or nobody can tell. */
export function missingMember(
  owner: string,
  member: string,
  shown: string,
  names: HealthSubject['names'],
): NameFault | null {
  const type = names.type(owner);
  // What only examples and tests have is made up by them.
  if (type === null || !type.files.some(({ path }) => roleOf(path) === 'source')) return null;
  if (isObjectMember(member) || CORE.has(owner) || PLACEHOLDER.test(owner)) return null;
  // `Lantern.ts` is a file.
  if (/^(?:class|[cm]?[jt]sx?|d|pyi?|rb|go|rs|java|cs|php|md|json|ya?ml|toml|html|css|vue|svelte)$/.test(member))
    return null;
  if (/^(?:xyz|xxx+|foo|bar|baz|qux|something|anything|my[A-Z_]\w*)$/i.test(member)) return null;
  const members = names.membersOf(owner);
  if (members?.has(member) === true || names.isGivenTo(owner, member)) return null;
  // One that is not for users calls what they may define.
  if (members?.has(`_${member}`) === true) return null;
  if (members === null && (names.isDeclared(member) || names.isWritten(member) || isForeignName(member))) return null;
  // Of a type that is not known whole only what is almost there is taken for a slip.
  const known = members ?? new Set(type.members);
  if (members === null && names.isScoped(owner)) return null;
  if ((members === null || type.isInterface) && !isNearSlip(member, known)) return null;
  return {
    message: `\`${owner}\` has no \`${member}\`.`,
    suggestion: didYouMean(nearMember(owner, member, known)),
    subject: shown,
    shapes: [`members of ${owner}`],
  };
}

function isNearSlip(member: string, members: ReadonlySet<string>): boolean {
  const near = nearest(member, members);
  return near !== null && editDistance(member, near) <= 2 && !near.startsWith(member) && !member.startsWith(near);
}

function nearMember(owner: string, member: string, members: ReadonlySet<string>): string | null {
  const near = nearest(member, members);
  return near === null ? null : `${owner}.${near}`;
}

function isObjectMember(name: string): boolean {
  return name in Object.prototype || name in Function.prototype || /^__\w+__$/.test(name);
}

/** Names that packages of the repository are imported by in Python. */
export function ownPackages({ paths, manifests }: HealthSubject): ReadonlySet<string> {
  const found = new Set<string>();
  const homes = new Set(manifests.map(({ path }) => posix.dirname(path).replace(/^\.$/, '')));
  for (const path of paths.files()) {
    if (posix.basename(path) !== '__init__.py') continue;
    const folder = posix.dirname(path);
    const above = posix.dirname(folder).replace(/^\.$/, '');
    if (homes.has(above) || homes.has(above.replace(/\/?(?:src|lib|python)$/, ''))) found.add(posix.basename(folder));
  }
  for (const one of ['test', 'tests', 'docs', 'examples', 'scripts']) found.delete(one);
  return found;
}

/** What the reader puts a name for. */
const PLACEHOLDER =
  /^(?:(?:Some|My)?(?:Class|Module|Function|Method)|[Ff]oo|[Bb]ar|[Bb]az|class_?name|func(?:tion)?|method|module|foo|bar|baz)$/;

/** `package.module.name` of a package of the repository, in Python. */
function unknownDotted(text: string, packages: ReadonlySet<string>, subject: HealthSubject): NameFault | null {
  const dotted = DOTTED.exec(text)?.[1];
  const parts = dotted?.split('.') ?? [];
  const [top = '', ...rest] = parts;
  if (
    dotted === undefined ||
    !packages.has(top) ||
    rest.some((part) => PLACEHOLDER.test(part)) ||
    /\.(?:py|toml|cfg|ini|txt|md|json|ya?ml|rs|org|com|io|dev|log|db|js|ts)$/.test(text) ||
    // One word behind a name in small letters may be the ending of a file.
    (rest.length === 1 && /^[a-z]{2,4}$/.test(rest[0] ?? ''))
  )
    return null;
  const missing = rest.find((part) => !isPythonName(part, subject));
  if (missing === undefined) return null;
  return {
    message: `\`${top}\` has no \`${missing}\`.`,
    suggestion: didYouMean(subject.names.nearDeclared(missing)),
    subject: text,
    shapes: [`names of ${parts.slice(0, parts.indexOf(missing)).join('.')}`],
  };
}

/** Whether something of the sources has the name: what is declared, or a module. */
export function isPythonName(name: string, { names, paths }: HealthSubject): boolean {
  if (names.isDeclared(name) || names.isImported(name) || isObjectMember(name) || names.isWritten(name)) return true;
  return (
    paths.endingWith(`${name}.py`).length > 0 ||
    paths.endingWith(`${name}/__init__.py`).length > 0 ||
    paths.endingWith(`${name}.pyi`).length > 0
  );
}

/** `name()` or a word of two parts that nothing in the code has, and no block of the document shows. */
function unknownCall(
  { text }: InlineCode,
  isGiven: (name: string) => boolean,
  { names }: HealthSubject,
): NameFault | null {
  const called = CALL.exec(text)?.[1];
  const name = called ?? /^[A-Za-z_][\w$]*$/.exec(text)?.[0];
  if (name === undefined || name.length < 5 || !hasTwoWords(name) || /^[A-Z\d_]+$/.test(name)) return null;
  if (names.isDeclared(name) || names.isImported(name) || isGiven(name) || isForeignName(name) || names.isWritten(name))
    return null;
  if (/^(?:my|your|some)[A-Z_]|^_/i.test(name)) return null;
  const near = names.nearPublic(name, name.length < 12 && called === undefined ? 1 : 2);
  if (near === null || !isMisspelled(name, near) || (called === undefined && name.length < 8)) return null;
  return { message: `Nothing in the code is called \`${name}\`.`, suggestion: didYouMean(near), subject: text };
}

/**
 * Whether a word is a name of the code with a slip in it, and no name of its own: written in the same way, and
 * different in more than its case or its end, where the members of a family differ.
 */
function isMisspelled(name: string, near: string): boolean {
  const [one, other] = [name.toLowerCase(), near.toLowerCase()];
  if (one === other || wayOf(name) !== wayOf(near)) return false;
  const isStem = [one, other].some((word, at) => {
    const part = at === 0 ? other : one;
    return word.startsWith(part) || word.endsWith(part);
  });
  return !isStem && one.slice(0, -1) !== other.slice(0, -1);
}

/** `snake_case`, `camelCase`, `PascalCase` and `UPPER_CASE` are ways to write a name. */
function wayOf(name: string): string {
  const plain = name.replace(/^_+/, '');
  if (plain.includes('_')) return plain === plain.toUpperCase() ? 'upper' : 'snake';
  return /^[A-Z]/.test(plain) ? 'pascal' : 'camel';
}

function hasTwoWords(name: string): boolean {
  return /[a-z\d][A-Z]|[A-Za-z\d]_[A-Za-z]/.test(name);
}

const DEFINITION =
  /\b(?:def|function|class|const|let|var|fn|func|interface|type|import|as)\s+\*?\s*([A-Za-z_$][\w$]*)|([A-Za-z_$][\w$]*)\s*(?:=(?![=>])|:(?!:)|\([^()\n]*\)\s*\{)/g;

/** Names that the document's blocks give: those of its reader. */
export function definedIn({ blocks }: MarkdownDocument): string[] {
  return blocks.flatMap(({ text }) => [...text.matchAll(DEFINITION)].map((match) => match[1] ?? match[2] ?? ''));
}
