import type { MirroredFile } from './mirror.ts';
import { blockBelow, headAbove, indentOf } from './python-blocks.ts';
import type { PythonSpot } from './python-spot.ts';

const METHOD = /^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\([ \t]*(?:self|cls)[ \t]*\)[ \t]*(->)?/gm;
const LEAVES = /^\s*(?:return|raise|continue|break)\b/;
const FILLS = /^\s*if\s+(?:self|cls|[A-Z]\w*)\.(\w+)\s+is\s+None\s*:\s*$/;

/**
 * Methods that see to it that something is not `None`: those that say whether it is there, and those that give it after
 * they have had it made. To pyright a call says nothing of what an attribute holds.
 */
export class MadeSure {
  /** The bodies of methods without parameters, by their names. */
  readonly #bodies = new Map<string, { readonly lines: readonly string[]; readonly promises: boolean }[]>();
  readonly #lines: ReadonlyMap<string, readonly string[]>;

  constructor(files: readonly MirroredFile[]) {
    const read = new Map<string, readonly string[]>();
    for (const { path, text } of files) {
      if (!/\.pyi?$/.test(path)) continue;
      const lines = text.split('\n');
      read.set(path, lines);
      let at = 0;
      let offset = 0;
      for (const { 1: name = '', 2: promise, index } of text.matchAll(METHOD)) {
        for (; offset + (lines[at]?.length ?? 0) < index; at += 1) offset += (lines[at]?.length ?? 0) + 1;
        const body = { lines: lines.slice(at, at + LONGEST), promises: promise !== undefined };
        const known = this.#bodies.get(name);
        if (known === undefined) this.#bodies.set(name, [body]);
        else known.push(body);
      }
    }
    this.#lines = read;
  }

  /** Whether such a method was called before what pyright takes for `None` is used. */
  explains({ rule, file, line, column, number }: PythonSpot): boolean {
    if (rule?.startsWith('reportOptional') !== true) return false;
    const written = line.slice(0, column - 1).trimEnd();
    if (!written.endsWith('.')) return false;
    const before = written.slice(0, -1);
    const lines = this.#lines.get(file) ?? [];
    const head = headAbove(lines, number - 1);
    const above = head < 0 ? [] : lines.slice(Math.max(head + 1, number - LONGEST_ABOVE), number - 1);
    const [, holder, attribute] = /(?<![\w.])(\w+)\.(\w+)$/.exec(before) ?? [];
    if (holder !== undefined && attribute !== undefined && this.#isAsked(holder, attribute, above, line)) return true;
    const name = /(?<![\w.])(\w+)$/.exec(before)?.[1];
    const given = name === undefined ? null : new RegExp(`^\\s*${name}\\s*=\\s*(?:\\w+\\.)+(\\w+)\\(\\)\\s*$`);
    const last = given === null ? undefined : above.findLast((one) => new RegExp(`^\\s*${name}\\s*=(?!=)`).test(one));
    const method = /\.(\w+)\(\)$/.exec(before)?.[1] ?? (last === undefined ? undefined : given?.exec(last)?.[1]);
    return method !== undefined && this.#gives(method);
  }

  /** Whether lines leave where a method says that an attribute is `None`. */
  #isAsked(holder: string, attribute: string, above: readonly string[], line: string): boolean {
    const asked = new RegExp(`^\\s*if\\s+not\\s+${holder}\\.(\\w+)\\(\\)\\s*:`);
    return above.some((one, at) => {
      const method = indentOf(one) <= indentOf(line) ? asked.exec(one)?.[1] : undefined;
      if (method === undefined || !LEAVES.test(lastOf(blockBelow(above, at)))) return false;
      const bodies = this.#bodies.get(method) ?? [];
      const own = new RegExp(`\\bself\\.${attribute}\\s+is\\s+not\\s+None\\b`);
      return bodies.length > 0 && bodies.every(({ lines }) => blockBelow(lines, 0).some((said) => own.test(said)));
    });
  }

  /** Whether a method has what it gives made where it is `None`. */
  #gives(method: string): boolean {
    const bodies = this.#bodies.get(method) ?? [];
    return bodies.length > 0 && bodies.every(({ lines, promises }) => !promises && isFilledFirst(blockBelow(lines, 0)));
  }
}

/** Lines of a method that are looked at. */
const LONGEST = 60;
/** Lines above a use that are looked at. */
const LONGEST_ABOVE = 300;

/** Whether a block makes what an attribute lacks, and ends with that attribute. */
function isFilledFirst(body: readonly string[]): boolean {
  const result = /^\s*return\s+(?:self|cls|[A-Z]\w*)\.(\w+)\s*$/.exec(lastOf(body))?.[1];
  return body.some((one, at) => {
    if (result === undefined || FILLS.exec(one)?.[1] !== result) return false;
    const last = lastOf(blockBelow(body, at));
    return last !== '' && !/^\s*(?:return|raise|pass|\.\.\.)/.test(last) && !/=\s*None\s*$/.test(last);
  });
}

function lastOf(block: readonly string[]): string {
  return block.findLast((one) => one.trim() !== '' && !/^\s*[)\]}#]/.test(one)) ?? '';
}
