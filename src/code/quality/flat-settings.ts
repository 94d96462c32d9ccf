import {
  type Expression,
  type Node,
  type ObjectExpression,
  type ObjectProperty,
  parseSync,
  visitorKeys,
} from 'oxc-parser';
import { decodeSource, readSourceBytes } from '../source-text.ts';
import type { WrittenSettings } from './script-settings.ts';

/** Programs that make ESLint's settings. Plain data. */
export interface FlatSettingsOrder {
  /** Resolved path of the tree. */
  readonly root: string;
  readonly paths: readonly string[];
}

/** Any of them fits into a thread's stack, however deeply it is nested. */
const LARGEST_PROGRAM = 64 * 1024;

/**
 * Thread entry: what such programs say in so many words, as the objects of their lists that name rules. They are never
 * run: what they take from packages or work out is not known. In the order of the paths.
 */
export default async function readFlatSettings({ root, paths }: FlatSettingsOrder): Promise<WrittenSettings[]> {
  const found: WrittenSettings[] = [];
  for (const path of paths) {
    const read = await readSourceBytes(root, path, LARGEST_PROGRAM);
    const decoded = 'bytes' in read ? decodeSource(read.bytes) : read;
    found.push(saidIn('text' in decoded ? decoded.text : ''));
  }
  return found;
}

function saidIn(text: string): WrittenSettings {
  const said: [string, boolean][] = [];
  const overrides: { files: string[]; said: [string, boolean][] }[] = [];
  const ignore: string[] = [];
  for (const object of objectsOf(parseSync('settings.ts', text).program)) {
    const [rules, files, ignores] = ['rules', 'files', 'ignores'].map((name) => entryOf(object, name));
    const own = rules?.type === 'ObjectExpression' ? levelsOf(rules) : [];
    if (rules === undefined && files === undefined) ignore.push(...textsOf(ignores));
    // What is left out of the files of an entry may be anything there.
    else if (files === undefined && ignores === undefined) said.push(...own);
    else if (ignores === undefined) overrides.push({ files: textsOf(files), said: own });
  }
  // The last one that speaks of a rule decides.
  return { said: [...new Map(said)], overrides, ignore };
}

/** The objects in a program, the outer ones first; none within the rules or the plugins of another. */
function objectsOf(node: Node): ObjectExpression[] {
  if (node.type === 'ObjectExpression' && isEntry(node)) return [node];
  const children = (visitorKeys[node.type] ?? []).flatMap((key) => {
    const value: unknown = Reflect.get(node, key);
    return (Array.isArray(value) ? value : [value]).filter(isNode);
  });
  return children.flatMap(objectsOf);
}

/** Whether an object is an entry of such a list, and no part of one. */
function isEntry(object: ObjectExpression): boolean {
  return ['rules', 'ignores'].some((name) => entryOf(object, name) !== undefined);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function entryOf({ properties }: ObjectExpression, name: string): Expression | undefined {
  return properties.find((one): one is ObjectProperty => one.type === 'Property' && nameOf(one) === name)?.value;
}

function nameOf({ key, computed }: ObjectProperty): string | null {
  if (computed) return null;
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : null;
}

/** The rules of which it is written whether they are on, without their plugins' names. */
function levelsOf({ properties }: ObjectExpression): [string, boolean][] {
  return properties.flatMap((one): [string, boolean][] => {
    const name = one.type === 'Property' ? nameOf(one) : null;
    if (one.type !== 'Property' || name === null) return [];
    const level = one.value.type === 'ArrayExpression' ? one.value.elements[0] : one.value;
    if (level?.type !== 'Literal' || !/^(?:off|warn|error|[012])$/.test(String(level.value))) return [];
    return [[name.slice(name.lastIndexOf('/') + 1), level.value !== 'off' && level.value !== 0]];
  });
}

/** The texts in a list, or in lists of a list. */
function textsOf(node: Expression | undefined): string[] {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? [node.value] : [];
  if (node?.type !== 'ArrayExpression') return [];
  return node.elements.flatMap((one) => (one === null || one.type === 'SpreadElement' ? [] : textsOf(one)));
}
