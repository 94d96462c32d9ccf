import type { Node } from 'web-tree-sitter';
import { type CommandDraft, draftCommand, isPlaceholder, readUsage } from './command-drafts.ts';
import { shortText } from './go-scopes.ts';
import { type GoConstants, goText } from './go-texts.ts';
import { children, lineOf } from './syntax-tree.ts';

/**
 * The command of `cobra.Command{ Use: "build <dir>", Short: "…" }`. Null without a `Use` that can be read, and for one
 * that the program's own help does not show: a hidden or deprecated one.
 */
export function readCommand(literal: Node, constants: GoConstants): CommandDraft | null {
  const body = literal.childForFieldName('body');
  const given = new Map<string, Node>();
  for (const element of body === null ? [] : children(body)) {
    if (element.type !== 'keyed_element') continue;
    const [key, value] = children(element);
    const name = shortText(key ?? null);
    const inner = value?.firstNamedChild ?? null;
    if (name !== null && inner !== null) given.set(name, inner);
  }
  const text = (key: string): string | null => goText(given.get(key), constants);
  const use = text('Use');
  if (use === null || given.get('Hidden')?.text === 'true' || given.has('Deprecated')) return null;
  const usage = readUsage(use.replace(/\[(?:flags|options|command)\]/gi, ''), isPlaceholder);
  const draft = draftCommand(lineOf(literal), usage.name?.split(' ')[0] ?? null, null);
  draft.description = text('Short') ?? text('Long')?.split(/\n\s*\n/)[0] ?? null;
  for (const argument of usage.arguments) draft.arguments.push(argument);
  return draft;
}
