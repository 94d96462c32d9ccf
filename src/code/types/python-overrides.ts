import type { MirroredFile } from './mirror.ts';
import { blockBelow, indentOf } from './python-blocks.ts';
import type { PythonSpot } from './python-spot.ts';

const OVERRIDE = /^Method "(\w+)" overrides class "(\w+)" in an incompatible manner/;
/** A property says so one step further in. */
const PROPERTY = /^"(\w+)" incorrectly overrides property of same name in class "(\w+)"/;
const RESULT = /^\s*Return type mismatch: base method returns type "(.*)", override returns type "(.*)"$/;
/** What a method gives that was written for its overrides: nothing, or the sign that it is not there. */
const PROMISES_NOTHING = /^(?:CoroutineType\[Any, Any, )?(?:None|NotImplementedType|NoReturn)\]?$/;

/** Kinds of values by how pyright writes what it has seen of one. */
const KINDS: readonly (readonly [kind: string, type: RegExp])[] = [
  ['bool', /^(?:bool\b|Literal\[(?:True|False)\])/],
  ['int', /^(?:int\b|Literal\[-?\d+\])/],
  ['str', /^(?:str\b|Literal\[["'])/],
  ['tuple', /^tuple\[/],
];

function kindOf(type: string): string | null {
  const given = /^CoroutineType\[Any, Any, (.*)\]$/.exec(type)?.[1] ?? type;
  return KINDS.find(([, pattern]) => pattern.test(given))?.[0] ?? null;
}

/** Whether a result is nothing, or the one value that a method shows of a kind which its override gives too. */
function isUnpromised(reason: string): boolean {
  const [, base = '', override = ''] = RESULT.exec(reason) ?? [];
  if (base === '') return false;
  return PROMISES_NOTHING.test(base) || (kindOf(base) !== null && kindOf(base) === kindOf(override));
}

/** Overrides that give something else than a method of the tree that says nothing of its result and has none. */
export class UnpromisedResults {
  readonly #texts: readonly string[];
  readonly #known = new Map<string, boolean>();

  constructor(files: readonly MirroredFile[]) {
    this.#texts = files.flatMap(({ path, text }) => (/\.pyi?$/.test(path) ? [text] : []));
  }

  /**
   * Whether pyright holds an override against the result that it made up for a body of `pass`, `return NotImplemented`
   * or `raise NotImplementedError()`, or against the very number that a body of `return 1` gives.
   */
  explains({ message }: PythonSpot): boolean {
    const [first = '', ...rest] = message.split('\n');
    const ofMethod = OVERRIDE.exec(first);
    const [, method = '', base = ''] = ofMethod ?? PROPERTY.exec(first) ?? [];
    // What stands deeper explains a reason.
    const reasons = rest.filter((one) => indentOf(one) === (ofMethod === null ? 4 : 2));
    if (method === '' || reasons.length === 0) return false;
    if (!reasons.every(isUnpromised)) return false;
    const key = `${base}.${method}`;
    const known = this.#known.get(key) ?? this.#saysNothing(base, method);
    this.#known.set(key, known);
    return known;
  }

  /** Whether all methods of that name in classes of that name are without an annotation of what they give. */
  #saysNothing(base: string, method: string): boolean {
    const head = new RegExp(`^[ \\t]*class[ \\t]+${base}\\b`);
    const own = new RegExp(`^[ \\t]+(?:async[ \\t]+)?def[ \\t]+${method}[ \\t]*\\(`);
    const heads = this.#texts.flatMap((text) => {
      if (!text.includes(base) || !text.includes(method)) return [];
      const lines = text.split('\n');
      return lines.flatMap((line, at) => {
        if (!head.test(line)) return [];
        const body = blockBelow(lines, at);
        return body.flatMap((one, row) => (own.test(one) ? signatureOf(body.slice(row)) : []));
      });
    });
    return heads.length > 0 && !heads.some((one) => /\)\s*->/.test(one));
  }
}

/** Lines that a signature may have. */
const LONGEST_SIGNATURE = 60;

/** The head of a function that begins with the first of some lines, up to its colon. */
function signatureOf(lines: readonly string[]): string {
  const end = lines
    .slice(0, LONGEST_SIGNATURE)
    .findIndex((one) => /:\s*(?:#.*)?$|:\s*(?:\.{3}|pass|return|raise)\b/.test(one));
  return lines.slice(0, end + 1).join('\n');
}
