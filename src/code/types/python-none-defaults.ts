import type { MirroredFile } from './mirror.ts';
import type { PythonSpot } from './python-spot.ts';

const GIVEN =
  /^Argument of type "(?:[^"]* \| )?None" cannot be assigned to parameter "(\w+)" of type "[^"]*" in function "(\w+)"/;
/** Of several types that a value may have, pyright names the first that does not fit, and `None` last. */
const ONLY_NONE_FAILS = /^[ \u00a0]*(?:Type )?"None" is not assignable to /m;

/** Which parameters of one definition have the default `None`, by their names. */
type Parameters = ReadonlyMap<string, boolean>;

/**
 * Parameters that are declared as something else than `None` and have it as their default, as in `parent: type = None`.
 * Whoever gives them `None` gives what the function takes by itself: what is wrong is the declaration, which is told.
 */
export class NoneDefaults {
  readonly #files: readonly MirroredFile[];
  /** Read when first asked for. */
  #definitions: ReadonlyMap<string, readonly Parameters[]> | null = null;

  constructor(files: readonly MirroredFile[]) {
    this.#files = files;
  }

  /** Whether `None` is given to such a parameter of every function of that name that has it. */
  explains({ rule, message }: PythonSpot): boolean {
    const [, parameter, name] = (rule === 'reportArgumentType' && GIVEN.exec(message)) || [];
    if (parameter === undefined || name === undefined || !ONLY_NONE_FAILS.test(message)) return false;
    this.#definitions ??= definitionsIn(this.#files);
    const own = (this.#definitions.get(name) ?? []).flatMap((parameters) => parameters.get(parameter) ?? []);
    return own.length > 0 && own.every((isNone) => isNone);
  }
}

function definitionsIn(files: readonly MirroredFile[]): Map<string, Parameters[]> {
  const found = new Map<string, Parameters[]>();
  for (const { path, text } of files) {
    if (!/\.pyi?$/.test(path)) continue;
    const heads = /\bdef[ \t]+(\w+)[ \t]*(?:\[[^\]\n]*\][ \t]*)?\(/g;
    for (let head = heads.exec(text); head !== null; head = heads.exec(text)) {
      const { parts, end } = partsFrom(text, heads.lastIndex);
      heads.lastIndex = end;
      const [, name = ''] = head;
      const known = found.get(name) ?? [];
      found.set(name, known);
      known.push(new Map(parts.flatMap((part) => parameterOf(part))));
    }
  }
  return found;
}

function parameterOf(written: string): [name: string, isNone: boolean][] {
  const name = /^\s*(\w+)/.exec(written)?.[1];
  return name === undefined ? [] : [[name, /=\s*None\s*$/.test(written)]];
}

/** The parts of a list in brackets, without comments, from behind the first bracket to the last one. */
function partsFrom(text: string, from: number): { parts: string[]; end: number } {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  const tokens = /#[^\n]*|"[^"\n]*"|'[^'\n]*'|[^#"'()[\]{},]+|[\s\S]/g;
  tokens.lastIndex = from;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const [written] = token;
    if (written.startsWith('#')) continue;
    if (/^[)\]}]$/.test(written)) depth -= 1;
    if (depth < 0) break;
    if (/^[([{]$/.test(written)) depth += 1;
    if (written !== ',' || depth > 0) part += written;
    else {
      parts.push(part);
      part = '';
    }
  }
  return { parts: [...parts, part], end: tokens.lastIndex === 0 ? text.length : tokens.lastIndex };
}
