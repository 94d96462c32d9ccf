import type { MirroredFile } from './mirror.ts';
import { blockBelow, headAbove } from './python-blocks.ts';
import { callIn } from './python-calls.ts';
import { BASIC, namesOf } from './python-classes.ts';
import type { PythonSpot } from './python-spot.ts';

const CLASS = /^[ \t]*class[ \t]+(\w+)[ \t]*(?:\[[^\]\n]*\][ \t]*)?\(([^)]*)\)/gm;
const UP = /\bsuper\((?:(\w+)\s*,\s*\w+\s*)?\)\s*\.\s*\w+\s*\(/;
const OF_OBJECT = /^Cannot access attribute "(\w+)" for class "(\w+)\*"/;
/** Classes that are looked at for one attribute, and the characters of each. */
const MOST_BELOW = 100;
const LONGEST_CLASS = 50_000;

/** Where a class begins. */
interface Place {
  readonly name: string;
  readonly file: string;
  readonly offset: number;
}

/**
 * Classes that others inherit from before another base, or by way of a class of which they do: what is above such a
 * class, and what else its objects have, is for those others to say. Pyright takes it for what the class itself shows.
 */
export class MixedIn {
  /** Those that others inherit from before another base, and what these inherit from. */
  readonly #mixed = new Set<string>();
  /** Classes that inherit from each. */
  readonly #below = new Map<string, Place[]>();
  readonly #texts: ReadonlyMap<string, string>;
  /** Whether a class below one has an attribute, by `Class.attribute`. */
  readonly #known = new Map<string, boolean>();

  constructor(files: readonly MirroredFile[]) {
    this.#texts = new Map(files.flatMap(({ path, text }) => (/\.pyi?$/.test(path) ? [[path, text]] : [])));
    const above = new Map<string, string[]>();
    const left: string[] = [];
    for (const [file, text] of this.#texts) {
      for (const { 1: name = '', 2: list = '', index: offset } of text.matchAll(CLASS)) {
        const bases = namesOf(list.replace(/\bmetaclass[ \t]*=[^,)]*/g, ''));
        const last = bases.findLastIndex((one) => !BASIC.has(one));
        for (const [at, written] of bases.entries()) {
          const base = written.split('.').at(-1) ?? written;
          add(above, name, base);
          add(this.#below, base, { name, file, offset });
          if (at < last) left.push(base);
        }
      }
    }
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      if (this.#mixed.has(name)) continue;
      this.#mixed.add(name);
      left.push(...(above.get(name) ?? []));
    }
  }

  /** Whether a message speaks of what another class brings to such a one. */
  explains(spot: PythonSpot): boolean {
    if (spot.rule === 'reportCallIssue') return this.#isOfAbove(spot);
    const [, attribute, owner] = OF_OBJECT.exec(spot.message) ?? [];
    if (attribute === undefined || owner === undefined || !this.#mixed.has(owner)) return false;
    const key = `${owner}.${attribute}`;
    const known = this.#known.get(key) ?? this.#isBelow(owner, attribute);
    this.#known.set(key, known);
    return known;
  }

  /** A call of what is above a class: `super().__init__(value)`. */
  #isOfAbove(spot: PythonSpot): boolean {
    const up = UP.exec(callIn(spot));
    if (up === null) return false;
    const name = up[1] ?? this.#classAround(spot);
    return name !== null && this.#mixed.has(name);
  }

  #classAround({ file, number }: PythonSpot): string | null {
    const lines = (this.#texts.get(file) ?? '').split('\n');
    for (let at = headAbove(lines, number - 1); at >= 0; at = headAbove(lines, at)) {
      const name = /^\s*class\s+(\w+)/.exec(lines[at] ?? '')?.[1];
      if (name !== undefined) return name;
    }
    return null;
  }

  /** Whether a class that inherits from one names an attribute itself. */
  #isBelow(owner: string, attribute: string): boolean {
    const own = new RegExp(`^\\s*(?:self\\.)?${attribute}\\s*(?::|=(?!=))|^\\s*(?:async\\s+)?def\\s+${attribute}\\b`);
    const left = [...(this.#below.get(owner) ?? [])];
    const seen = new Set([owner]);
    for (let one = left.pop(); one !== undefined && seen.size < MOST_BELOW; one = left.pop()) {
      if (seen.has(one.name)) continue;
      seen.add(one.name);
      const lines = (this.#texts.get(one.file) ?? '').slice(one.offset, one.offset + LONGEST_CLASS).split('\n');
      const body = blockBelow(lines, 0);
      if (body.some((line) => own.test(line))) return true;
      left.push(...(this.#below.get(one.name) ?? []));
    }
    return false;
  }
}

function add<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [value]);
  else known.push(value);
}
