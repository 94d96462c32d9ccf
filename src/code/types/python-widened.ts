import type { MirroredFile } from './mirror.ts';
import type { PythonSpot } from './python-spot.ts';

const GIVEN =
  /^Argument of type "(?:str|int|bytes|bool)(?: \| None)?" cannot be assigned to parameter "\w+" of type "([^"]*)"/;
/** Values of one attribute that are looked for. */
const MOST_VALUES = 5;

/**
 * Attributes that hold nothing but a parameter of a narrow type, as of some words. Pyright takes what such an attribute
 * holds, where no annotation says it, for any text.
 */
export class WidenedAttributes {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(files: readonly MirroredFile[]) {
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
  }

  /** Whether such an attribute is given to a parameter of the type that the attribute's own value was declared with. */
  explains({ rule, message, file, line, column }: PythonSpot): boolean {
    const type = rule === 'reportArgumentType' ? GIVEN.exec(message.replaceAll("'", '`'))?.[1] : undefined;
    const name = /^(?:\w+\s*=\s*)?self\.(\w+)\s*(?:[,)]|$)/.exec(line.slice(column - 1))?.[1];
    if (type === undefined || name === undefined) return false;
    const text = this.#texts.get(file) ?? '';
    const assigned = new RegExp(`\\bself\\.${name}[ \\t]*(?::[^=\\n]*)?=(?!=)[ \\t]*([^\\n#]*)`, 'g');
    const given = new Set([...text.matchAll(assigned)].map(([, value = '']) => value.trim()));
    return given.size > 0 && given.size <= MOST_VALUES && [...given].every((value) => isDeclared(value, type, text));
  }
}

/** Whether a value is a parameter that a text declares to be of a type. */
function isDeclared(value: string, type: string, text: string): boolean {
  if (!/^\w+$/.test(value)) return false;
  const declared = text.matchAll(new RegExp(`[(,\\s]${value}[ \\t]*:[ \\t]*([^\\n=#]*)`, 'g'));
  return [...declared].some(([, written = '']) => plain(annotationOf(written)) === plain(type));
}

/** The annotation that a text begins with. */
function annotationOf(text: string): string {
  let depth = 0;
  for (const [at, character] of [...text].entries()) {
    if (depth === 0 && /[,)]/.test(character)) return text.slice(0, at);
    if (/[([]/.test(character)) depth += 1;
    if (/[)\]]/.test(character)) depth -= 1;
  }
  return text;
}

/** A type as it may be written, without what makes no difference. */
function plain(type: string): string {
  return type.replace(/["'`\s]/g, '');
}
