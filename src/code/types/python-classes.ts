import type { MirroredFile } from './mirror.ts';

const CLASS = /^[ \t]*class[ \t]+(\w+)[ \t]*(?:\[[^\]\n]*\])?[ \t]*(?:\(([^)]*)\))?[ \t]*:/gm;
/** Metaclasses that add nothing to what a class body shows. */
const PLAIN = /\b(?:ABCMeta|EnumMeta|EnumType|ProtocolMeta)\b/;
/** Makes an instance of whatever it likes. */
const MAKER = /^[ \t]+def[ \t]+__new__\(\s*cls\s*,\s*\*\w+\s*,\s*\*\*\w+/m;

/**
 * What Django, or Python itself, tells a value of the class that it stands in: it may put something else in its place.
 */
const PLACED = /^[ \t]+def[ \t]+(?:contribute_to_class|__set_name__|__get__)\s*\(/m;

const FILLED = /^[ \t]+(?:setattr\(\s*self\s*,\s*[a-z_]\w*\s*,|self\.__dict__\.update\(|vars\(self\)\.update\()/m;

/** Bases that bring no methods of their own to define what is abstract. */
export const BASIC: ReadonlySet<string> = new Set(['ABC', 'ABCMeta', 'Generic', 'Protocol', 'object', 'Exception']);

/** Names of the classes in a list of bases, without what they are applied to; dotted where they are written so. */
export function namesOf(bases: string): string[] {
  const plain = bases
    .replace(/#[^\n]*/g, '')
    .replace(/\[[^\]]*\]*/g, '')
    .replace(/\bmetaclass\s*=/g, '');
  return plain
    .split(',')
    .filter((one) => !one.includes('='))
    .flatMap((one) => /([\w.]+)\s*$/.exec(one.trim())?.[1] ?? []);
}

/** What the classes of a tree do that a type checker cannot follow, by their names. */
export class PythonClasses {
  /**
   * Classes whose metaclass, or one they inherit, may give them attributes, and those that put others in their place.
   */
  readonly dynamic: ReadonlySet<string>;
  /** Classes whose `__new__` takes anything. */
  readonly makers: ReadonlySet<string>;

  /** Classes that set attributes of themselves by names that are worked out. */
  readonly filled: ReadonlySet<string>;

  /** Classes that write their constructor themselves, or have it written. */
  readonly #built = new Set<string>();
  readonly #bases = new Map<string, readonly string[]>();
  /** Modules and packages of the tree, by the last part of their names. */
  readonly #modules = new Set<string>();

  constructor(files: readonly MirroredFile[]) {
    const below = new Map<string, string[]>();
    const dynamic = new Set<string>();
    const makers = new Set<string>();
    const filled = new Set<string>();
    for (const { path, text } of files) {
      if (!/\.pyi?$/.test(path)) continue;
      for (const part of path.replace(/\.pyi?$/, '').split('/')) this.#modules.add(part);
      const found = [...text.matchAll(CLASS)];
      for (const [index, match] of found.entries()) {
        const [, name = '', bases = ''] = match;
        if (/\bmetaclass\s*=/.test(bases) && !PLAIN.test(bases)) dynamic.add(name);
        this.#bases.set(name, [...(this.#bases.get(name) ?? []), ...namesOf(bases)]);
        for (const base of bases.split(',')) {
          const last = /([A-Za-z_]\w*)\s*(?:\[.*)?$/.exec(base.trim())?.[1];
          if (last !== undefined && !base.includes('=')) below.set(last, [...(below.get(last) ?? []), name]);
        }
        const body = text.slice(match.index, found[index + 1]?.index);
        if (MAKER.test(body)) makers.add(name);
        if (/^[ \t]+def[ \t]+__(?:init|new)__\s*\(/m.test(body)) this.#built.add(name);
        if (PLACED.test(body)) dynamic.add(name);
        if (FILLED.test(body)) filled.add(name);
      }
    }
    for (const name of dynamic) for (const one of below.get(name) ?? []) dynamic.add(one);
    this.dynamic = dynamic;
    this.makers = makers;
    this.filled = filled;
  }

  /** Whether a class of the tree inherits from nothing but classes of the tree. */
  isWhole(written: string, above: readonly string[] = []): boolean {
    const [name = '', module] = written.split('.').toReversed();
    // A class of a package may have the name of one of the tree.
    if (module !== undefined && !this.#modules.has(module)) return BASIC.has(name);
    const bases = this.#bases.get(name);
    if (bases === undefined) return BASIC.has(name);
    return above.includes(name) || bases.every((base) => this.isWhole(base, [...above, name]));
  }

  /**
   * Whether a line calls a class that makes instances of something else, or one whose constructor is not there to be
   * read.
   */
  callsMaker(line: string): boolean {
    return [...line.matchAll(/(\w+)\s*\(/g)].some(
      ([, name = '']) =>
        this.makers.has(name) ||
        this.dynamic.has(name) ||
        (this.#bases.has(name) && !this.isWhole(name) && !this.#built.has(name)),
    );
  }
}
