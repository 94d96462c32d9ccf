import type { Node } from 'web-tree-sitter';
import { bodyParts, type ClapPart, derivingItems, textSetting } from './clap-attributes.ts';
import { type FieldRead, PUNCTUATION, readField, typeOf } from './clap-fields.ts';
import { type CommandDraft, DEEPEST_COMMAND, draftCommand, finishCommands } from './command-drafts.ts';
import type { CommandUse } from './symbols.ts';
import { childOf, lineOf } from './syntax-tree.ts';

/** Most letters that the commands of a file say, as far as types may hold each other and say it again and again. */
const MOST_TEXT = 8_000_000;

/** What is known of the types of a file while its programs are read. */
interface Reading {
  readonly text: string;
  /** Structs and enums that clap derives something from, by name. */
  readonly items: ReadonlyMap<string, ClapPart>;
  /** The parts of items that were asked for, by node. */
  readonly bodies: Map<number, readonly ClapPart[]>;
  readonly fields: Map<ClapPart, FieldRead>;
  /** Names of the types of fields that hold more than one value. */
  readonly types: Map<ClapPart, string>;
  /** Letters that may still be said. */
  room: number;
}

/** A program while the types that it holds are followed. */
interface Following {
  readonly reading: Reading;
  readonly drafts: CommandDraft[];
  /** Types that are being followed, the outermost first. */
  readonly open: string[];
}

/**
 * Command lines that a Rust file defines by clap's derive, in source order. What stands in other files, and clap's
 * builder, is not followed. A program whose types say more than there is room for is left out whole.
 */
export function rustCommands(root: Node, text: string): CommandUse[] {
  if (!text.includes('derive') || !/\bParser\b/.test(text) || !/\bclap\b/.test(text)) return [];
  const items = new Map<string, ClapPart>();
  for (const item of derivingItems(root, text)) {
    if (['Parser', 'Args', 'Subcommand'].some((one) => item.derives.has(one))) items.set(nameOf(item.node), item);
  }
  const reading: Reading = { text, items, bodies: new Map(), fields: new Map(), types: new Map(), room: MOST_TEXT };
  const held = heldTypes(reading);
  const drafts: CommandDraft[] = [];
  for (const [name, item] of items) {
    // What another one holds is a part of it, whatever it derives.
    if (!item.derives.has('Parser') || held.has(name)) continue;
    for (const draft of programOf(reading, name, item)) drafts.push(draft);
  }
  return finishCommands(drafts);
}

function programOf(reading: Reading, name: string, item: ClapPart): CommandDraft[] {
  if (reading.room < 0) return [];
  const following: Following = { reading, drafts: [], open: [name] };
  const draft = draftCommand(lineOf(item.node), null, null);
  draft.program = textSetting(item.settings, 'bin_name') ?? textSetting(item.settings, 'name');
  draft.description = item.description;
  following.drafts.push(draft);
  if (item.node.type === 'enum_item') takeVariants(following, item.node, draft);
  else takeFields(following, item.node, draft);
  return reading.room < 0 ? [] : following.drafts;
}

function nameOf(node: Node): string {
  return node.childForFieldName('name')?.text ?? '';
}

function partsOf({ bodies, text }: Reading, owner: Node): readonly ClapPart[] {
  const known = bodies.get(owner.id);
  if (known !== undefined) return known;
  const parts = bodyParts(text, owner);
  bodies.set(owner.id, parts);
  return parts;
}

/** Types that items of clap hold in their fields and variants. */
function heldTypes(reading: Reading): ReadonlySet<string> {
  const held = new Set<string>();
  for (const [name, { node }] of reading.items) {
    for (const part of partsOf(reading, node)) {
      const isVariant = part.node.type === 'enum_variant';
      const fields = isVariant ? partsOf(reading, part.node).map((field) => field.node) : [part.node];
      const types = fields.map((field) => field.childForFieldName('type'));
      for (const type of isVariant ? [...types, tupleOf(part.node)] : types) {
        const inner = typeOf(type).name;
        if (inner !== name) held.add(inner);
      }
    }
  }
  return held;
}

/** The type of `Build(BuildArgs)`; null for a variant of another form. */
function tupleOf(variant: Node): Node | null {
  const body = variant.childForFieldName('body');
  if (body?.type !== 'ordered_field_declaration_list') return null;
  return body.childForFieldName('type') ?? childOf(body, 'type_identifier', 'scoped_type_identifier', 'generic_type');
}

/** No deeper do types go that say what one command takes; there may be as many for each command. */
const MOST_OPEN = 2 * DEEPEST_COMMAND;

/**
 * Follows a type, no deeper than commands go. A struct that holds itself says nothing new; sub-commands may have
 * themselves below them, which is told once.
 */
function follow({ reading, open }: Following, type: string, take: (item: ClapPart) => void): void {
  const item = reading.items.get(type);
  if (item === undefined || open.length > MOST_OPEN || reading.room < 0) return;
  const times = open.filter((one) => one === type).length;
  if (times > (item.node.type === 'enum_item' ? 1 : 0)) return;
  reading.room -= PUNCTUATION;
  open.push(type);
  take(item);
  open.pop();
}

function takeFields(following: Following, owner: Node, draft: CommandDraft): void {
  for (const part of partsOf(following.reading, owner)) {
    if (following.reading.room < 0) return;
    if (part.node.type === 'field_declaration') takeField(following, part, draft);
  }
}

function takeField(following: Following, part: ClapPart, draft: CommandDraft): void {
  const { reading } = following;
  const { settings, node } = part;
  if (settings.has('skip') || settings.has('from_global') || settings.get('hide') === 'true') return;
  if (settings.has('subcommand') || settings.has('flatten')) {
    const type = reading.types.get(part) ?? typeOf(node.childForFieldName('type')).name;
    reading.types.set(part, type);
    follow(following, type, (item) => takeHeld(following, item, draft));
    return;
  }
  const known = reading.fields.get(part) ?? readField(part);
  reading.fields.set(part, known);
  reading.room -= known.size;
  if (known.option !== null) draft.options.push(known.option);
  else if (known.argument !== null) draft.arguments.push(known.argument);
}

/** What a command gets from a type: fields, or sub-commands. */
function takeHeld(following: Following, { node }: ClapPart, draft: CommandDraft): void {
  if (node.type === 'enum_item') takeVariants(following, node, draft);
  else takeFields(following, node, draft);
}

function takeVariants(following: Following, owner: Node, parent: CommandDraft): void {
  const { reading, drafts } = following;
  for (const { node, settings, description } of partsOf(reading, owner)) {
    if (reading.room < 0) return;
    const isHidden = settings.get('hide') === 'true' || settings.has('skip');
    if (settings.has('external_subcommand') || isHidden || node.type !== 'enum_variant') continue;
    const type = typeOf(tupleOf(node)).name;
    if (settings.has('flatten')) {
      follow(following, type, (item) => takeHeld(following, item, parent));
      continue;
    }
    const draft = draftCommand(lineOf(node), textSetting(settings, 'name') ?? dashed(nameOf(node)), parent);
    draft.description = description ?? reading.items.get(type)?.description ?? null;
    reading.room -= PUNCTUATION + (draft.name ?? '').length + (draft.description ?? '').length;
    drafts.push(draft);
    takeFields(following, node, draft);
    follow(following, type, (item) => takeHeld(following, item, draft));
  }
}

/** clap writes names with dashes: `OutputDir` and `output_dir` are `output-dir`. */
function dashed(name: string): string {
  return name
    .replace(/^r#/, '')
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}
