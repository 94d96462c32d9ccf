import { roleOf } from '../file-roles.ts';
import type { MirroredFile } from './mirror.ts';
import { blockBelow, classAround, indentOf } from './python-blocks.ts';
import type { PythonSpot } from './python-spot.ts';
import { foreignNames } from './python-surroundings.ts';

const OF_SELF = /^Type of parameter "\w+" must be a supertype of its class/;

/** What the texts of a tree say of members of its classes and modules, far away from where they are used. */
export class TreeMembers {
  readonly #texts: ReadonlyMap<string, string>;
  /** Files that put a name into a module, and that module, by the last part of its name. */
  readonly #given = new Map<string, { readonly file: string; readonly module: string }[]>();
  /** Files that put an attribute on a class, by `Class.attribute`. */
  #put: ReadonlyMap<string, readonly string[]> | null = null;
  /** Methods that make what an attribute holds. */
  readonly #makers = new Map<string, string[]>();

  constructor(files: readonly MirroredFile[]) {
    this.#texts = new Map(files.flatMap(({ path, text }) => (/\.pyi?$/.test(path) ? [[path, text]] : [])));
  }

  /** Whether the text of the tree shows where a member comes from that pyright misses, or why it is another one. */
  explains(spot: PythonSpot): boolean {
    if (spot.rule === 'reportSelfClsParameterName' || OF_SELF.test(spot.message)) return this.#isUsedInBody(spot);
    if (spot.rule !== 'reportAttributeAccessIssue') return false;
    return this.#isGiven(spot) || this.#isPutOn(spot) || this.#isMangled(spot) || this.#isMadeOtherwise(spot);
  }

  /** A name that another file of the tree, which is no test, puts into the module. */
  #isGiven({ message, file }: PythonSpot): boolean {
    const [, name, module] = /^"(\w+)" is not a known attribute of module "([\w.]+)"/.exec(message) ?? [];
    if (name === undefined || module === undefined) return false;
    const given = this.#given.get(name) ?? this.#givenTo(name);
    this.#given.set(name, given);
    const last = module.split('.').at(-1);
    return given.some((one) => one.module === last && (roleOf(one.file) !== 'test' || roleOf(file) === 'test'));
  }

  /** An attribute that a file of the tree, which is no test, puts on the class: `logging.Logger.trace = trace`. */
  #isPutOn({ message, file }: PythonSpot): boolean {
    const [, name = '', owner = ''] =
      /^Cannot access attribute "(\w+)" for class "(?:type\[)?(\w+)/.exec(message) ?? [];
    this.#put ??= putOnClasses(this.#texts);
    const known = this.#put.get(`${owner}.${name}`) ?? [];
    return known.some((one) => roleOf(one) !== 'test' || roleOf(file) === 'test');
  }

  #givenTo(name: string): { file: string; module: string }[] {
    const put = new RegExp(`^[ \\t]*([A-Za-z_][\\w.]*)\\.${name}[ \\t]*=[^=]`, 'gm');
    return [...this.#texts].flatMap(([file, text]) => {
      if (!text.includes(`.${name}`)) return [];
      const modules = [...text.matchAll(put)].map(([, holder = '']) => moduleOf(holder, text)?.split('.').at(-1));
      return modules.flatMap((module) => (module === undefined ? [] : { file, module }));
    });
  }

  /** `_Class__name` from outside of a class that has the private attribute `__name`. */
  #isMangled({ message }: PythonSpot): boolean {
    const [, owner, name] = /^Cannot (?:access|assign to) attribute "_([A-Za-z]\w*?)__(\w+)"/.exec(message) ?? [];
    if (owner === undefined || name === undefined) return false;
    const head = new RegExp(`^[ \\t]*class[ \\t]+_*${owner}\\b`);
    const own = new RegExp(`(?<!\\w)__${name}\\b`);
    return [...this.#texts.values()].some((text) => {
      if (!text.includes(`__${name}`)) return false;
      const lines = text.split('\n');
      return lines.some((line, at) => head.test(line) && blockBelow(lines, at).some((one) => own.test(one)));
    });
  }

  /**
   * A member of what a method of the object makes, which the class around the place makes otherwise than the class that
   * pyright has read: neither says what it makes.
   */
  #isMadeOtherwise({ message, file, line, column, number }: PythonSpot): boolean {
    const held = /\bself\.(\w+)\s*\.\s*$/.exec(line.slice(0, column - 1))?.[1];
    if (held === undefined || !message.startsWith('Cannot access attribute')) return false;
    const makers = this.#makers.get(held) ?? this.#makersOf(held);
    this.#makers.set(held, makers);
    if (makers.length === 0) return false;
    const body = classAround((this.#texts.get(file) ?? '').split('\n'), number - 1);
    return makers.some((maker) => {
      const own = new RegExp(`^\\s*(?:async\\s+)?def\\s+${maker}\\s*\\([^()]*\\)\\s*:`);
      const said = new RegExp(`\\bdef\\s+${maker}\\s*\\([^()]*\\)\\s*->`);
      return body.some((one) => own.test(one)) && ![...this.#texts.values()].some((text) => said.test(text));
    });
  }

  #makersOf(held: string): string[] {
    const made = new RegExp(`\\bself\\.${held}[ \\t]*=[ \\t]*(?:self|cls)\\.(\\w+)\\(`, 'g');
    return [...this.#texts.values()].flatMap((text) =>
      text.includes(`.${held}`) ? [...text.matchAll(made)].flatMap(([, name]) => name ?? []) : [],
    );
  }

  /** A function that the body of the class uses itself: as a decorator, or as a value of one of its tables. */
  #isUsedInBody({ file, line, number }: PythonSpot): boolean {
    const name = /^\s*(?:async\s+)?def\s+(\w+)/.exec(line)?.[1];
    if (name === undefined) return false;
    const used = new RegExp(`^@${name}\\b(?!\\.)|\\]\\s*=\\s*${name}\\s*(?:#.*)?$|["']\\s*:\\s*${name}\\s*[,}]`);
    const indent = indentOf(line);
    const body = classAround((this.#texts.get(file) ?? '').split('\n'), number - 1);
    return body.some((one) => indentOf(one) === indent && used.test(one.trim()));
  }
}

const PUT = /^[ \t]*(?:\w+\.)*([A-Z]\w*)\.(\w+)[ \t]*=[^=]|\bsetattr\(\s*(?:\w+\.)*([A-Z]\w*)\s*,\s*["'](\w+)["']/gm;

function putOnClasses(texts: ReadonlyMap<string, string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [file, text] of texts) {
    for (const [, owner, name, given, attribute] of text.matchAll(PUT)) {
      const key = `${owner ?? given}.${name ?? attribute}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, [file]);
      else known.push(file);
    }
  }
  return found;
}

/** The dotted module that a name stands for in a text which imports it; null for what is no module for certain. */
function moduleOf(written: string, text: string): string | null {
  const [first = '', ...rest] = written.split('.');
  const modules = new Set<string>();
  for (const [, module = ''] of text.matchAll(/^[ \t]*(?:from|import)[ \t]+([\w.]+)/gm)) modules.add(module);
  if (!foreignNames(text, modules).includes(first)) return null;
  const alias = new RegExp(`^[ \\t]*(?:import|from)\\b[^\\n]*?([\\w.]+)[ \\t]+as[ \\t]+${first}\\b`, 'm').exec(
    text,
  )?.[1];
  return [alias ?? first, ...rest].join('.');
}
