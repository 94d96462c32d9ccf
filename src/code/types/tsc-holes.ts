import type { Diagnostic } from './messages.ts';

const CLASS =
  /\b(?:class|interface)\s+([A-Za-z_$][\w$]*)(?:\s*<(?:[^{}>]|\{[^{}]*\}|>(?!\s*\{)){0,800}?>)?\s+extends\s+([A-Za-z_$][\w$.]*)([^{;]{0,500})/g;
/** What a type of the language is made of: `Partial<Options>` is what `Options` are. */
const MADE_OF = /^(?:Partial|Required|Readonly|Omit|Pick|NonNullable|Extract|Exclude|ReturnType|InstanceType|Awaited)$/;
/** A type that lacks what another one asks for. */
const LACKING =
  /Type '(?:typeof )?([A-Za-z_$][\w$]*)(?:<[^\n]*?>)?' (?:is missing the following properties|has no properties in common)|missing in type '(?:typeof )?([A-Za-z_$][\w$]*)(?:<[^\n]*?>)?'/g;
const OF_LACK = new Set(['TS2322', 'TS2345', 'TS2416', 'TS2559', 'TS2739', 'TS2740', 'TS2741', 'TS2769']);
/** What a class that inherits from something unknown has, takes and overrides. */
const OF_CLASSES = new Set(['TS2339', 'TS2551', 'TS2554', 'TS2555', 'TS4112', 'TS4113', 'TS4117', 'TS2515', 'TS2416']);

/**
 * Classes that inherit from what is not installed, themselves or through others of the tree: the compiler leaves out
 * such a base, and with it all that the class has from there.
 */
export class HollowClasses {
  readonly #hollow = new Set<string>();
  /** Classes that write their constructor themselves. */
  readonly #built = new Set<string>();
  /** Names of the classes in each file that inherit something. */
  readonly #inFile = new Map<string, string[]>();

  /** `isForeign` tells of a file's local name whether it comes from what is not installed. */
  constructor(texts: ReadonlyMap<string, string>, isForeign: (file: string, name: string) => boolean) {
    const below = new Map<string, string[]>();
    for (const [file, text] of texts) {
      if (!text.includes(' extends ')) continue;
      const found = [...text.matchAll(CLASS)];
      for (const [index, match] of found.entries()) {
        const [, name = '', base = '', rest = ''] = match;
        if (/(?<![.\w])constructor\s*\(/.test(text.slice(match.index, found[index + 1]?.index))) this.#built.add(name);
        const root = base.split('.')[0] ?? base;
        // What a function adds to a class is no more than a part of what it makes.
        const given = /^\(([\w$\s.,()]*)\)/.exec(rest)?.[1] ?? '';
        const ofCall = given.match(/(?<![.\w$])[A-Za-z_$][\w$]*/g) ?? [];
        const roots = MADE_OF.test(base) ? (rest.match(/[A-Za-z_$][\w$]*/g) ?? []) : [root, ...ofCall];
        this.#inFile.set(file, [...(this.#inFile.get(file) ?? []), name]);
        if (roots.some((one) => isForeign(file, one)) || isGlobal(base, root, text)) this.#hollow.add(name);
        else for (const one of roots) below.set(one, [...(below.get(one) ?? []), name]);
      }
    }
    for (const name of this.#hollow) for (const one of below.get(name) ?? []) this.#hollow.add(one);
  }

  /**
   * Whether what a message says of a class may be in the part of it that is not known. `given` is the class that what
   * the message is about is given to.
   */
  explain({ file, rule, message, details }: Diagnostic, line: string, given: string | null): boolean {
    // What is called may be callable by what it extends.
    const called = /^(?:TS2349|TS2351)$/.test(rule)
      ? /Type '([A-Za-z_$][\w$]*)(?:<.*>)?' has no/.exec(details ?? '')
      : null;
    if (called?.[1] !== undefined) return this.#hollow.has(called[1]);
    if (OF_LACK.has(rule) && this.#lacks(`${message}\n${details ?? ''}`)) return true;
    if (rule === 'TS2554' && this.#inheritsConstructor(given === null ? line : `new ${given}`)) return true;
    if (!OF_CLASSES.has(rule)) return false;
    const type = /on type '(?:typeof )?([A-Za-z_$][\w$]*)(?:<.*>)?'/.exec(message)?.[1];
    if (type !== undefined) return this.#hollow.has(type);
    const isOfClass = rule.startsWith('TS4') || rule === 'TS2515' || rule === 'TS2416' || /\bsuper\s*[(.]/.test(line);
    return isOfClass && (this.#inFile.get(file) ?? []).some((one) => this.#hollow.has(one));
  }

  /** Whether a line makes an instance of a class whose constructor is one of what is not known. */
  #inheritsConstructor(line: string): boolean {
    return [...line.matchAll(/\bnew\s+([A-Za-z_$][\w$]*)/g)].some(
      ([, name = '']) => this.#hollow.has(name) && !this.#built.has(name),
    );
  }

  /** Whether a class that is said to lack something may inherit it. */
  #lacks(said: string): boolean {
    return [...said.matchAll(LACKING)].some(([, one, other]) => this.#hollow.has(one ?? other ?? ''));
  }
}

/** `React.HTMLAttributes` without an import: a namespace that a package declares for all files. */
function isGlobal(base: string, root: string, text: string): boolean {
  const own = root.replaceAll('$', '\\$');
  return (
    base.includes('.') &&
    !new RegExp(
      `\\bimport\\b[^;'"\\n]*\\b${own}\\b|\\b(?:const|let|var|class|namespace|module|function|enum)\\s+${own}\\b`,
    ).test(text)
  );
}
