import { posix } from 'node:path';
import { z } from 'zod';
import { readJsonc } from '../jsonc.ts';
import type { Diagnostic } from './messages.ts';
import { AUGMENTATION } from './tsc-shims.ts';
import { lineOf } from './tsc-syntax.ts';

/** A type parameter with what it extends, as far as that is one line of thought. */
const CONSTRAINT = /[<,]\s*(?:const\s+|in\s+|out\s+)*([A-Z]\w*)\s+extends\s+([^,;={}]{1,300})/g;
/** Codes that a constraint which came out as `any` can be the reason of. */
const OF_CONSTRAINTS = new Set(['TS2322', 'TS2339', 'TS2345', 'TS2416', 'TS2430', 'TS2551', 'TS2536', 'TS2769']);

/** Lines that the head of one signature takes. */
const SIGNATURE_LINES = 8;

/**
 * Whether a message follows from a name of the file for what is not installed (`foreign`): a member of its enumeration,
 * a type parameter that is bounded by it, a function of it that does not return.
 */
export function followsFromForeignName(
  { rule, message, details = '', line, column }: Diagnostic,
  text: string,
  foreign: ReadonlySet<string>,
): boolean {
  if (rule === 'TS1355') {
    const root = /^([A-Za-z_$][\w$]*)\./.exec(lineOf(text, line).slice(column - 1))?.[1];
    return root !== undefined && foreign.has(root);
  }
  // The same name for a package's value and for a type of the file: only the package says whether they clash.
  if (rule === 'TS2395') return foreign.has(/'([A-Za-z_$][\w$]*)'/.exec(message)?.[1] ?? '');
  if (rule === 'TS2394') return mentions(signatureAt(text, line), foreign);
  // Keys of any type.
  if (rule === 'TS2417') return /Type 'string \| number \| symbol' is not assignable to type 'string'/.test(details);
  if (rule === 'TS2349') return isOfBounded(lineOf(text, line).slice(column - 1), details, text, foreign);
  if (rule === 'TS2454') return isSetOrLeft(message, text, line, foreign);
  if (rule === 'TS2322' && /to type 'never'/.test(message)) return !/\bnever\b/.test(text);
  // What a package's function takes or gives, with nothing in it; a file that means an empty one writes it.
  if (/<\{\}>/.test(message)) return !/<\s*\{\s*\}\s*>/.test(text);
  if (/\bRecord<any, any>/.test(message)) return !/\bRecord<\s*any\s*,\s*any\s*>/.test(text);
  return OF_CONSTRAINTS.has(rule) && rulesOnConstraint(rule, `${message}\n${details}`, text, foreign);
}

/** Whether a message is about a member of a type parameter that extends what is not installed, as `Data["label"]`. */
function rulesOnConstraint(rule: string, message: string, text: string, foreign: ReadonlySet<string>): boolean {
  const holder = rule === 'TS2339' || rule === 'TS2551' ? (/on type '([^']*)'/.exec(message)?.[1] ?? '') : '';
  const asked = new Set([
    ...(holder.match(/[A-Za-z_$][\w$]*/g) ?? []),
    ...[...message.matchAll(/\b([A-Z]\w*)\["/g)].map(([, name = '']) => name),
  ]);
  if (asked.size === 0) return false;
  return [...text.matchAll(CONSTRAINT)].some(
    ([, name = '', bound = '']) => asked.has(name) && mentions(bound, foreign),
  );
}

/** A parameter that is called, of a type that is only bounded by what is not installed, as `Type extends Creator`. */
function isOfBounded(rest: string, details: string, text: string, foreign: ReadonlySet<string>): boolean {
  const called = /^([A-Za-z_$][\w$]*)\(/.exec(rest)?.[1]?.replaceAll('$', '\\$');
  if (called === undefined || !/^[ \t\uFEFF]*Type 'unknown' has no call signatures/m.test(details)) return false;
  const written = text.matchAll(new RegExp(`[(,]\\s*${called}\\s*:\\s*([A-Z]\\w*)\\s*[,)]`, 'g'));
  const types = new Set([...written].map(([, type = '']) => type));
  return [...text.matchAll(CONSTRAINT)].some(
    ([, name = '', bound = '']) => types.has(name) && mentions(bound, foreign),
  );
}

/** A variable that is set in a `try` whose handler calls something not installed: it may be one that never returns. */
function isSetOrLeft(message: string, text: string, line: number, foreign: ReadonlySet<string>): boolean {
  const name = /^Variable '([A-Za-z_$][\w$]*)'/.exec(message)?.[1]?.replaceAll('$', '\\$');
  if (name === undefined) return false;
  const above = text
    .split('\n')
    .slice(0, line - 1)
    .join('\n');
  const declared = [...above.matchAll(new RegExp(`\\blet\\s+${name}\\b`, 'g'))].at(-1);
  if (declared === undefined) return false;
  const [, handler] =
    new RegExp(`\\btry\\s*\\{[\\s\\S]*\\b${name}\\s*=[^=][\\s\\S]*\\}\\s*catch\\b[^{]*\\{([\\s\\S]*)`).exec(
      above.slice(declared.index),
    ) ?? [];
  if (handler === undefined) return false;
  const called = handler
    .slice(0, handler.search(/^[ \t\uFEFF]*\}/m))
    .matchAll(/(?<![\w$.])([A-Za-z_$][\w$]*)(?:\.[\w$]+)*\(/g);
  return [...called].some(([, callee = '']) => foreign.has(callee));
}

function signatureAt(text: string, line: number): string {
  const lines = text.split('\n').slice(line - 1, line - 1 + SIGNATURE_LINES);
  const end = lines.findIndex((one) => /;\s*$/.test(one));
  return lines.slice(0, end < 0 ? undefined : end + 1).join('\n');
}

function mentions(text: string, foreign: ReadonlySet<string>): boolean {
  return text.match(/[A-Za-z_$][\w$]*/g)?.some((one) => foreign.has(one)) ?? false;
}

/** A namespace that a test runner or a framework declares for all files, and the tree adds to. */
const GLOBAL_SPACE =
  /^[ \t]*(?:declare\s+)?namespace\s+(Cypress|Express|jest|Chai|Mocha|React|Vi|PlaywrightTest)\s*\{([\s\S]*?)^[ \t]*\}/gm;
const DECLARED =
  /^[ \t]*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:interface|class|type)\s+([A-Za-z_$][\w$]*)(?!\s*[,}])/gm;
const ranges = z.record(z.string(), z.unknown()).catch({});
const manifest = z.object({ dependencies: ranges, devDependencies: ranges });

/** What is said of a type of which only the part is known that the tree adds to it. */
const OF_PARTS = new Set(
  '2300 2315 2322 2339 2345 2352 2353 2416 2420 2430 2551 2739 2740 2741'.split(' ').map((code) => `TS${code}`),
);

/**
 * Types of packages that the tree adds members to: where the package is not installed, those are all that they have.
 */
export class AugmentedTypes {
  /** Modules that each of them is one of; empty for a namespace of all files. */
  readonly #names = new Map<string, string>();
  /** Namespaces of packages, for all files, that the tree adds to. */
  readonly #spaces = new Set<string>();
  /** Interfaces that each file adds to such a namespace. */
  readonly #added = new Map<string, Set<string>>();

  constructor(texts: ReadonlyMap<string, string>) {
    for (const [path, text] of texts) {
      if (text.includes('global')) {
        for (const [, space = '', body = ''] of text.matchAll(GLOBAL_SPACE)) {
          this.#spaces.add(space);
          const names = [...body.matchAll(DECLARED)].map(([, name = '']) => name);
          for (const name of names) this.#names.set(name, '');
          this.#added.set(path, new Set([...(this.#added.get(path) ?? []), ...names]));
        }
      }
      // Without an import or export of its own, the file declares the module and adds nothing to it.
      if (!text.includes('declare module') || !/^(?:import|export)\b/m.test(text)) continue;
      for (const [, , specifier = '', body = ''] of text.matchAll(AUGMENTATION)) {
        for (const [, name = ''] of body.matchAll(DECLARED)) this.#names.set(name, specifier);
      }
    }
    if (this.#names.size > 0) this.#removeOwn(texts);
    this.#addGlobals(texts);
  }

  /** An interface for all files that a package of types declares, too: a manifest around the file asks for that. */
  #addGlobals(texts: ReadonlyMap<string, string>): void {
    let asked: ReturnType<typeof typePackages> | null = null;
    for (const [path, text] of texts) {
      for (const name of globalInterfaces(path, text)) {
        asked ??= typePackages(texts);
        const own = name.toLowerCase().replace(/static$/, '');
        if (asked.get(own)?.some((folder) => folder === '.' || path.startsWith(`${folder}/`)) === true)
          this.#names.set(name, '');
      }
    }
  }

  /** A type of that name that the tree declares for itself is whole. */
  #removeOwn(texts: ReadonlyMap<string, string>): void {
    for (const [path, text] of texts) {
      if (!/\.[cm]?tsx?$/.test(path)) continue;
      for (const [, name = ''] of text.replace(AUGMENTATION, '').replace(GLOBAL_SPACE, '').matchAll(DECLARED))
        this.#names.delete(name);
    }
  }

  /**
   * Whether a message may be about the part of such a type that is not known. `assumed` are modules that nothing is
   * known of.
   */
  explain({ file, rule, message }: Diagnostic, assumed: ReadonlySet<string>): boolean {
    const space = rule === 'TS2694' ? /^Namespace 'global\.(\w+)'/.exec(message)?.[1] : undefined;
    if (space !== undefined) return this.#spaces.has(space);
    // What it inherits beside, and from where, the package decides.
    if (rule === 'TS2320') return this.#added.get(file)?.has(/^Interface '(\w+)/.exec(message)?.[1] ?? '') === true;
    if (this.#names.size === 0 || !OF_PARTS.has(rule)) return false;
    return [...message.matchAll(/'(?:typeof )?([A-Za-z_$][\w$]*)(?:<[^']*>)?'/g)].some(([, name = '']) => {
      const module = this.#names.get(name);
      return module === '' || (module !== undefined && assumed.has(module));
    });
  }
}

/**
 * Folders whose manifests ask for a package of types, by the letters of its name: one that declares anything for all
 * files declares that, and what is called the static part of it. Those of Node.js are there.
 */
function typePackages(texts: ReadonlyMap<string, string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [path, text] of texts) {
    if (posix.basename(path) !== 'package.json') continue;
    const { data } = manifest.safeParse(readJsonc(text).value);
    for (const one of Object.keys({ ...data?.dependencies, ...data?.devDependencies })) {
      const name = /^@types\/([a-z][a-z\d.-]+)$/.exec(one)?.[1]?.replace(/[^a-z\d]/g, '');
      if (name === undefined || name === 'node') continue;
      const folders = found.get(name);
      if (folders === undefined) found.set(name, [posix.dirname(path)]);
      else folders.push(posix.dirname(path));
    }
  }
  return found;
}

/** Interfaces that a file declares for all files: in `declare global`, or at the top of a declaration of no module. */
function globalInterfaces(path: string, text: string): string[] {
  const isDeclaration = /\.d\.[cm]?ts$/.test(path);
  if (!/\.[cm]?tsx?$/.test(path) || !(isDeclaration || text.includes('declare global'))) return [];
  const isModule = /^(?:import|export)\b/m.test(text);
  let isInside = false;
  return text.split('\n').flatMap((line) => {
    if (/^declare\s+global\b/.test(line)) isInside = true;
    else if (line.startsWith('}')) isInside = false;
    const isTop = !isModule && isDeclaration && /^(?:declare\s+)?interface\b/.test(line);
    if (!isInside && !isTop) return [];
    return /^[ \t]*(?:declare\s+)?interface\s+([A-Za-z_$][\w$]*)/.exec(line)?.[1] ?? [];
  });
}

/**
 * Whether a message is about a member of `this` in an object whose type only a package says: `foreign` are the file's
 * names for what is not installed, `assumed` the modules that nothing is known of.
 */
export function isOfForeignObject(
  { rule, message, line, column }: Diagnostic,
  text: string,
  foreign: ReadonlySet<string>,
  assumed: ReadonlySet<string>,
): boolean {
  if (!/^TS(?:2339|2551)$/.test(rule) || !/on type '\{ /.test(message)) return false;
  const lines = text.split('\n');
  const holder = /([A-Za-z_$][\w$]*)\??\.$/.exec((lines[line - 1] ?? '').slice(0, column - 1))?.[1];
  if (holder === undefined) return false;
  const above = lines.slice(0, line).join('\n');
  const isThis =
    holder === 'this' ||
    new RegExp(`\\b(?:const|let|var)\\s+${holder.replaceAll('$', '\\$')}\\s*=\\s*this\\b`).test(above);
  if (!isThis) return false;
  const typed = above.matchAll(
    /@(?:type|returns?)\s*\{\s*import\(['"]([^'"]+)['"]\)|[\w)]\s*:\s*([A-Za-z_$][\w$]*)[^=;,\n]*(?:=\s*|=>\s*|\(?\{)$|@(?:type|returns?)\s*\{\s*([A-Za-z_$][\w$]*)/gm,
  );
  return [...typed].some(
    ([, module = '', written = '', named = '']) => assumed.has(module) || foreign.has(written) || foreign.has(named),
  );
}

/** Texts that make or extend something of a namespace, as `new page.Widget()`, by the namespace's name. */
export function spacesOf(texts: ReadonlyMap<string, string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [path, text] of texts) {
    if (!/\.[cm]?[jt]sx?$/.test(path)) continue;
    const names = text.matchAll(/(?<![\w$.])(?:new|extends)\s+([A-Za-z_$][\w$]*)\.[A-Z]/g);
    for (const name of new Set([...names].map(([, one = '']) => one))) {
      const known = found.get(name);
      if (known === undefined) found.set(name, [text]);
      else known.push(text);
    }
  }
  return found;
}
