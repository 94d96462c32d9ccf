import type { Node } from 'web-tree-sitter';
import { isComment } from './comments.ts';
import { itemDoc } from './rust-comments.ts';
import { children } from './syntax-tree.ts';

/** What attributes say to clap, as the source writes it; empty text for a word without a value. */
export type ClapSettings = ReadonlyMap<string, string>;

/** An item, a field or a variant with its attributes and the comment before it. */
export interface ClapPart {
  readonly node: Node;
  readonly derives: ReadonlySet<string>;
  readonly settings: ClapSettings;
  readonly description: string | null;
}

/** More lines of comments and attributes before an item say nothing that could be shown. */
const MOST_BEFORE = 1000;
/** No list of derived traits is longer. */
const LONGEST_DERIVE = 1000;

/** The parts of one kind among the children of a body, in order. */
export function partsOf(text: string, siblings: readonly Node[], ...kinds: readonly string[]): ClapPart[] {
  const found: ClapPart[] = [];
  let attributes: Node[] = [];
  let start = 0;
  for (const [at, node] of siblings.entries()) {
    if (node.type === 'attribute_item') attributes.push(node);
    else if (!isComment(node)) {
      // What stands before it, and the node before that, behind which a comment may stand.
      const near = siblings.slice(Math.max(0, start - 1), at + 1);
      if (kinds.includes(node.type)) found.push(partOf(text, near, node, attributes));
      attributes = [];
      start = at + 1;
    }
  }
  return found;
}

function partOf(text: string, near: readonly Node[], node: Node, attributes: readonly Node[]): ClapPart {
  const settings = new Map(attributes.flatMap(settingsOf));
  const about = textSetting(settings, 'help') ?? textSetting(settings, 'about');
  const written = attributes.map((one) => one.text);
  const doc = about !== null || near.length > MOST_BEFORE ? null : itemDoc(text, near, near.length - 1, written);
  return { node, derives: derivesOf(written), settings, description: about ?? doc?.summary ?? null };
}

/** `Parser` of `#[derive(Debug, clap::Parser)]`. */
function derivesOf(attributes: readonly string[]): ReadonlySet<string> {
  const lists = attributes.flatMap((one) => {
    return one.length > LONGEST_DERIVE ? [] : (/^#\[derive\(([^)]*)\)\]$/.exec(one)?.[1] ?? []);
  });
  return new Set(lists.flatMap((list) => list.split(',').map((path) => path.split('::').at(-1)?.trim() ?? '')));
}

/** `short`, `long = "x"` and the rest of what stands in `#[arg(…)]`, `#[command(…)]` and `#[clap(…)]`. */
function settingsOf(attribute: Node): [string, string][] {
  const inner = attribute.firstNamedChild;
  const kind = inner?.firstNamedChild?.text ?? '';
  if (!/^(?:arg|command|clap|structopt|group)$/.test(kind)) return [];
  const given = inner?.childForFieldName('arguments') ?? null;
  if (given === null) return [];
  const parts: string[][] = [[]];
  for (const token of given.children.slice(1, -1)) {
    if (token?.type === ',') parts.push([]);
    else if (token !== null && !isComment(token)) parts.at(-1)?.push(token.text);
  }
  return parts.flatMap(([key, sign, ...value]): [string, string][] => {
    if (key === undefined) return [];
    if (sign === '=') return [[key, value.join('')]];
    return [[key, /^\(([\s\S]*)\)$/.exec(sign ?? '')?.[1]?.trim() ?? '']];
  });
}

/** The text that a setting gives; null without one, and for a value that only the compiler knows. */
export function textSetting(settings: ClapSettings, key: string): string | null {
  const inner = /^(?:r#*)?["']([\s\S]*)["']#*$/.exec(settings.get(key) ?? '')?.[1];
  if (inner === undefined || inner === '') return null;
  return inner.replace(/\\\n\s*/g, '').replace(/\\(["'\\])/g, '$1');
}

/** All structs and enums of a file that derive something, with what stands before them. */
export function derivingItems(root: Node, text: string): ClapPart[] {
  const kinds = ['struct_item', 'enum_item', 'attribute_item', 'line_comment', 'block_comment'];
  const found: ClapPart[] = [];
  let run: Node[] = [];
  let end = 0;
  for (const node of root.descendantsOfType(kinds)) {
    if (node === null) continue;
    // In one row stand those that nothing but blanks stands between.
    if (run.length > 0 && (node.startIndex < end || text.slice(end, node.startIndex).trim() !== '')) run = [];
    run.push(node);
    end = node.endIndex;
    if (!node.type.endsWith('_item') || node.type === 'attribute_item') continue;
    if (run.length > 1) found.push(...partsOf(text, run, node.type));
    run = [];
  }
  return found.filter(({ derives }) => derives.size > 0);
}

/** The parts of a struct or a variant with named fields, or of an enum; none for another one. */
export function bodyParts(text: string, owner: Node): ClapPart[] {
  const body = owner.childForFieldName('body');
  if (body?.type === 'field_declaration_list') return partsOf(text, children(body), 'field_declaration');
  return body?.type === 'enum_variant_list' ? partsOf(text, children(body), 'enum_variant') : [];
}
