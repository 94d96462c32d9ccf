import type { NamedText, Parameter, SourceSymbol } from '../../code/symbols.ts';
import { type Callable, isPython } from './callables.ts';
import { didYouMean, editDistance } from './nearest.ts';
import type { Fault } from './rules.ts';

/** A documented name that is not taken, with the parameter it was before, if that can be told. */
export interface Invention {
  readonly fault: Fault;
  readonly isRename: boolean;
  readonly renamed: string | null;
}

/** A name that is not taken beside one that is and is not told of: the parameter was renamed. */
export function invented(
  { file, name, symbol }: Callable,
  surplus: readonly (readonly [string, NamedText])[],
  untold: readonly Parameter[],
  takesMore: boolean,
): Invention[] {
  const missing = [...untold];
  const alone = surplus.length === 1 && missing.length === 1;
  return surplus.flatMap(([written, { line, name: full }]) => {
    const renamed = renamedTo(written, missing, alone && !takesMore);
    // A name of several words or with marks is a way to write that is not understood.
    // What a base takes by name, or anything more.
    if (/^(?:kwargs|kw|options_?|args)$/.test(written) && /^[\\*]/.test(full)) return [];
    const isName = isPython(file) ? /^\\?\*{0,2}\w+$/.test(full) : /^[\w$.[\]*=]+$/.test(full);
    if ((renamed === null && takesMore) || !isName) return [];
    if (renamed !== null) missing.splice(missing.indexOf(renamed), 1);
    const fault: Fault = {
      rule: 'docs/parameter-invented',
      file: file.path,
      line,
      message: `${described(symbol, name)} documents a parameter \`${written}\`, which it does not take.`,
      suggestion: didYouMean(renamed === null ? null : plainName(renamed.name)),
      subject: `${name}(${written})`,
    };
    return [{ fault, isRename: renamed !== null, renamed: renamed === null ? null : plainName(renamed.name) }];
  });
}

function renamedTo(written: string, missing: readonly Parameter[], alone: boolean): Parameter | null {
  const limit = Math.max(2, Math.floor(written.length / 2));
  const ranked = missing
    .map((one) => ({ one, distance: editDistance(written.toLowerCase(), plainName(one.name).toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const turned = missing.find((one) => wordsOf(plainName(one.name)) === wordsOf(written));
  if (turned !== undefined) return turned;
  const [best] = ranked;
  return best !== undefined && (alone || best.distance <= limit) ? best.one : null;
}

/** `dateLeft` and `leftDate` are the same words. */
function wordsOf(name: string): string {
  return name
    .split(/_|(?=[A-Z])/)
    .map((word) => word.toLowerCase())
    .sort()
    .join(' ');
}

/** A parameter that a comment leaves out, as a fault. */
export function omission({ file, name, symbol, doc }: Callable, parameter: string): Fault {
  return {
    rule: 'docs/parameter-omitted',
    file: file.path,
    line: doc.params[0]?.line ?? doc.line,
    message: `${described(symbol, name)} documents other parameters, but not \`${parameter}\`.`,
    suggestion: `Say what \`${parameter}\` is for.`,
    subject: `${name}(${parameter})`,
  };
}

/** How a symbol is spoken of at the beginning of a sentence. */
export function described({ kind }: Pick<SourceSymbol, 'kind'>, name: string): string {
  const word = kind === 'constant' || kind === 'variable' ? 'function' : kind;
  return `The ${word} \`${name}\``;
}

/** A name without the marks that say how it is taken. */
export function plainName(name: string): string {
  return name.replace(/^[*.\\@]+|^&_?|[?:,*]+$/g, '');
}
