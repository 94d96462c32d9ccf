import type { Node } from 'web-tree-sitter';
import { type ClapPart, type ClapSettings, textSetting } from './clap-attributes.ts';
import { shownDefault } from './command-drafts.ts';
import type { CommandArgument, CommandOption } from './symbols.ts';

/** What a type says of how often a value may be given. */
interface FieldType {
  /** Last word of the type inside of `Option`, `Vec` and `Box`. */
  readonly name: string;
  readonly isOptional: boolean;
  readonly isMany: boolean;
}

const DEFAULT = /^default_values?(?:_os)?(?:_t)?$/;
/** No type of an argument is wrapped up more often. */
const MOST_WRAPPERS = 8;

/** The type inside of `Option`, `Vec` and `Box`. */
export function typeOf(node: Node | null): FieldType {
  let isOptional = false;
  let isMany = false;
  let at = node;
  for (let steps = 0; at?.type === 'generic_type' && steps < MOST_WRAPPERS; steps += 1) {
    const outer = lastWord(at.childForFieldName('type')?.text);
    if (!/^(?:Option|Vec|Box)$/.test(outer)) return { name: outer, isOptional, isMany };
    isOptional ||= outer === 'Option';
    isMany ||= outer === 'Vec';
    at = at.childForFieldName('type_arguments')?.firstNamedChild ?? null;
  }
  return { name: lastWord(at?.text), isOptional, isMany };
}

function lastWord(path: string | undefined): string {
  return path?.slice(path.lastIndexOf('::') < 0 ? 0 : path.lastIndexOf('::') + 2).trim() ?? '';
}

/** The option or the argument of a field; neither of one whose flags only the compiler knows. */
export interface FieldRead {
  readonly option: CommandOption | null;
  readonly argument: CommandArgument | null;
  /** About how many letters it takes to tell it. */
  readonly size: number;
}

/** Letters that it takes to tell anything at all. */
export const PUNCTUATION = 100;

/** What a field with attributes of clap gives to its command. */
export function readField(part: ClapPart): FieldRead {
  const { node, settings, description } = part;
  const { isOptional, isMany } = typeOf(node.childForFieldName('type'));
  const name = (node.childForFieldName('name')?.text ?? '').replace(/^r#/, '');
  const hasDefault = [...settings.keys()].some((key) => DEFAULT.test(key));
  const shown = textSetting(settings, 'value_name') ?? name.toUpperCase();
  const isRequired = settings.has('required') ? settings.get('required') === 'true' : null;
  const needed = isRequired ?? !(isOptional || isMany || hasDefault);
  const size = PUNCTUATION + 2 * name.length + shown.length + (description?.length ?? 0);
  if (settings.has('short') || settings.has('long'))
    return { option: readOption(part, name, shown, needed), argument: null, size };
  return { option: null, argument: { name: isMany ? `${shown}...` : shown, required: needed, description }, size };
}

function readOption(part: ClapPart, name: string, shown: string, needed: boolean): CommandOption | null {
  const { settings, node, description } = part;
  const { name: type, isOptional, isMany } = typeOf(node.childForFieldName('type'));
  const action = /(\w+)$/.exec(settings.get('action') ?? '')?.[1];
  const isBare = /^(?:bool|\(\))$/.test(type) && !isOptional && !isMany && action === undefined;
  const isSwitch = isBare || /^(?:Count|SetTrue|SetFalse|Help\w*|Version)$/.test(action ?? '');
  const flags = [
    ...flagOf(settings, 'short', '-', name.slice(0, 1)),
    ...flagOf(settings, 'long', '--', name.replaceAll('_', '-').toLowerCase()),
  ];
  if (flags.length === 0) return null;
  return {
    flags,
    value: isSwitch ? null : shown,
    description,
    default: defaultOf(settings),
    required: !isSwitch && needed,
    repeated: isMany || action === 'Count' || action === 'Append',
  };
}

function flagOf(settings: ClapSettings, key: string, dashes: string, standard: string): string[] {
  const given = settings.get(key);
  if (given === undefined) return [];
  const flag = given === '' ? standard : textSetting(settings, key);
  return flag === null ? [] : [`${dashes}${flag}`];
}

function defaultOf(settings: ClapSettings): string | null {
  const [key] = [...settings.keys()].filter((one) => DEFAULT.test(one));
  const written = key === undefined ? '' : (textSetting(settings, key) ?? settings.get(key) ?? '');
  return written === '' ? null : shownDefault(written);
}
