import { describe, expect, it } from 'vitest';
import { typesOf } from './types-of.ts';

const SETTINGS = '{"compilerOptions":{"strict":true,"target":"es2023","module":"esnext","moduleResolution":"bundler"}}';

/** What is said of files beside strict settings, as `file:line rule`. */
async function told(files: Readonly<Record<string, readonly string[]>>): Promise<string[]> {
  const all = await typesOf({ 'tsconfig.json': SETTINGS, ...files });
  return all.map((one) => one.replace(/^\w+ /, ''));
}

describe('types that the compiler infers where a package is not installed', () => {
  it('are no error in an object that is written out, and one where they come from the tree', async () => {
    const found = await told({
      'lookup.ts': [
        'import { z } from "zod";',
        'const Blocks = z.array(z.object({ id: z.string() }));',
        'interface Survey { blocks: z.infer<typeof Blocks>; names: string[]; anything: unknown[] }',
        'interface Lookup { ids: Set<string>; counts: Set<number> }',
        'const look = (lookup: Lookup) => lookup.ids.size;',
        'export function check(survey: Survey) {',
        '  const ids = survey.blocks.map((one: { id: string }) => one.id);',
        '  const lookup = { ids: new Set(survey.blocks), counts: new Set([1]) };',
        '  const lengths = { ids: new Set(survey.names.map((one) => one.length)), counts: new Set([1]) };',
        '  const unknowns = { ids: new Set(survey.anything), counts: new Set([1]) };',
        '  look(lookup);',
        '  look(lengths);', // 12
        '  look(unknowns);', // 13
        '  return ids;',
        '}',
      ],
      'fields.ts': [
        'import { z } from "zod";',
        'const Fields = z.object({ a: z.string() });',
        'const OWN = { a: 1, [Symbol.iterator]: 2 };',
        'const names = Object.keys(Fields.shape) as (keyof typeof Fields.shape)[];',
        'const own = Object.keys(OWN) as (keyof typeof OWN)[];',
        'export function open(): { name: string }[] {',
        '  return names.map((name) => ({ name }));',
        '}',
        'export function closed(): { name: string }[] {',
        '  return own.map((name) => ({ name }));', // 10
        '}',
      ],
    });
    expect(found).toEqual(['fields.ts:10 TS2322', 'lookup.ts:12 TS2345', 'lookup.ts:13 TS2345']);
  });

  it('come to a function from the one of the tree that it is given to', async () => {
    const found = await told({
      'handler.ts': [
        'import { z } from "zod";',
        'export const Key = z.object({ spaces: z.array(z.string()) });',
        'export interface Given { key: z.infer<typeof Key>; own: { spaces: { id: number }[] } }',
        'export type Handler = (given: Given) => Promise<string>;',
      ],
      'index.ts': ['export * from "./handler.ts";'],
      'client.ts': [
        'import type { Handler } from "./index.ts";',
        'export const client = async ({ handler }: { request: string; handler: Handler }) => handler;',
        'export const respond = (ids: string[]) => ids.join();',
      ],
      'route.ts': [
        'import { client, respond } from "./client.ts";',
        'export const get = client({',
        '  request: "a",',
        '  handler: async ({ key, own }) => {',
        '    const spaces = [...new Set(key.spaces)];',
        '    const ids = [...new Set(own.spaces.map((one) => one.id))];',
        '    return respond(spaces) + respond(ids);', // 7
        '  },',
        '});',
      ],
    });
    expect(found).toEqual(['route.ts:7 TS2345']);
  });

  it('of a generic call are what gets its result, and the defaults where a function of the tree gets it', async () => {
    const found = await told({
      'audit.ts': [
        'export interface Context { user?: string }',
        'export interface Known { user: string }',
        'export const audited = <C extends Context = Context, R = unknown>(handler: (args: { ctx: C }) => R) =>',
        '  (args: { ctx: C }) => handler(args);',
        'export const greet = (known: Known) => known.user;',
        'export const own = (action: (args: { ctx: Context }) => unknown) => action({ ctx: {} });',
      ],
      'actions.ts': [
        'import { actionClient } from "safe-action";',
        'import { audited, greet, own } from "./audit.ts";',
        'export const a = actionClient.action(audited(async ({ ctx }) => greet(ctx)));',
        'export const b = own(audited(async ({ ctx }) => greet(ctx)));', // 4
      ],
    });
    expect(found).toEqual(['actions.ts:4 TS2345']);
  });

  it('tell values apart where they are known, and cannot where they are not', async () => {
    const found = await told({
      'quota.ts': [
        'import type { Kind } from "@prisma/client";',
        'interface End { action: "end"; card: string }',
        'interface Go { action: "go" }',
        'export type Open = { full: true; action: Kind } & (End | Go);',
        'export type Closed = { full: true } & (End | Go);',
        'export const open = (quota: Open) => (quota.action === "end" ? quota.card : quota.full);',
        'export const closed = (quota: Closed) => (quota.action === "go" ? quota.card : quota.full);', // 7
        'export const never = (quota: Open) => quota.cart;', // 8
      ],
    });
    expect(found).toEqual(['quota.ts:7 TS2339', 'quota.ts:8 TS2339']);
  });

  it('are not known under the name that another file gives them', async () => {
    const found = await told({
      'prisma.ts': [
        'import type { Client as MadeClient } from "./generated/client";',
        'export type Transaction = Omit<MadeClient, "$connect">;',
        'export interface Own { run: () => void }',
        'export type OwnTransaction = Omit<Own, "stop">;',
      ],
      'migrate.ts': [
        'import type { OwnTransaction, Transaction } from "./prisma.ts";',
        'interface Wanted { $query: () => void }',
        'const run = (wanted: Wanted) => wanted.$query();',
        'export const a = (given: Transaction) => run(given);',
        'export const b = (given: OwnTransaction) => run(given);', // 5
      ],
      'express.ts': ['import type { Element, Response } from "express";', 'export type All = [Element, Response];'],
      'fetch.ts': [
        'export const made: Response = { ok: 1 };', // 1
        'export const node = (element: Element) => element.noSuchMember;', // 2
      ],
    });
    expect(found).toEqual(['fetch.ts:1 TS2322', 'fetch.ts:2 TS2339', 'migrate.ts:5 TS2741']);
  });

  it('are given to the handlers of elements by React', async () => {
    const found = await told({
      'upload.tsx': [
        'import { useRef } from "react";',
        'const upload = (files: File[]) => files.length;',
        'const own = (handle: (list: Iterable<number>) => void) => handle([1]);',
        'export function Upload() {',
        '  const ref = useRef(null);',
        '  own((list) => upload(Array.from(list)));', // 6
        '  return <input ref={ref} onChange={(e) => upload(Array.from(e.target.files || []))} />;',
        '}',
      ],
    });
    expect(found).toEqual(['upload.tsx:6 TS2345']);
  });
});

describe('what only an installation or another version declares', () => {
  it('is no error by an index, and one where the tree declares what is indexed', async () => {
    const found = await told({
      'texts.ts': [
        'import { kinds } from "kinds";',
        'const TEXTS = { "a.b": 1, "a.c": 2 };',
        `export const open = TEXTS[\`a.\${kinds.first}\`];`,
        `export const closed = (name: string) => TEXTS[\`a.\${name}\`];`, // 4
        'export const runtime = globalThis["process"];',
      ],
    });
    expect(found).toEqual(['texts.ts:4 TS7053']);
  });

  it('goes through headers by types of its own', async () => {
    const found = await told({
      'headers.ts': [
        'export interface Older extends Headers { entries(): IterableIterator<[string, string]> }',
        'export interface Wrong extends Headers { keys(): IterableIterator<number> }',
        'export interface Other extends Headers { keys(): number }', // 3
      ],
    });
    expect(found).toEqual(['headers.ts:3 TS2430']);
  });

  it('is a member of a class whose base is not installed, whatever bounds its type parameters', async () => {
    const found = await told({
      'searcher.ts': [
        'import { Service } from "services";',
        'export abstract class Searcher<',
        '  Doc extends object & { hidden?: boolean },',
        '>',
        '  extends Service',
        '{',
        '  docs: Doc[] = [];',
        '}',
        'export class Users extends Searcher<{ id: string }> { override start() { return 1; } }',
      ],
      'own.ts': [
        'export class Own<Doc extends object & { hidden?: boolean }> { docs: Doc[] = []; }',
        'export class Others extends Own<{ id: string }> { override start() { return 1; } }', // 2
      ],
    });
    expect(found).toEqual(['own.ts:2 TS4113']);
  });
});

describe('what a package gives to the tree by its own classes and functions', () => {
  it('is the constructor of what extends it, however many lines its call takes', async () => {
    const found = await told({
      'errors.ts': [
        'import Extendable from "es6-error";',
        'export class Lost extends Extendable { name = "Lost"; }',
        'export class Own { name = "Own"; }',
        'export const lost = () => new Lost(',
        '  "a",',
        ');',
        'export const own = () => new Own(',
        '  "a",', // 8
        ');',
        'export const within = () => new Lost(new Own("a"));', // 10
      ],
    });
    expect(found).toEqual(['errors.ts:10 TS2554', 'errors.ts:8 TS2554']);
  });

  it('is a component where its type is one of theirs', async () => {
    const found = await told({
      'parts.tsx': [
        'import type { ElementType } from "react";',
        'interface Kind { name: string }',
        'export const Open = ({ as: Part }: { as: ElementType }) => <Part id="a" />;',
        'export const Closed = ({ as: Part }: { as: Kind }) => <Part id="a" />;', // 4
      ],
    });
    expect(found).toEqual(['parts.tsx:4 TS2604']);
  });

  it('is a component where it is a member that may be the name of any element, and not where it is a number', async () => {
    const found = await told({
      'render.tsx': [
        'import type { JSX, ReactNode } from "react";',
        'type Part = ((props: { children: ReactNode }) => ReactNode) | keyof JSX.IntrinsicElements;',
        'interface Renderers { block: { quote: Part; size: number } }',
        'export const quote = ({ renderers }: { renderers: Renderers }) => <renderers.block.quote children="a" />;',
        'export const size = ({ renderers }: { renderers: Renderers }) => <renderers.block.size />;', // 5
      ],
    });
    expect(found).toEqual(['render.tsx:5 TS2604']);
  });

  it('is that a condition holds, where a function of theirs asserts it before', async () => {
    const found = await told({
      'items.ts': [
        'import invariant from "invariant";',
        'type Item = { type: "button"; title: string } | { type: "line" };',
        'const check = (condition: boolean) => condition;',
        'export function asserted(item: Item) {',
        '  invariant(item.type === "button", "a button");',
        '  return item.title;',
        '}',
        'export function checked(item: Item, other: Item) {',
        '  check(item.type === "button");',
        '  invariant(other.type === "button");',
        '  return item.title;', // 11
        '}',
        'export function late(item: Item) {',
        '  const { title } = { title: item.title };', // 14
        '  invariant(item.type === "button");',
        '  return title;',
        '}',
      ],
    });
    expect(found).toEqual(['items.ts:11 TS2339', 'items.ts:14 TS2339']);
  });

  it('are names for all files that a configuration asks its types for', async () => {
    const files = { 'gpu.ts': ['export const stage = [GPUShaderStage.VERTEX, GPUShaderState.VERTEX];'] };
    const settings = SETTINGS.replace('"strict":true', '"strict":true,"types":["@webgpu/types"]');
    const asked = await typesOf({ 'tsconfig.json': settings, ...files });
    expect(asked).toEqual(['medium gpu.ts:1 TS2304']);
    expect(await told(files)).toHaveLength(2);
  });
});

describe('a class that is what a browser has', () => {
  it('may lack a member that the types of an older compiler do not have, and no other', async () => {
    const files = {
      'pointer.ts': [
        'interface Pointing extends Omit<PointerEvent, "persistentDeviceId"> {}',
        'export const pointed = (event: Pointing): PointerEvent => event;', // 2
        'interface Wanted { name: string; size: number }',
        'export const wanted = (event: { name: string }): Wanted => event;', // 4
      ],
    };
    const manifest = (version: string) => [`{"devDependencies":{"typescript":"${version}"}}`];
    expect(await told({ 'package.json': manifest('^5.9.0'), ...files })).toEqual(['pointer.ts:4 TS2741']);
    expect(await told({ 'package.json': manifest('^7.0.0'), ...files })).toEqual([
      'pointer.ts:2 TS2322',
      'pointer.ts:4 TS2741',
    ]);
  });
});

describe('a call with more arguments than a function of the tree takes', () => {
  it('is told whatever the function gives back, and whatever its parameters are', async () => {
    const found = await told({
      'data.ts': [
        'import { prisma, type Row } from "db";',
        'export const create = async (row: Row) => prisma.rows.create(row);',
        'export function find(this: unknown, row: Row, depth = 1) { return prisma.rows.find(row, depth); }',
        'export const all = (...rows: Row[]) => prisma.rows.all(rows);',
        'export class Store {',
        '  save(row: Row) { return prisma.save(row); }',
        '  run(row: Row, rest: [Row]) { return [this.save(row, 1), this.save(...rest)]; }', // 7
        '}',
      ],
      'use.ts': [
        'import { all, create, find } from "./data.ts";',
        'import { row } from "db";',
        'export const a = [create(row), find(row, 2), all(row, row, row)];',
        'export const b = create(row, 1);', // 4
        'export const c = find(row, 2, 3);', // 5
      ],
    });
    expect(found).toEqual(['data.ts:7 TS2554', 'use.ts:4 TS2554', 'use.ts:5 TS2554']);
  });
});

describe('a module that git is told to leave out', () => {
  it('is made by something, and one that is not named there is missing', async () => {
    const found = await told({
      'app/.gitignore': ['# made', 'src/api/graphql.ts', '*.made.ts', '!kept.made.ts'],
      'app/src/use.ts': [
        'import { query } from "./api/graphql";',
        'import { made } from "./first.made";',
        'import { kept } from "./kept.made";', // 3
        'import { other } from "./api/other";', // 4
        'export default [query, made, kept, other];',
      ],
    });
    expect(found).toEqual(['app/src/use.ts:3 TS2307', 'app/src/use.ts:4 TS2307']);
  });
});

describe('JavaScript that types are written in by comments', () => {
  it('may give texts of numbers to what counts, and to no function that asks for a number', async () => {
    const found = await typesOf({
      'count.js': [
        '/** @param {string[]} names */',
        'function last(names) {',
        '  let found = 0;',
        '  for (const name of names) {',
        '    const match = /a(\\d+)/.exec(name);',
        '    if (match) found = Math.max(found, match[1]);',
        '  }',
        '  return twice(found) + twice("1");', // 8
        '}',
        '/** @param {number} value */',
        'function twice(value) { return value * 2; }',
        'module.exports = { last };',
      ],
    });
    expect(found).toEqual(['medium count.js:8 TS2345']);
  });
});

describe('types that stand on what a package keeps for itself', () => {
  it('are no circle where a package is given them, and are one where they name themselves', async () => {
    const found = await told({
      'types.ts': [
        'import { List, Single } from "absent";',
        'type Inner = Single | List<Outer>;',
        'type Outer = Inner | List<Inner>;',
        'type Left = Right | List<Right>;', // 4
        'type Right = Left | Single;', // 5
        'export const outer = (one: Outer) => [one, List];',
        'export const left = (one: Left) => [one];',
      ],
    });
    expect(found).toEqual(['types.ts:4 TS2456', 'types.ts:5 TS2456']);
  });

  it('may be called where it bounds them, and not where the tree does', async () => {
    const found = await told({
      'hooks.ts': [
        'import { Creator } from "absent";',
        'interface Made { name: string }',
        'export function use<T extends Creator<Made>>(action: T) { return action(1); }',
        'export function make<K extends Made>(maker: K) { return maker(1); }', // 4
        'export function ask<A extends unknown>(asked: A) { return asked(1); }', // 5
      ],
    });
    expect(found).toEqual(['hooks.ts:4 TS2349', 'hooks.ts:5 TS2349']);
  });

  it('have keys that are texts where it gives them, and numbers where the tree says so', async () => {
    const found = await told({
      'base.ts': ['export class Base { static keys(): readonly string[] { return []; } }'],
      'settings.ts': [
        'import type { Given } from "absent";',
        'export interface Foreign extends Omit<Given, "name"> { host?: string }',
        'export interface Counted { [place: number]: string }',
      ],
      'kinds.ts': [
        'import type { Given } from "absent";',
        'import { Base } from "./base.js";',
        'import type { Counted, Foreign } from "./settings.js";',
        'export const given = (one: Given) => one;',
        'export class One extends Base { static keys(): readonly (keyof Foreign)[] { return []; } }',
        'export class Two extends Base { static keys(): readonly (keyof Counted)[] { return []; } }', // 6
        'export class Three extends Base { static keys(): readonly (keyof Given)[] { return []; } }',
        'export class Four extends Base { static keys(): readonly number[] { return []; } }', // 8
      ],
    });
    expect(found).toEqual(['kinds.ts:6 TS2417', 'kinds.ts:8 TS2417']);
  });

  it('are what a member takes in an object, and what is put in one of its members is given', async () => {
    const found = await told({
      'editor.ts': [
        'import type { Editor, Part } from "absent";',
        'interface Wanted { kind: never }',
        'type Known = { [Name in Part["type"]]: { type: Name } extends Part & { type: Name } ? Name : never }[Part["type"]];',
        'function box(made: { kinds: readonly [Known, ...Part["type"][]]; size: number }) { return made; }',
        'export const wanted = (one: Wanted) => one;',
        'export const boxes = [box({ kinds: ["a", "b"], size: 1 }), box({ kinds: ["a"], size: "b" })];', // 6
        'const rules = { editor: 1, part: 2 };',
        'export function withRules(editor: Editor) {',
        '  editor.normalize = ([node, path]) => {',
        '    const kind = path ? "editor" : node.type;',
        '    if (typeof kind === "string") node.set(rules[kind]);',
        '  };',
        '}',
        'const own: { normalize: (name: string) => void } = { normalize: () => {} };',
        'own.normalize = (name) => console.log(rules[name]);', // 15
      ],
    });
    expect(found).toEqual(['editor.ts:15 TS7053', 'editor.ts:6 TS2322']);
  });

  it('are never nothing where one of theirs equals them, and may be where one of the tree does', async () => {
    const found = await told({
      'links.ts': [
        'import type { Part } from "absent";',
        'interface Own { href?: string }',
        'export function merge(parts: Part, owns: Own[]) {',
        '  let last: { href: string } | null = null as { href: string } | null;',
        '  for (const one of parts.children) if (one.kind && one.href === last?.href) console.log(last.href);',
        '  for (const one of owns) if (one.href === last?.href) console.log(last.href);', // 6
        '  for (const one of parts.children) if (one.href !== last?.href) console.log(last.href);', // 7
        '  last = { href: "a" };',
        '}',
      ],
    });
    expect(found).toEqual(['links.ts:6 TS18047', 'links.ts:7 TS18047']);
  });
});

describe('a function that is asked whether it is there', () => {
  it('may be missing where any key has one, and not where its own name is written', async () => {
    const found = await told({
      'lists.ts': [
        'export type Fields = { [key: string]: () => string };',
        'export interface List { fields: Fields; actions: { run: () => string } }',
        'export interface Config { lists: Record<string, List> }',
      ],
      'label.ts': [
        'import type { Config, List } from "./lists.js";',
        'export const label = (list: List) => (list.fields.label ? "label" : "id");',
        'export const named = (config: Config) => config.lists.a?.fields.label && config.lists.b;',
        'export function check(config: Config) {',
        '  for (const [, list] of Object.entries(config.lists)) if (list.fields.id) throw new Error("id");',
        '}',
        'export const run = (list: List) => (list.actions.run ? "run" : "id");', // 7
      ],
    });
    expect(found).toEqual(['label.ts:7 TS2774']);
  });
});
