import type { PythonSpot } from './python-spot.ts';

/** What a message of pyright names for this: where it stands and what it is about. Lines are counted from 0. */
interface Said {
  readonly file: string;
  readonly rule: string | null;
  readonly message: string;
  readonly range?: { readonly start: { readonly line: number } } | undefined;
}

/** Rules that stand on the types of values. */
const OF_TYPES =
  /^report(?:Optional\w+|AttributeAccessIssue|ArgumentType|ReturnType|AssignmentType|CallIssue|IndexIssue|OperatorIssue|GeneralTypeIssues)$/;

/**
 * Names that were given something else than they are declared to be. Pyright says so there, and goes on with the
 * declared type: what it says of the name further down is no second error.
 */
export class Violations {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #lines = new Map<string, string[]>();
  /** Lines (from 1) of the assignments in a file, with the name that is assigned. */
  readonly #assigned = new Map<string, { readonly line: number; readonly name: string }[]>();
  /** Attributes that a file puts on objects whose class does not name them. */
  readonly #put = new Set<string>();

  constructor(said: readonly Said[], texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
    for (const { file, rule, message, range } of said) {
      const [, attribute, holder] = /^Cannot assign to attribute "(\w+)" for class "(\w+)/.exec(message) ?? [];
      if (attribute !== undefined) this.#put.add(`${file} ${holder}.${attribute}`);
      if (rule !== 'reportAssignmentType' || range === undefined) continue;
      const line = range.start.line + 1;
      const name = /^\s*(\w+)\s*(?::[^=]*)?=[^=]/.exec(this.#linesOf(file)[line - 1] ?? '')?.[1];
      if (name === undefined) continue;
      const known = this.#assigned.get(file) ?? [];
      this.#assigned.set(file, known);
      known.push({ line, name });
    }
  }

  /**
   * Whether a message at a line (from 1) is about a name that an assignment above it, of the same block, has violated,
   * or about an attribute that the file itself puts on such objects.
   */
  explains({ file, rule, message, line: text }: PythonSpot, line: number): boolean {
    if (!OF_TYPES.test(rule ?? '')) return false;
    const [, attribute, holder] = /^Cannot access attribute "(\w+)" for class "(\w+)/.exec(message) ?? [];
    if (attribute !== undefined && this.#put.has(`${file} ${holder}.${attribute}`)) return true;
    return (this.#assigned.get(file) ?? []).some(
      (one) => one.line < line && new RegExp(`\\b${one.name}\\b`).test(text) && this.#isSameBlock(file, one.line, line),
    );
  }

  #isSameBlock(file: string, from: number, to: number): boolean {
    const lines = this.#linesOf(file).slice(from - 1, to);
    const indent = indentOf(lines[0] ?? '');
    return lines.every((one) => !/^\s*(?:(?:async\s+)?def|class)\b/.test(one) || indentOf(one) >= indent);
  }

  #linesOf(file: string): string[] {
    const known = this.#lines.get(file) ?? (this.#texts.get(file) ?? '').split('\n');
    this.#lines.set(file, known);
    return known;
  }
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
