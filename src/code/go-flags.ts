import type { Node } from 'web-tree-sitter';
import { type CommandDraft, shownDefault } from './command-drafts.ts';
import { type GoConstants, goText } from './go-texts.ts';

/** One call that may define a flag, of the standard library's flag or of pflag. */
interface FlagCall {
  readonly method: string;
  readonly given: () => readonly Node[];
  /** The command that it belongs to; asked only of a call that does define one. */
  readonly draft: () => CommandDraft | undefined;
  readonly dashes: string;
  readonly constants: GoConstants;
  readonly marks: FlagMarks;
}

/** What is said of flags after they are defined, by command and flag. */
export type FlagMarks = Map<CommandDraft, Map<string, 'required' | 'hidden'>>;

const FLAG =
  /^(?:(Bool|String|Int|Uint|Float|Duration|Text|IP|IPNet|IPMask|BytesHex|BytesBase64|Count|Func|BoolFunc|StringTo(?:String|Int))(?:8|16|32|64)?(Slice|Array)?)?(Var)?(P)?$/;
const MARK = /^Mark(?:Persistent)?(?:FlagRequired|Hidden|Deprecated)$/;
const ZERO = /^(?:""|``|0|0\.0|false|nil|\[\]\w+\{\}|\[\]\w+\(nil\))$/;

/** Takes `StringVarP(&value, "name", "n", "default", "usage")` and its kind; also what marks a flag afterwards. */
export function takeFlag({ method, given, draft, dashes, constants, marks }: FlagCall): void {
  if (MARK.test(method)) {
    const name = goText(given()[0], constants);
    const marked = draft();
    if (name === null || marked === undefined) return;
    const known = marks.get(marked) ?? new Map<string, 'required' | 'hidden'>();
    marks.set(marked, known.set(`${dashes}${name}`, method.endsWith('Required') ? 'required' : 'hidden'));
    return;
  }
  const [matched, kind = '', list, intoVariable, withShort] = FLAG.exec(method) ?? [];
  if (matched === undefined || matched === '' || (kind === '' && intoVariable === undefined)) return;
  const [name, ...rest] = given().slice(intoVariable === undefined ? 0 : 1);
  const named = goText(name, constants);
  if (named === null || !/^[\w.-]+$/.test(named)) return;
  const short = withShort === undefined ? null : goText(rest.shift(), constants);
  // What only counts or is handed to a function has no default.
  const isCalled = kind === 'Func' || kind === 'BoolFunc';
  const standard = kind === 'Count' || isCalled || kind === '' ? undefined : rest.shift();
  const usage = goText(rest[0], constants);
  const command = draft();
  if (command === undefined) return;
  const quoted = usage === null ? null : /`([^`]+)`/.exec(usage)?.[1];
  const isSwitch = ((kind === 'Bool' || kind === 'Count') && list === undefined) || kind === 'BoolFunc';
  const type = kind === '' || isCalled ? 'value' : `${kind}${list ?? ''}`.toLowerCase();
  command.options.push({
    flags: [...(short === null || short === '' ? [] : [`-${short}`]), `${dashes}${named}`],
    value: isSwitch ? null : (quoted ?? type),
    description: usage?.replaceAll('`', '') ?? null,
    default: standard === undefined || ZERO.test(standard.text) ? null : shownDefault(standard.text),
    required: false,
    repeated: kind === 'Count' || list !== undefined,
  });
}

/** Applies the marks. What the program hides from its own help, as it does deprecated flags, is taken away again. */
export function applyMarks(marks: FlagMarks): void {
  for (const [{ options }, known] of marks) {
    for (const [at, option] of options.entries())
      if (known.get(option.flags.at(-1) ?? '') === 'required') options[at] = { ...option, required: true };
    const shown = options.filter(({ flags }) => known.get(flags.at(-1) ?? '') !== 'hidden');
    options.length = 0;
    for (const option of shown) options.push(option);
  }
}

/** Whether a call of a method may define a flag or mark one. */
export function isFlagMethod(method: string): boolean {
  return MARK.test(method) || (method !== '' && FLAG.test(method));
}
