import type { MirroredFile } from './mirror.ts';
import type { PythonSpot } from './python-spot.ts';

const NONE_GIVEN =
  /^(?:Argument of t|T)ype "[^"]*\| None" (?:cannot be assigned to parameter|is not assignable to return type)/;

/** An attribute as a spot names it: `self.cache`, by what it belongs to and its own name. */
interface Held {
  readonly holder: string;
  readonly name: string;
}

/**
 * Attributes that hold `None` until a method of the same object is called, which the function around has called. To
 * pyright a call changes no attribute, so it goes on with the `None` that was asked for.
 */
export class FilledOnDemand {
  readonly #texts: readonly string[];
  /** Attributes that methods of a name give a value, by it. */
  #filling: ReadonlyMap<string, ReadonlySet<string>> | null = null;

  constructor(files: readonly MirroredFile[]) {
    this.#texts = files.flatMap(({ path, text }) => (/\.pyi?$/.test(path) ? [text] : []));
  }

  /** Whether the lines above a use call a method that gives the attribute its value. */
  explains(spot: PythonSpot): boolean {
    const held = heldAt(spot);
    if (held === null) return false;
    this.#filling ??= fillingMethods(this.#texts);
    const filling = this.#filling;
    const head = spot.above.findLastIndex((one) => /^\s*(?:async\s+)?def\b/.test(one));
    const calls = new RegExp(`(?<![\\w.])${held.holder.replaceAll('.', '\\.')}\\.(\\w+)\\(`, 'g');
    return spot.above
      .slice(head + 1)
      .some((line) =>
        [...line.matchAll(calls)].some(([, method = '']) => filling.get(method)?.has(held.name) === true),
      );
  }
}

const STEP =
  /^([ \t]*)(?:(?:async[ \t]+)?def[ \t]+(\w+)|(self\.\w+[ \t]*(?:,[^=\n()]*|:[^=\n]*)?)=(?!=|[ \t]*None\b)|(?:class|@)\b)/gm;

/** Which attributes the methods of some texts give a value, by the names of the methods. */
function fillingMethods(texts: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const text of texts) {
    const around: { readonly indent: number; readonly name: string }[] = [];
    for (const [, space = '', method, given = ''] of text.matchAll(STEP)) {
      while ((around.at(-1)?.indent ?? -1) >= space.length) around.pop();
      if (method !== undefined) around.push({ indent: space.length, name: method });
      for (const [, attribute = ''] of given.matchAll(/\bself\.(\w+)/g)) {
        for (const { name } of around) found.set(name, (found.get(name) ?? new Set()).add(attribute));
      }
    }
  }
  return found;
}

/** The attribute in which pyright sees a `None`; null where it speaks of something else. */
export function heldAt({ rule, message, line, column, above }: PythonSpot): Held | null {
  const isOptional = rule?.startsWith('reportOptional') === true;
  if (!isOptional && !NONE_GIVEN.test(message)) return null;
  const before = isOptional ? /((?:\w+\.)*\w+)\s*\.\s*$/.exec(line.slice(0, column - 1))?.[1] : undefined;
  const written = before ?? /^(?:\w+\.)*\w+(?!\w|\()/.exec(line.slice(column - 1))?.[0] ?? '';
  const parts = (written.includes('.') ? written : (originOf(written, above) ?? '')).split('.');
  const name = parts.pop();
  return name === undefined || parts.length === 0 ? null : { holder: parts.join('.'), name };
}

/** What a name was last given above a line, where that is an attribute. */
function originOf(name: string, above: readonly string[]): string | null {
  if (!/^\w+$/.test(name)) return null;
  const given = new RegExp(`^\\s*${name}\\s*=\\s*((?:\\w+\\.)+\\w+)\\s*(?:#.*)?$`);
  const found = above.findLast((one) => given.test(one));
  return found === undefined ? null : (given.exec(found)?.[1] ?? null);
}
