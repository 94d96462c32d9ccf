import type { Node } from 'web-tree-sitter';
import { shownDefault } from './command-drafts.ts';
import { nameText, rubyText } from './ruby-texts.ts';
import type { CommandOption } from './symbols.ts';
import { children } from './syntax-tree.ts';

/** What Thor's own help writes for a value whose option names none. */
const VALUES: Readonly<Record<string, string>> = { numeric: 'N', hash: 'key:value', array: 'one two three' };

/** The option of `option :name, type: :boolean, …`; none for a hidden one. */
export function thorOption(given: readonly Node[]): CommandOption[] {
  const name =
    nameText(given[0])
      ?.replace(/^:?["']?|["']$/g, '')
      .replaceAll('_', '-') ?? '';
  const pairs = pairsOf(given);
  if (!/^[\w-]+$/.test(name) || nameText(pairs.get('hide')) === 'true') return [];
  const type = nameText(pairs.get('type'))?.replace(/^:/, '') ?? 'string';
  const standard = pairs.get('default')?.text ?? null;
  const banner = rubyText(pairs.get('banner'));
  // A banner of several words says what the value is for.
  const isText = banner !== null && /\s/.test(banner.trim());
  const named =
    banner === null || isText
      ? ((Object.hasOwn(VALUES, type) ? VALUES[type] : undefined) ?? name.toUpperCase())
      : banner;
  return [
    {
      flags: [...aliasesOf(pairs.get('aliases')), `--${name}`],
      value: type === 'boolean' ? null : named,
      description: rubyText(pairs.get('desc')) ?? (isText ? banner : null),
      default: standard === null || standard === 'nil' ? null : shownDefault(standard),
      required: nameText(pairs.get('required')) === 'true',
      repeated: nameText(pairs.get('repeatable')) === 'true',
    },
  ];
}

function aliasesOf(given: Node | undefined): string[] {
  return [given, ...(given?.type === 'array' ? children(given) : [])].flatMap((one) => {
    const written = rubyText(one) ?? (one?.type === 'simple_symbol' ? one.text.replace(/^:/, '') : null);
    return written === null ? [] : [written.startsWith('-') ? written : `-${written}`];
  });
}

/** What is given by name. */
export function pairsOf(given: readonly Node[]): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const node of given) {
    if (node.type !== 'pair') continue;
    const key = nameText(node.childForFieldName('key'))?.replace(/^:|:$/g, '');
    const value = node.childForFieldName('value');
    if (key !== undefined && value !== null) found.set(key, value);
  }
  return found;
}
