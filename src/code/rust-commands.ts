import type { Node } from 'web-tree-sitter';
import { type CommandDraft, draftCommand, finishCommands } from './command-drafts.ts';
import { isComment } from './comments.ts';
import { itemDoc } from './rust-comments.ts';
import type { CommandUse } from './symbols.ts';
import { children, lineOf } from './syntax-tree.ts';

/** A struct or an enum that clap derives a command line from, with what its attributes say. */
interface ClapItem {
  readonly node: Node;
  readonly derives: ReadonlySet<string>;
  readonly settings: ReadonlyMap<string, string>;
  readonly description: string | null;
}

/** A field or variant with its attributes and the comment before it. */
interface Part {
  readonly node: Node;
  readonly settings: ReadonlyMap<string, string>;
  readonly description: string | null;
}

interface Reading {
  readonly text: string;
  readonly items: ReadonlyMap<string, ClapItem>;
  readonly drafts: CommandDraft[];
}

/** Types may hold each other; deeper than this no command line goes. */
const DEEPEST = 6;

/**
 * Command lines that a Rust file defines by clap's derive, in source order. What stands in other files, and clap's
 * builder, is not followed.
 */
export function rustCommands(root: Node, text: string): CommandUse[] {
  if (!/\bderive\([^)]*\bParser\b/.test(text) || !/\bclap\b/.test(text)) return [];
  const items = clapItems(root, text);
  const reading: Reading = { text, items, drafts: [] };
  for (const item of items.values()) {
    if (!item.derives.has('Parser') || item.node.type !== 'struct_item') continue;
    const draft = draftCommand(lineOf(item.node), null, null);
    draft.program = item.settings.get('bin_name') ?? item.settings.get('name') ?? null;
    draft.description = item.description;
    reading.drafts.push(draft);
    takeFields(reading, item.node, draft, 0);
  }
  return finishCommands(reading.drafts);
}

function clapItems(root: Node, text: string): Map<string, ClapItem> {
  const found = new Map<string, ClapItem>();
  for (const node of root.descendantsOfType(['struct_item', 'enum_item'])) {
    const owner = node?.parent ?? null;
    if (node === null || owner === null) continue;
    const attributes = attributesBefore(node);
    const derives = new Set(
      attributes.flatMap(
        (one) => (/^#\[derive\(([^)]*)\)\]$/.exec(one.text)?.[1] ?? '').match(/\w+(?=\s*(?:,|$))/g) ?? [],
      ),
    );
    if (!['Parser', 'Args', 'Subcommand'].some((one) => derives.has(one))) continue;
    const part = partOf(text, children(owner), node);
    found.set(nameOf(node), { node, derives, settings: part.settings, description: part.description });
  }
  return found;
}

function nameOf(node: Node): string {
  return node.childForFieldName('name')?.text ?? '';
}

function attributesBefore(node: Node): Node[] {
  const found: Node[] = [];
  for (let at = node.previousNamedSibling; at !== null; at = at.previousNamedSibling) {
    if (at.type === 'attribute_item') found.unshift(at);
    else if (!isComment(at)) break;
  }
  return found;
}

function partOf(text: string, siblings: readonly Node[], node: Node): Part {
  const attributes = attributesBefore(node);
  const settings = new Map(attributes.flatMap(settingsOf));
  const at = siblings.findIndex((one) => one.id === node.id);
  const doc = itemDoc(
    text,
    siblings,
    at,
    attributes.map((one) => one.text),
  );
  const about = settings.get('help') ?? settings.get('about') ?? '';
  return { node, settings, description: about === '' ? (doc?.summary ?? null) : about };
}

/** `short`, `long = "x"` and the rest of what stands in `#[arg(…)]`, `#[command(…)]` and `#[clap(…)]`; text unquoted. */
function settingsOf(attribute: Node): [string, string][] {
  const inner = attribute.firstNamedChild;
  const kind = inner?.firstNamedChild?.text ?? '';
  const given = inner?.childForFieldName('arguments') ?? null;
  if (!/^(?:arg|command|clap|structopt)$/.test(kind) || given === null) return [];
  const parts: string[][] = [[]];
  for (const token of given.children.slice(1, -1)) {
    if (token?.text === ',') parts.push([]);
    else if (token !== null) parts.at(-1)?.push(token.text);
  }
  return parts.flatMap(([key, sign, ...value]): [string, string][] => {
    if (key === undefined) return [];
    if (sign === '=') return [[key, unquoted(value.join(''))]];
    return [[key, unquoted(/^\((.*)\)$/s.exec(sign ?? '')?.[1]?.trim() ?? '')]];
  });
}

function unquoted(value: string): string {
  const inner = /^(?:r#*)?["']([\s\S]*?)["']#*$/.exec(value)?.[1];
  return inner === undefined ? value : inner.replace(/\\\n\s*/g, '').replace(/\\(["'\\])/g, '$1');
}

function takeFields(reading: Reading, owner: Node, draft: CommandDraft, depth: number): void {
  const body = owner.childForFieldName('body');
  if (body?.type !== 'field_declaration_list' || depth > DEEPEST) return;
  const siblings = children(body);
  for (const node of siblings) {
    if (node.type === 'field_declaration') takeField(reading, partOf(reading.text, siblings, node), draft, depth);
  }
}

function takeField(reading: Reading, part: Part, draft: CommandDraft, depth: number): void {
  const { settings } = part;
  const { name: type, isOptional, isMany } = typeOf(part.node.childForFieldName('type'));
  if (settings.has('skip') || settings.get('hide') === 'true') return;
  if (settings.has('subcommand') || settings.has('flatten')) {
    const item = settings.has('flatten') ? reading.items.get(type) : undefined;
    if (item !== undefined) takeFields(reading, item.node, draft, depth + 1);
    else takeVariants(reading, type, draft, depth + 1);
    return;
  }
  const name = nameOf(part.node);
  const standard = settings.get('default_value') ?? settings.get('default_value_t') ?? null;
  const shown = settings.get('value_name') ?? name.toUpperCase();
  if (!settings.has('short') && !settings.has('long')) {
    const required = !isOptional && !settings.has('default_value_t') && standard === null;
    const isNeeded = isMany ? settings.get('required') === 'true' : required;
    draft.arguments.push({ name: isMany ? `${shown}...` : shown, required: isNeeded, description: part.description });
    return;
  }
  const counts = /\bCount$/.test(settings.get('action') ?? '');
  const isSwitch =
    counts ||
    /\bSet(?:True|False)$/.test(settings.get('action') ?? '') ||
    (/^(?:bool|\(\))$/.test(type) && !isOptional);
  draft.options.push({
    flags: [...flagOf(settings, 'short', '-', name.slice(0, 1)), ...flagOf(settings, 'long', '--', dashed(name))],
    value: isSwitch ? null : shown,
    description: part.description,
    default: standard === '' ? null : standard,
    required: !isSwitch && !isOptional && !isMany && standard === null && !settings.has('default_values'),
    repeated: isMany || counts,
  });
}

function flagOf(settings: ReadonlyMap<string, string>, key: string, dashes: string, standard: string): string[] {
  const given = settings.get(key);
  if (given === undefined) return [];
  return [`${dashes}${given === '' ? standard : given}`];
}

/** clap writes names with dashes: `OutputDir` and `output_dir` are `output-dir`. */
function dashed(name: string): string {
  return name
    .replace(/^r#/, '')
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

function takeVariants(reading: Reading, type: string, parent: CommandDraft, depth: number): void {
  const body = reading.items.get(type)?.node.childForFieldName('body') ?? null;
  if (body?.type !== 'enum_variant_list' || depth > DEEPEST) return;
  const siblings = children(body);
  for (const node of siblings) {
    if (node.type !== 'enum_variant') continue;
    const { settings, description } = partOf(reading.text, siblings, node);
    if (settings.has('external_subcommand') || settings.get('hide') === 'true') continue;
    const draft = draftCommand(lineOf(node), settings.get('name') ?? dashed(nameOf(node)), parent);
    draft.description = description;
    reading.drafts.push(draft);
    takeFields(reading, node, draft, depth);
    const held = node.childForFieldName('body');
    if (held?.type !== 'ordered_field_declaration_list') continue;
    const { name } = typeOf(held.firstNamedChild);
    if (settings.has('subcommand')) takeVariants(reading, name, draft, depth + 1);
    const item = reading.items.get(name);
    if (item === undefined) continue;
    draft.description ??= item.description;
    takeFields(reading, item.node, draft, depth + 1);
  }
}

/** The type inside of `Option`, `Vec` and `Box`. */
function typeOf(node: Node | null): { name: string; isOptional: boolean; isMany: boolean } {
  if (node?.type !== 'generic_type') return { name: lastWord(node?.text), isOptional: false, isMany: false };
  const outer = lastWord(node.childForFieldName('type')?.text);
  if (!/^(?:Option|Vec|Box)$/.test(outer)) return { name: outer, isOptional: false, isMany: false };
  const inner = typeOf(node.childForFieldName('type_arguments')?.firstNamedChild ?? null);
  return {
    name: inner.name,
    isOptional: inner.isOptional || outer === 'Option',
    isMany: inner.isMany || outer === 'Vec',
  };
}

function lastWord(path: string | undefined): string {
  return path?.split('::').at(-1)?.trim() ?? '';
}
