import type { Diagnostic } from './messages.ts';

const CLASS = /\b(?:class|interface)\s+([A-Za-z_$][\w$]*)(?:\s*<[^{]*?>)?\s+extends\s+([A-Za-z_$][\w$.]*)/g;
/** What a class that inherits from something unknown has, takes and overrides. */
const OF_CLASSES = new Set(['TS2339', 'TS2551', 'TS2554', 'TS2555', 'TS4112', 'TS4113', 'TS4117', 'TS2515', 'TS2416']);

/**
 * Classes that inherit from what is not installed, themselves or through others of the tree: the compiler leaves out such a
 * base, and with it all that the class has from there.
 */
export class HollowClasses {
  readonly #hollow = new Set<string>();
  /** Names of the classes in each file that inherit something. */
  readonly #inFile = new Map<string, string[]>();

  /** `isForeign` tells of a file's local name whether it comes from what is not installed. */
  constructor(texts: ReadonlyMap<string, string>, isForeign: (file: string, name: string) => boolean) {
    const below = new Map<string, string[]>();
    for (const [file, text] of texts) {
      if (!text.includes(' extends ')) continue;
      for (const [, name = '', base = ''] of text.matchAll(CLASS)) {
        const root = base.split('.')[0] ?? base;
        this.#inFile.set(file, [...(this.#inFile.get(file) ?? []), name]);
        if (isForeign(file, root) || isGlobal(base, root, text)) this.#hollow.add(name);
        else below.set(root, [...(below.get(root) ?? []), name]);
      }
    }
    for (const name of this.#hollow) for (const one of below.get(name) ?? []) this.#hollow.add(one);
  }

  /** Whether what a message says of a class may be in the part of it that is not known. */
  explain({ file, rule, message, details }: Diagnostic, line: string): boolean {
    // What is called may be callable by what it extends.
    const called = /^(?:TS2349|TS2351)$/.test(rule)
      ? /Type '([A-Za-z_$][\w$]*)(?:<.*>)?' has no/.exec(details ?? '')
      : null;
    if (called?.[1] !== undefined) return this.#hollow.has(called[1]);
    if (!OF_CLASSES.has(rule)) return false;
    const type = /on type '(?:typeof )?([A-Za-z_$][\w$]*)(?:<.*>)?'/.exec(message)?.[1];
    if (type !== undefined) return this.#hollow.has(type);
    const isOfClass = rule.startsWith('TS4') || rule === 'TS2515' || rule === 'TS2416' || /\bsuper\s*[(.]/.test(line);
    return isOfClass && (this.#inFile.get(file) ?? []).some((one) => this.#hollow.has(one));
  }
}

/** `React.HTMLAttributes` without an import: a namespace that a package declares for all files. */
function isGlobal(base: string, root: string, text: string): boolean {
  const own = root.replaceAll('$', '\\$');
  return (
    base.includes('.') &&
    !new RegExp(`\\b(?:import|const|let|var|class|namespace|function)\\b[^;'"\\n=(]*\\b${own}\\b`).test(text)
  );
}
