import { builtinModules } from 'node:module';
import type { MirroredFile } from './mirror.ts';
import { NameUses } from './name-uses.ts';

/** What the files of a tree take from a module that is not part of it: names, and names below them. */
export interface ImportedModule {
  readonly members: NameTree;
  /** Names below the default export, as `React.FC`. */
  readonly standard: NameTree;
  /** Files that import it. */
  readonly files: Set<string>;
  /** Files that call `require` for it. */
  readonly required: Set<string>;
  /** Interfaces of it that the tree adds members to, with their type parameters as they are written there. */
  readonly augmented: Map<string, string>;
  /** Names of the values that a file asks it about, by file: `value` of `is.string(value)`, `assertDefined(value)`. */
  readonly asking: Map<string, ReadonlySet<string>>;
}

interface NameTree extends Map<string, NameTree> {}

const STATEMENT = /\b(?:import|export)\s+(?:type\s+)?([\w*${},\s]{1,8000}?)\bfrom\s*(['"])([^'"\n]+)\2/g;
const CALL = /\b(?:import|require)\s*\(\s*(['"])([^'"\n]+)\1\s*\)((?:\s*\.\s*[A-Za-z_$][\w$]*){0,3})/g;
const BARE = /\bimport\s+(['"])([^'"\n]+)\1/g;
const EQUALS = /\bimport\s+(?:type\s+)?([A-Za-z_$][\w$]*)\s*=\s*require\s*\(\s*(['"])([^'"\n]+)\2/g;
const builtins = new Set(builtinModules);

/** Whether a specifier names a part of Node.js itself. */
export function isNodeModule(specifier: string): boolean {
  return specifier.startsWith('node:') || builtins.has(specifier);
}

/** Whether a specifier names something that only an installation could bring. */
export function isPackageSpecifier(specifier: string): boolean {
  return /^(?:@[\w.~-]+\/)?[\w.~:@-][\w.~:@!?/+-]*$/.test(specifier) && !/^[.#/]/.test(specifier);
}

/** Which packages a file takes names from, and which names: found in the text, so too many rather than too few. */
export function collectImports(file: MirroredFile, into: Map<string, ImportedModule>): void {
  const uses = new NameUses(file.text);
  const moduleOf = (specifier: string): ImportedModule | null => {
    if (!isPackageSpecifier(specifier)) return null;
    const known = into.get(specifier) ?? {
      members: new Map(),
      standard: new Map(),
      files: new Set<string>(),
      required: new Set<string>(),
      augmented: new Map<string, string>(),
      asking: new Map<string, ReadonlySet<string>>(),
    };
    into.set(specifier, known);
    known.files.add(file.path);
    return known;
  };
  for (const [, clause = '', , specifier = ''] of file.text.matchAll(STATEMENT)) {
    const imported = moduleOf(specifier);
    if (imported === null) continue;
    const asked = takeClause(uses, clause, imported);
    if (asked.length === 0) continue;
    imported.asking.set(file.path, new Set([...(imported.asking.get(file.path) ?? []), ...asked]));
  }
  for (const [call, , specifier = '', below = ''] of file.text.matchAll(CALL)) {
    const imported = moduleOf(specifier);
    if (call.startsWith('require')) imported?.required.add(file.path);
    if (imported !== null) addPath(imported.members, namesOf(below));
  }
  for (const [, , specifier = ''] of file.text.matchAll(BARE)) moduleOf(specifier);
  for (const [, local = '', , specifier = ''] of file.text.matchAll(EQUALS)) {
    const imported = moduleOf(specifier);
    if (imported !== null) addMembers(uses, local, [imported.members, imported.standard]);
  }
  // Without an import or export of its own, a file declares the module and adds nothing to it.
  if (!file.text.includes('declare module') || !/^(?:import|export)\b/m.test(file.text)) return;
  for (const [, , specifier = '', body = ''] of file.text.matchAll(AUGMENTATION)) {
    const imported = moduleOf(specifier);
    if (imported === null) continue;
    for (const [, name = '', parameters = ''] of body.matchAll(INTERFACE)) imported.augmented.set(name, parameters);
  }
}

/** What a module of the tree adds to a package, and the interfaces in it. */
export const AUGMENTATION = /^[ \t]*declare\s+module\s+(['"])([^'".\n][^'"\n]*)\1\s*\{([\s\S]*?)^\}/gm;
export const INTERFACE = /^[ \t]{1,4}(?:export\s+)?interface\s+([A-Za-z_$][\w$]*)\s*(<[^{}]*>)?[^{}<>]*\{/gm;

/** Adds what an import takes, and gives the names of the values that it is asked about. */
function takeClause(uses: NameUses, clause: string, imported: ImportedModule): string[] {
  const locals: string[] = [];
  const take = (local: string, tree: NameTree) => {
    locals.push(local);
    addMembers(uses, local, [tree]);
  };
  const braces = /\{([^}]*)\}/.exec(clause)?.[1] ?? '';
  for (const part of braces.split(',')) {
    const written = part.trim().replace(/^type\s+(?!as\b)/, '');
    const [name, local] = written.split(/\s+as\s+/);
    if (name === undefined || !/^[A-Za-z_$][\w$]*$/.test(name)) continue;
    take(local ?? name, name === 'default' ? imported.standard : childOf(imported.members, name));
  }
  const rest = clause.replace(/\{[^}]*\}/, '');
  const namespace = /\*\s*as\s+([A-Za-z_$][\w$]*)/.exec(rest)?.[1];
  if (namespace !== undefined) take(namespace, imported.members);
  const standard = /^\s*(?:type\s+)?([A-Za-z_$][\w$]*)/.exec(rest)?.[1];
  if (standard !== undefined) take(standard, imported.standard);
  return locals.flatMap((local) => uses.askedOf(local));
}

function addMembers(uses: NameUses, local: string, trees: readonly NameTree[]): void {
  if (!/^[A-Za-z_$][\w$]*$/.test(local)) return;
  for (const below of uses.below(local)) for (const tree of trees) addPath(tree, namesOf(below));
}

function namesOf(below: string): string[] {
  return below
    .split('.')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function childOf(tree: NameTree, name: string): NameTree {
  const known = tree.get(name) ?? new Map();
  tree.set(name, known);
  return known;
}

function addPath(tree: NameTree, names: readonly string[]): void {
  let at = tree;
  for (const name of names) at = childOf(at, name);
}

const PARAMETERS = `<${'ABCDEFGH'
  .split('')
  .map((name) => `${name} = any`)
  .join(', ')}>`;
const RESERVED = new Set(
  (
    'break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if import in instanceof new null return super switch this throw true try typeof var void while with ' +
    'any unknown never boolean number string symbol object bigint undefined let static yield await implements ' +
    'interface package private protected public type namespace module declare'
  ).split(' '),
);

/**
 * Ambient declarations in which everything is `any`: values, types with any number of arguments, and the namespaces
 * that qualified names need. A bare `declare module 'x'` would do for values, but not for a type or a base class; it is
 * given where `isBare` asks for it, as for what `require` brings into JavaScript: that may be called.
 */
export function shimText(
  modules: Iterable<readonly [string, ImportedModule]>,
  isBare: (module: ImportedModule) => boolean,
): string {
  return [...modules]
    .map(([specifier, imported]) =>
      isBare(imported) ? `declare module ${JSON.stringify(specifier)};` : moduleText(specifier, imported),
    )
    .join('\n');
}

function moduleText(specifier: string, { members, standard, augmented }: ImportedModule): string {
  for (const name of augmented.keys()) childOf(members, name);
  const names = [...members].map(([name, below], index) => {
    const local = `m${index}`;
    const parameters = augmented.get(name);
    // Only an interface of this very name is one with those that the tree adds to it.
    if (parameters !== undefined && !RESERVED.has(name)) return interfaceText(name, parameters, below);
    const text = name === 'JSX' ? jsxText(local, below) : declared(local, below);
    return `${text} export { ${local} as ${name} };`;
  });
  return `declare module ${JSON.stringify(specifier)} { ${declared('standard', standard)} export default standard; ${names.join(' ')} }`;
}

function declared(local: string, below: NameTree): string {
  return `const ${local}: any; type ${local}${PARAMETERS} = any;${namespaceText(local, below)}`;
}

/** A type that has whatever it is asked for beside what the tree adds to it. */
function interfaceText(name: string, parameters: string, below: NameTree): string {
  const body = '{ [name: string]: any; [index: number]: any; [symbol: symbol]: any }';
  return `export const ${name}: any; export interface ${name}${parameters} ${body}${namespaceText(name, below, 'export ')}`;
}

/** Only types: a value in it would make the namespace clash with the value of the same name. */
function namespaceText(local: string, below: NameTree, modifier = ''): string {
  const types = [...below].filter(([name]) => !RESERVED.has(name));
  if (types.length === 0) return '';
  const inner = types.map(([name, deeper]) => {
    // The compiler reads what elements may have here, and not from the global one, once a package has this namespace.
    if (name === 'JSX') return jsxText(name, deeper);
    return `type ${name}${PARAMETERS} = any;${namespaceText(name, deeper)}`;
  });
  return ` ${modifier}namespace ${local} { ${inner.join(' ')} }`;
}

const JSX_TYPES =
  'type Element = any; type ElementType = any; interface IntrinsicElements { [name: string]: any } ' +
  'interface IntrinsicAttributes { key?: any; ref?: any; children?: any } ' +
  'interface ElementChildrenAttribute { children: {} }';

/** A namespace with what JSX is, and with what else the tree asks it for. */
function jsxText(local: string, below: NameTree): string {
  const asked = [...below.keys()].filter((name) => !RESERVED.has(name));
  const more = asked.filter((name) => !new RegExp(`\\b(?:type|interface) ${name}\\b`).test(JSX_TYPES));
  return `namespace ${local} { ${JSX_TYPES} ${more.map((name) => `type ${name}${PARAMETERS} = any;`).join(' ')} }`;
}

/**
 * Whether a script declares by itself what an element is, for all files or as a module's own. One that adds to what a
 * package declares of it, elements of its own for instance, does not; nor does a namespace below that of a function
 * which makes elements: only the files that call it for theirs are meant.
 */
export function declaresJsx(text: string): boolean {
  if (!/^[ \t\uFEFF]*(?:export\s+)?(?:type|interface)\s+Element\b/m.test(text)) return false;
  const lines = text.split('\n');
  return lines.some((line, at) => /\bnamespace\s+JSX\b/.test(line) && !isBelowFunction(lines, at));
}

/** Lines above a namespace among which the one begins that it stands in. */
const OUTER_ABOVE = 40;

/** Whether a namespace stands in that of a name, as in `namespace h { namespace JSX {} }`. */
function isBelowFunction(lines: readonly string[], at: number): boolean {
  const indent = (lines[at] ?? '').search(/\S/);
  if (indent <= 0) return false;
  const outer = lines
    .slice(Math.max(0, at - OUTER_ABOVE), at)
    .findLast((one) => one.trim() !== '' && one.search(/\S/) < indent);
  return /\bnamespace\s+[A-Za-z_$]/.test(outer ?? '');
}

/**
 * What JSX is when the package that says so is not installed: any element, any attribute, children as an attribute as
 * every such package has it.
 */
export const JSX_SHIM = `declare namespace JSX { ${JSX_TYPES} }`;
