import type { Node } from 'web-tree-sitter';
import type { CommandDraft } from './command-drafts.ts';
import { children } from './syntax-tree.ts';

/** One call that may define a flag, of the standard library's flag or of pflag. */
interface FlagCall {
  readonly method: string;
  readonly given: readonly Node[];
  /** The command that it belongs to; asked only of a call that does define one. */
  readonly draft: () => CommandDraft | undefined;
  readonly dashes: string;
}

const FLAG =
  /^(Bool|String|Int|Uint|Float|Duration|Text|IP|Count|Func|StringSlice|StringArray|StringToString|IntSlice|BoolSlice)?(?:8|16|32|64)?(Var)?(P)?$/;
const ZERO = /^(?:""|``|0|0\.0|false|nil|\[\]\w+\{\}|\[\]\w+\(nil\))$/;

/** Takes `StringVarP(&value, "name", "n", "default", "usage")` and its kind; also what marks a flag afterwards. */
export function takeFlag({ method, given, draft, dashes }: FlagCall): void {
  if (/^Mark(?:Persistent)?(?:FlagRequired|Hidden)$/.test(method)) {
    mark(method, goText(given[0]), draft(), dashes);
    return;
  }
  const [matched, kind = '', intoVariable, withShort] = FLAG.exec(method) ?? [];
  if (matched === undefined || matched === '' || (kind === '' && intoVariable === undefined)) return;
  const [name, ...rest] = given.slice(intoVariable === undefined ? 0 : 1);
  const named = goText(name);
  if (named === null || !/^[\w.-]+$/.test(named)) return;
  const short = withShort === undefined ? null : goText(rest.shift());
  // What only counts or is handed to a function has no default.
  const standard = kind === 'Count' || kind === 'Func' || kind === '' ? undefined : rest.shift();
  const usage = goText(rest[0]);
  const command = draft();
  if (command === undefined) return;
  const quoted = usage === null ? null : /`([^`]+)`/.exec(usage)?.[1];
  const isSwitch = kind === 'Bool' || kind === 'Count';
  command.options.push({
    flags: [...(short === null || short === '' ? [] : [`-${short}`]), `${dashes}${named}`],
    value: isSwitch ? null : (quoted ?? (kind === '' || kind === 'Func' ? 'value' : kind.toLowerCase())),
    description: usage?.replaceAll('`', '') ?? null,
    default: standard === undefined || ZERO.test(standard.text) ? null : standard.text,
    required: false,
    repeated: kind === 'Count' || /(?:Slice|Array)$/.test(kind),
  });
}

function mark(method: string, name: string | null, command: CommandDraft | undefined, dashes: string): void {
  const at = command?.options.findIndex((option) => option.flags.includes(`${dashes}${name}`)) ?? -1;
  const option = command?.options[at];
  if (command === undefined || option === undefined) return;
  if (method.endsWith('Hidden')) command.options.splice(at, 1);
  else command.options[at] = { ...option, required: true };
}

/** Text of a literal, or of several joined by `+`; null for anything else. */
export function goText(node: Node | undefined): string | null {
  switch (node?.type) {
    case 'raw_string_literal':
      return node.text.slice(1, -1).trim();
    case 'interpreted_string_literal':
      return node.text
        .slice(1, -1)
        .replace(/\\(["\\nt])/g, (_, sign: string) => (sign === 'n' || sign === 't' ? ' ' : sign));
    case 'binary_expression': {
      const parts = children(node).map((one) => goText(one));
      return parts.includes(null) ? null : parts.join('');
    }
    default:
      return null;
  }
}
