import { linesAbove, linesFrom } from './python-spot.ts';

/** What stands around a place in a Python file, as far as it decides how much a type checker can know there. */
export class PythonSurroundings {
  readonly #lines: readonly string[];
  /** Names that come from packages which are not installed. */
  readonly #foreign: RegExp | null;
  /** Attributes that are given what comes from such packages. */
  readonly #foreignAttributes: RegExp;
  /** Whether at least a third of the functions that take something say what they take. */
  readonly typed: boolean;
  /** Whether the file imports something that is not installed. */
  readonly hasForeign: boolean;
  /** Whether the file takes all names of a module that is not installed. */
  readonly takesAll: boolean;

  /** `missing` are the modules of the file's imports that could not be found. */
  constructor(text: string, missing: ReadonlySet<string>) {
    this.#lines = text.split('\n');
    this.typed = isTyped(text);
    const names = foreignNames(text, missing);
    this.hasForeign = missing.size > 0;
    const wild = [...text.matchAll(/^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\*/gm)];
    this.takesAll = wild.some(([, module = '']) => missing.has(module));
    const attributes = names.length === 0 ? [] : attributesOf(text, names);
    this.#foreignAttributes = attributes.length === 0 ? /(?!)/ : new RegExp(`\\bself\\.(?:${attributes.join('|')})\\b`);
    this.#foreign = names.length === 0 ? null : new RegExp(`(?<![\\w.])(?:${names.join('|')})(?!\\w)`);
  }

  /** Text of a line (from 1). */
  line(number: number): string {
    return this.#lines[number - 1] ?? '';
  }

  /**
   * The lines above a line (from 1), as far as evidence is looked for: `far` as many as a statement of imports or a
   * function may have.
   */
  above(number: number, far = false): string[] {
    return far
      ? this.#lines.slice(Math.max(0, number - 1 - LONGEST_IMPORT), number - 1)
      : linesAbove(this.#lines, number);
  }

  /** A line (from 1) and those below it, as far as evidence is looked for. */
  below(number: number): string[] {
    return linesFrom(this.#lines, number);
  }

  /** Module that the import statement on a line (from 1) names; null where there is none, or it is a relative one. */
  importedFrom(line: number): string | null {
    const head = [this.line(line), ...this.above(line, true).toReversed()].find((one) =>
      /^\s*(?:from|import)\s/.test(one),
    );
    return /^\s*from\s+(\w[\w.]*)\s+import\b/.exec(head ?? '')?.[1] ?? null;
  }

  /** Whether the function around a line (from 1) says of each parameter what it is; true outside of functions. */
  isAnnotated(line: number): boolean {
    const [, parameters = ''] = SIGNATURE_HERE.exec(this.#functionAround(line - 1)) ?? [];
    const plain = parameters
      .replace(/#[^\n]*/g, '')
      .replace(/\[[^[\]]*(?:\[[^[\]]*\][^[\]]*)*\]|\([^()]*\)|(["'])(?:(?!\1).)*\1/g, '');
    return plain.split(',').every((one) => /^\s*(?:\*{0,2}_\w*|self|cls|mcs|\*|\/)?\s*$|^\s*\*{0,2}\w+\s*:/.test(one));
  }

  /** Whether a line (from 1) gives a parameter of the function around it another value. */
  rebindsParameter(line: number): boolean {
    const name = /^\s*(?:for\s+(?=\w+\s+in\b))?(\w+)\s*(?:=[^=]|in\b)/.exec(this.line(line))?.[1];
    if (name === undefined) return false;
    const [, parameters = ''] = SIGNATURE_HERE.exec(this.#functionAround(line - 1)) ?? [];
    return new RegExp(`(?:^|[,\\s])${name}\\s*:`).test(parameters);
  }

  /**
   * Whether the function around a line (from 1) uses something that is not installed; outside of one, the line itself.
   */
  usesForeign(line: number): boolean {
    if (this.#foreign === null) return false;
    return this.#foreign.test(this.#functionAround(line - 1)) || this.#foreignAttributes.test(this.line(line));
  }

  /** Whether a line (from 1) names something that is not installed. */
  namesForeign(line: number): boolean {
    return this.#foreign?.test(this.line(line)) === true;
  }

  #functionAround(at: number): string {
    let indent = indentOf(this.#lines[at] ?? '');
    // A function that begins beside a line, not before it, is another one, but for the end of its own parameters.
    let closes = isClosing(this.#lines[at] ?? '');
    for (let above = at; above >= 0; above -= 1) {
      const text = this.#lines[above] ?? '';
      if (text.trim() === '' || indentOf(text) > indent) continue;
      const isBeside = above !== at && indent > 0 && indentOf(text) === indent && !closes;
      if (/^\s*(?:async\s+)?def\b/.test(text)) {
        if (!isBeside) return this.#block(above);
      } else if (above !== at && !/^\s*#/.test(text)) {
        if (isClosing(text)) closes = true;
        else if (indentOf(text) < indent) closes = false;
        indent = indentOf(text);
      }
    }
    return this.#lines[at] ?? '';
  }

  #block(start: number): string {
    const indent = indentOf(this.#lines[start] ?? '');
    let first = start;
    while (/^\s*@/.test(this.#lines[first - 1] ?? '')) first -= 1;
    let end = start + 1;
    for (; end < this.#lines.length; end += 1) {
      const text = this.#lines[end] ?? '';
      if (text.trim() !== '' && indentOf(text) <= indent && !/^\s*[)\]]/.test(text)) break;
    }
    return this.#lines.slice(first, end).join('\n');
  }
}

/** Lines of one statement that imports names. */
const LONGEST_IMPORT = 1000;

function isClosing(line: string): boolean {
  return /^\s*[)\]]/.test(line);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

const SIGNATURE = /^[ \t]*(?:async[ \t]+)?def[ \t]+\w+[^(\n]*\(([^()]*(?:\([^()]*\)[^()]*)*)\)[ \t]*(->)?/gm;

/** Parameters of the first function of a text. */
const SIGNATURE_HERE = /\bdef[ \t]+\w+[^(\n]*\(([^()]*(?:\([^()]*\)[^()]*)*)\)/;

function isTyped(text: string): boolean {
  let taking = 0;
  let saying = 0;
  let found = 0;
  for (const [, parameters = '', result] of text.matchAll(SIGNATURE)) {
    found += 1;
    const annotated = result !== undefined || /[\w)]\s*:/.test(parameters);
    if (!annotated && /^\s*(?:self|cls)?\s*,?\s*$/.test(parameters)) continue;
    taking += 1;
    if (annotated) saying += 1;
  }
  if (taking === 0)
    return (
      found === 0 || /^[ \t\uFEFF]*(?!(?:else|try|finally|lambda)\b)[A-Za-z_]\w*\s*:\s*[A-Za-z]\w*[^\n=(]*=/m.test(text)
    );
  return saying * 3 >= taking;
}

/** Attributes of `self` that are made of one of these names. */
function attributesOf(text: string, names: readonly string[]): string[] {
  const made = new RegExp(`^\\s*self\\.(\\w+)\\s*(?::[^=\\n]+)?=[^=].*(?<![\\w.])(?:${names.join('|')})(?!\\w)`, 'gm');
  return [...new Set([...text.matchAll(made)].flatMap(([, name]) => name ?? []))];
}

/** Names that a text imports from one of some modules. */
export function foreignNames(text: string, missing: ReadonlySet<string>): string[] {
  if (missing.size === 0) return [];
  const names: string[] = [];
  for (const [, module = '', list = ''] of text.matchAll(
    /^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)/gm,
  )) {
    if (!missing.has(module)) continue;
    for (const part of list.replace(/[()]|#[^\n]*/g, '').split(',')) names.push(localOf(part));
  }
  for (const [, list = ''] of text.matchAll(/^[ \t]*import[ \t]+([^\n#]+)/gm)) {
    for (const part of list.split(',')) {
      if (missing.has(part.trim().split(/\s+as\s+/)[0] ?? '')) names.push(localOf(part).split('.')[0] ?? '');
    }
  }
  return [...new Set(names)].filter((name) => /^[A-Za-z_]\w*$/.test(name));
}

function localOf(part: string): string {
  const [name = '', local] = part.trim().split(/\s+as\s+/);
  return local ?? name;
}
