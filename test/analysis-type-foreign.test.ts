import { describe, expect, it } from 'vitest';
import { typesOf } from './types-of.ts';

const config = JSON.stringify({
  compilerOptions: { strict: true, module: 'esnext', moduleResolution: 'bundler', target: 'es2022', jsx: 'react-jsx' },
});

describe('What a package that is not installed would say is no error of TypeScript', () => {
  it('where a class inherits what it is said to lack, and not where it inherits nothing', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import { Component } from 'absent';",
        'export interface Shown { props: object; name: string }',
        'export const show = (shown: Shown) => shown.name;',
        "export class Inheriting extends Component { name = 'a'; go() { return show(this); } }",
        "export class Alone { name = 'b'; go() { return show(this); } }", // 5
        'export const call = (one: { name: string }) => one.name;',
        'export class Mistyped extends Component { name = 1; go() { return call(this); } }', // 7
        "export const made = show(new Inheriting('a'));",
        "export const alone = new Alone('a');", // 9
        'export class Built extends Component { constructor() { super(1); } }',
        "export const built = new Built('a');", // 11
      ],
      'src/b.ts': [
        "import type { Options } from 'absent';",
        'interface Base { id?: string; size?: number }',
        'interface Derived extends Partial<Omit<Options, "a">> { own?: number }',
        'interface Apart { own?: number }',
        'export const take = (base: Base) => base.id;',
        'export const derived = (one: Derived) => take(one);',
        'export const apart = (one: Apart) => take(one);', // 7
      ],
    });
    expect(found).toEqual([
      'medium src/a.ts:11 TS2554',
      'medium src/a.ts:5 TS2345',
      'medium src/a.ts:7 TS2345',
      'medium src/a.ts:9 TS2554',
      'medium src/b.ts:7 TS2559',
    ]);
  });

  it('where the tree adds to a type of the package, and not where the type is the tree’s own', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import { Client } from 'absent';",
        "declare module 'absent' {",
        '  interface Client { added(): void }',
        '}',
        'export interface Own { added(): void }',
        'export const given = (client: Client) => client.connect();',
        'export const own = (own: Own) => own.connect();', // 7
      ],
      'src/b.ts': [
        'declare global {',
        '  namespace Cypress {',
        '    interface Chainable { own(): Chainable<number> }',
        '  }',
        '  namespace Game {',
        '    interface Level { next(): Level<number> }', // 6
        '  }',
        '}',
        'export {};',
      ],
    });
    expect(found).toEqual(['medium src/a.ts:7 TS2339', 'medium src/b.ts:6 TS2315']);
  });

  it('where its type bounds a parameter, is a member of its enumeration, or its function may never return', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import { Kind, notFound, type Data, type Wide, type Narrow } from 'absent';",
        'export class Box<Type extends Data, Plain extends { size: number }> {',
        '  constructor(protected data: Partial<Pick<Type, "label">>, protected plain: Partial<Plain>) {}',
        "  name() { this.data.label = 'a'; return this.plain.name; }", // 4: plain
        '}',
        'export const kind = { type: Kind.One as const, other: String(1) as const };', // 6: the call
        'export interface Mixed<Type extends Wide | Narrow.Deep> { type: Type }',
        'export class Mixed<Type extends Wide | Narrow.Deep> { one = 1; }',
        'export interface Split<Type extends string> { type: Type }', // 9
        'export class Split<Type extends number> { one = 1; }', // 10
        'export async function page(): Promise<string> {',
        '  let text: string;',
        "  try { text = await (await fetch('/a')).text(); } catch {",
        '    notFound();',
        '  }',
        '  return text;',
        '}',
        'export async function lost(): Promise<string> {',
        '  let text: string;',
        "  try { text = await (await fetch('/a')).text(); } catch {",
        '    console.error(1);',
        '  }',
        '  return text;', // 23
        '}',
      ],
    });
    expect(found).toEqual([
      'medium src/a.ts:10 TS2428',
      'medium src/a.ts:23 TS2454',
      'medium src/a.ts:4 TS2339',
      'medium src/a.ts:6 TS1355',
      'medium src/a.ts:9 TS2428',
    ]);
  });

  it('where React brings the attributes of every element, and not where a component has no such attribute', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.tsx': [
        "import React from 'react';",
        'const Item = ({ text }: { text: string }): React.JSX.Element => <p>{text}</p>;',
        "export const list = () => ['a'].map((one) => <Item key={one} text={one} />);",
        'export const wrong = () => <Item text={1} />;', // 4
      ],
      'src/b.tsx': [
        "import 'react';",
        "declare module 'react' { namespace JSX { interface IntrinsicElements { 'own-element': { size: number } } } }",
        'const Item = ({ text }: { text: string }) => <p>{text}</p>;',
        "export const list = () => ['a'].map((one) => <Item key={one} text={one} />);",
      ],
    });
    expect(found).toEqual(['medium src/a.tsx:4 TS2322']);
  });

  it('where only the elements of one function are declared, and not where all files have elements of the tree', async () => {
    const elements = ['interface IntrinsicElements { p: { size: number } }', 'type Element = object;'];
    const item = [
      'export const Item = ({ text }: { text: string }) => <p size={1}>{text}</p>;',
      "export const list = () => ['a'].map((one) => <Item key={one} text={one} />);", // 2
    ];
    const files = (declared: readonly string[]) => ({
      'tsconfig.json': config,
      'src/jsx.d.ts': declared,
      'src/b.tsx': item,
    });
    const ofFunction = ['export const h: any;', 'declare namespace h {', '  namespace JSX {', ...elements, '  }', '}'];
    expect(await typesOf(files(ofFunction))).toEqual([]);
    const ofAll = ['declare namespace JSX {', ...elements, '}'];
    expect(await typesOf(files(ofAll))).toEqual(['medium src/b.tsx:2 TS2322']);
  });

  it('where a framework adds a type or an option for all files, and not where nothing has that name', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import { cookies } from 'next/headers';",
        'export interface Options { next?: NextFetchRequestConfig; own?: NearFetchRequestConfig }', // 2: Near
        "export const get = () => fetch('/a', { next: cookies() });",
        "export const wrong = () => fetch('/a', { nexd: 1 });", // 4
        'export const made = NextFetchRequestConfig.make();', // 5
      ],
    });
    expect(found).toEqual(['high src/a.ts:2 TS2304', 'high src/a.ts:5 TS2304', 'medium src/a.ts:4 TS2353']);
  });

  it('where an import leads to a package’s own folder, or a template is copied before it is read', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'tools/package.json': '{ "name": "tools", "main": "./made.js" }',
      'src/a.ts': [
        "import { tool } from '../tools';",
        "import { gone } from '../gone';",
        'export const a = tool + gone;',
      ],
      'one/src/a.ts': "export { VERSION } from './version';",
      'two/src/a.ts': "export { VERSION } from './version';",
      'three/src/a.ts': ["export { VERSION } from './version';", "export { lost } from './lost';"], // 2
      'four/src/a.ts': "export { lost } from './lost';",
      'generators/templates/default/a.ts': "export { make } from '../../make';",
    });
    expect(found).toEqual(['high four/src/a.ts:1 TS2307', 'high src/a.ts:2 TS2307', 'high three/src/a.ts:2 TS2307']);
  });

  it('where scripts of one page share their names, or a page’s own script draws with what the page loads', async () => {
    const found = await typesOf({
      'page/base.js': [
        '// @ts-check',
        '/** @constructor */',
        'Base = function() {',
        '  this.size = 0;',
        '};',
        'Bose.go();',
      ],
      'page/more.js': [
        '// @ts-check',
        'new Base();',
        '/** @param {Part} part */',
        'function take(part) { return part; }',
      ],
      'page/part.js': ['// @ts-check', 'class Part { size = 1; }'],
      'src/tsconfig.json': config,
      'src/a.ts': [
        'class Player extends game.Actor { go() { return this.move(); } }',
        'class Wall { go() { return this.move(); } }', // 2
        'new Player().draw(new Wall());',
      ],
      'src/game.d.ts': 'declare const game: any;',
      'test/a.ts': ['const a = new lib.Engine();', 'const b = new lob.Engine();'], // 2: lob
      'test/b.ts': 'const a = new lib.Engine();',
      'test/c.ts': 'class B extends lib.Engine {}',
    });
    expect(found).toEqual(['high page/base.js:6 TS2304', 'medium src/a.ts:2 TS2339', 'medium test/a.ts:2 TS2552']);
  });

  it('where a test reaches into what is private or leaves an ending out, and is where the program does', async () => {
    const text = (from: string) => [`import { Pool } from '${from}';`, 'export const size = new Pool().items.length;'];
    const found = await typesOf({
      'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext', target: 'es2022' } }),
      'package.json': '{ "type": "module" }',
      'src/early.ts': "import forwarded = require('forwarded');\nexport const parsed = forwarded('a');\n",
      'src/pool.ts': 'export class Pool { private items: number[] = []; all() { return this.items; } }',
      'src/use.ts': text('./pool.js'),
      'src/ending.ts': "export { Pool } from './pool';",
      'test/pool.test.ts': text('../src/pool'),
    });
    expect(found).toEqual(['low src/ending.ts:1 TS2835', 'medium src/use.ts:2 TS2341']);
  });

  it('where JavaScript makes another of its own class, and not where it makes one of a number', async () => {
    const found = await typesOf({
      'src/a.js': [
        'export class Field {',
        '  /** @param {number} bits @param {Error} Failure */',
        '  add(bits, Failure) {',
        "    if (bits < 0) throw new Failure('negative');",
        '    return new this.constructor(bits);',
        '  }',
        '}',
        'const count = 1;',
        'export const wrong = new count();', // 9
      ],
    });
    expect(found).toEqual(['high src/a.js:9 TS2351']);
  });
});

describe('What a type of TypeScript comes from is followed to its beginning', () => {
  it('through packages of the tree that are not built yet, which are what their sources say', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'packages/core/package.json': JSON.stringify({
        name: '@own/core',
        version: '2.1.0',
        main: './dist/cjs/index.js',
        exports: { '.': './dist/esm/index.js', './parts/*': { types: './dist/types/parts/*.d.ts' } },
      }),
      'packages/core/src/index.ts': [
        "import type { Hint } from 'absent';",
        'declare global { namespace Own { interface Options { size?: number } } }',
        'export interface Note extends Hint { own?: boolean }',
        'export const take = (size: number) => size;',
      ],
      'packages/core/src/parts/one.ts': 'export const one = { deep: 1 };',
      'packages/app/package.json': '{ "name": "app", "dependencies": { "@own/core": "workspace:^" } }',
      'packages/app/src/a.ts': [
        "import { take, type Note } from '@own/core';",
        "import { one } from '@own/core/parts/one';",
        'export const options: Own.Options = { size: take(one.deep) };',
        'export const note: Note = { inherited: 1 };',
        "export const wrong = take('a') + one.depp;", // 5
        'export type Lost = Own.Optionz;', // 6
      ],
      'old/package.json': '{ "name": "old", "dependencies": { "@own/core": "^1.0.0" } }',
      'old/tsconfig.json': config,
      'old/a.ts': ["import { take } from '@own/core';", "export const other = take('a');"],
    });
    expect(found).toEqual([
      'high packages/app/src/a.ts:6 TS2724',
      'medium packages/app/src/a.ts:5 TS2339',
      'medium packages/app/src/a.ts:5 TS2345',
    ]);
  });

  it('through variables, fields, calls and aliases, and tells of what stands on the tree alone', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/base.ts': [
        "import { Generator, type Settings, type Maker } from 'absent';",
        'export class Base extends Generator<{ a: 1 }> { own(): number { return 1; } }',
        "export type Options = Omit<Settings, 'a'> & { size?: number };",
        'export class Holder { constructor(private maker: Maker) {} make() { return this.maker.make(); } }',
      ],
      'src/a.ts': [
        "import { Base, Holder, type Options } from './base.js';",
        "import { Failure } from 'absent';",
        'export class Task extends Base { go() { return this.prompt().size + this.own(); } }',
        'export class Plain { go() { return this.prompt(); } }', // 4
        'export function first(holder: Holder, list: { id: number }[]): string {',
        '  let text: string | undefined;',
        "  const split = holder.make().split(':');",
        '  text = split[0];',
        '  let item: { id: number } | undefined;',
        '  item = list.find(({ id }) => id > 1);',
        '  return String(item.id) + text.trim() + text.slice(1);', // 11: item
        '}',
        "export const size = (options: Options) => ('size' in options ? options.other : options.more);",
        'export const plain = (options: { size?: number }) => options.other;', // 14
        'export function told(error: unknown, other: unknown): Error | null {',
        '  const kept = error;',
        '  if (kept instanceof Failure) return kept;',
        '  if (other instanceof Date) return other;', // 18
        '  return null;',
        '}',
      ],
    });
    expect(found).toEqual([
      'medium src/a.ts:11 TS18048',
      'medium src/a.ts:14 TS2339',
      'medium src/a.ts:18 TS2739',
      'medium src/a.ts:4 TS2339',
    ]);
  });

  it('through a package of the tree that passes on what a build makes, and to keys that a package would tell', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'app/types/global.ts': 'export interface Other { own: number }',
      'packages/database/package.json': '{ "name": "@own/database" }',
      'packages/database/client/index.d.ts': "export * from '../../../node_modules/.made/client/index.d';",
      'packages/types/package.json': '{ "name": "@own/types" }',
      'packages/types/global.ts': [
        "import type { Link } from '@own/database/client';",
        "import { z } from 'absent';",
        'export interface Plain { tags: string[] }',
        'export interface Tagged extends Link { tags: string[] }',
        'export type Whole = Tagged & { collection: { id: number } };',
        'export type Known = Plain & { collection: { id: number } };',
        'const schema = z.object({ size: z.number() });',
        'export type Settings = z.infer<typeof schema>;',
      ],
      'app/use.ts': [
        "import type { Known, Settings, Whole } from '@own/types/global';",
        'export const whole = (one: Whole) => one.url + one.collection.id;',
        'export const known = (one: Known) => one.url + one.collection.id;', // 3
        "const names = { size: 'readerSize' } as const;",
        'export const named = (key: keyof Settings) => names[key];',
        'export const lost = (key: string) => names[key];', // 6
      ],
    });
    expect(found).toEqual(['medium app/use.ts:3 TS2339', 'medium app/use.ts:6 TS7053']);
  });

  it('to the class that a member is found to be of, where that was asked before and not elsewhere', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import { Failure } from 'absent';",
        'interface Result { error: Error }',
        'export function told(one: Result, two: Result, three: Result): unknown {',
        "  if (one.error instanceof Failure && one.error.code === 'a') return 1;",
        '  if (one.error instanceof Failure) {',
        "    if (one.error.code === 'b') return 2;",
        '  } else {',
        '    return one.error.code;', // 8
        '  }',
        '  if (!(two.error instanceof Failure)) throw two.error;',
        '  if (three.error instanceof RangeError) return three.error.code;', // 11
        '  return [two.error.code, one.error.code];', // 12: one
        '}',
      ],
    });
    expect(found).toEqual(['medium src/a.ts:11 TS2339', 'medium src/a.ts:12 TS2339', 'medium src/a.ts:8 TS2339']);
  });

  it('to the names that a framework of the tree makes for all files, and only to these', async () => {
    const page = "export default (props: PageProps<'/invite/[token]'>, other: PageProps) => [props, other];";
    const found = await typesOf({
      'tsconfig.json': config,
      'app/page.tsx': ["import { redirect } from 'next/navigation';", 'redirect();', page], // 3: without a route
      'mobile/a.ts': [
        "import 'react-native-reanimated';",
        'export const is = _WORKLET;',
        'export const no = _WORKLETS;',
      ], // 3
    });
    expect(found).toEqual(['high app/page.tsx:3 TS2304', 'high mobile/a.ts:3 TS2552']);
    expect(await typesOf({ 'tsconfig.json': config, 'app/page.tsx': page })).toHaveLength(2);
  });

  it('to what the tree adds to a package’s interface, which has more than that', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import type { Session, Store } from 'absent';",
        "declare module 'absent' {",
        '  interface Session { user: { address: string } }',
        '}',
        'export const expires = (session: Session) => session.expires.getTime();',
        'export const address = (session: Session) => session.user.address.length;',
        'export interface Own { user: { address: string } }',
        'export const own = (one: Own, store: Store) => store.get(one.expires);', // 8
      ],
    });
    expect(found).toEqual(['medium src/a.ts:8 TS2339']);
  });

  it('to a script that writes it, or to a build that puts it beside the manifest', async () => {
    const found = await typesOf({
      'core/tsconfig.json': JSON.stringify({ compilerOptions: { strict: true, rootDir: 'src', outDir: '.' } }),
      'core/package.json': '{ "name": "core" }',
      'core/scripts/make.js': "import { writeFileSync } from 'node:fs';\nwriteFileSync('src/kind-names.ts', '');",
      'core/src/adapters.ts': 'export interface Adapter { name: string }',
      'core/src/a.ts': [
        "export type { Kind } from './kind-names.js';",
        "export type { Lost } from './lost-names.js';", // 2
      ],
      'core/test/a.ts': [
        "export type { Adapter } from '../adapters.js';",
        "export type { Gone } from '../gone.js';", // 2
      ],
    });
    expect(found).toEqual(['high core/src/a.ts:2 TS2307', 'medium core/test/a.ts:2 TS2307']);
  });

  it('and what a transformation of sources is tried out on is no program', async () => {
    const text = 'export const a = lost;';
    const found = await typesOf({
      'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true }, include: ['src'] }),
      'src/__testfixtures__/a.input.ts': text,
      'test/fixtures/a.ts': text,
      'src/a.ts': text,
      'test/a.ts': text.replace('lost', 'last'),
    });
    expect(found).toEqual(['high src/a.ts:1 TS2304', 'medium test/a.ts:1 TS2304']);
  });
});

describe('What works is no error of Python', () => {
  it('where a folder of the root has the name of a package that lies deeper', async () => {
    const found = await typesOf({
      'cert/setup.py': 'from setuptools import setup\nsetup()',
      'cert/src/cert/__init__.py': 'from cert import errors\n__version__ = "1"',
      'cert/src/cert/errors.py': 'class Failure(Exception):\n    pass',
      'plugin/pyproject.toml': '[project]\nname = "cert-plugin"',
      'plugin/cert_plugin/__init__.py': '',
      'plugin/cert_plugin/main.py': [
        'from cert import errors, gone', // 1: gone
        'raise errors.Failure(errors.Lost)', // 2: Lost
      ],
    });
    expect(found).toEqual([
      'high plugin/cert_plugin/main.py:1 reportAttributeAccessIssue',
      'high plugin/cert_plugin/main.py:2 reportAttributeAccessIssue',
    ]);
  });

  it('where a name is bound on the way that leads to its use, and is where there is another way', async () => {
    const found = await typesOf({
      'a.py': [
        'import sys',
        'if sys.argv:',
        '    import msvcrt',
        'def one(flag: bool, values: list[int]) -> int:',
        '    if flag:',
        '        def make() -> int:',
        '            return 1',
        '    for _ in range(2):',
        '        last = 1',
        '    for value in values:',
        '        most = value',
        '    total = make() if flag else 0',
        '    msvcrt.getch()',
        '    return total + last + most', // 14: most
        'def two(flag: bool) -> int:',
        '    if flag:',
        '        import json',
        '    print(json)', // 18
        '    return make()', // 19: not of this function
        'def three(flag: bool) -> int:',
        '    if flag:',
        '        found = 1',
        '    # noinspection PyUnboundLocalVariable',
        '    return found',
      ],
    });
    expect(found).toEqual([
      'high a.py:19 reportUndefinedVariable',
      'low a.py:14 reportPossiblyUnboundVariable',
      'low a.py:18 reportPossiblyUnboundVariable',
    ]);
  });

  it('where an attribute that begins as None is filled from outside, and is where its type says so', async () => {
    const found = await typesOf({
      'a.py': [
        'class Recipe:',
        '    options = None',
        '    user: "Recipe | None" = None',
        '    lost = None',
        '    def __init__(self, name: str, ref=None) -> None:',
        '        self.name = name',
        '        self.ref = ref',
        '    def show(self) -> str:',
        '        return self.options.text() + self.ref.name',
        '    def wrong(self) -> str:',
        '        return self.user.name', // 11
        '    def never(self) -> str:',
        '        return self.lost.name', // 13
        'def fill(recipe: Recipe) -> None:',
        '    recipe.options = object()',
      ],
    });
    expect(found.filter((one) => /a\.py:(?:9|11|13) /.test(one))).toEqual([
      'medium a.py:11 reportOptionalMemberAccess',
      'medium a.py:13 reportAttributeAccessIssue',
    ]);
  });

  it('where a metaclass, a property or a grammar is written in a way of its own', async () => {
    const found = await typesOf({
      'a.py': [
        'from absent import Forward',
        'class Meta(type):',
        '    def named(metacls, name: str) -> str:',
        '        return metacls.__name__ + name',
        'class Shape:',
        '    def size():',
        '        def fget(self) -> int:',
        '            return 1',
        '        return locals()',
        '    size = property(**size())',
        '    def lost(thing) -> int:', // 11
        '        return 1',
        'def derive(base: type = Shape) -> object:',
        '    return type(base)("Derived", (base,), {})',
        'block = Forward()',
        'block << Forward() + block',
        'block == Forward()', // 17
      ],
    });
    expect(found).toEqual(['low a.py:11 reportSelfClsParameterName', 'low a.py:17 reportUnusedExpression']);
  });

  it('where names are taken in only to be passed on, or stand for one of two modules', async () => {
    const found = await typesOf({
      'pack/__init__.py': [
        'from .main import first, second',
        'third = 3',
        'first, second',
        '(',
        '    first,',
        ')',
        'third', // 7
      ],
      'pack/main.py': ['first = second = 1'],
      'made.py': ['for name in ("debug", "warn"):', '    globals()[name] = print'],
      'plain.py': ['there = 1'],
      'use.py': ['from made import debug', 'from plain import debug as lost'], // 2
      'either.py': [
        'import collections',
        'import sys',
        'try:',
        '    from collections import abc',
        'except ImportError:',
        '    import collections as abc',
        'print(abc.Mapping)',
        'print(collections.Mapping)', // 8
        'print(sys.pypy_version_info)',
        'print(sys.pipy_version_info)', // 10
      ],
    });
    expect(found).toEqual([
      'high either.py:10 reportAttributeAccessIssue',
      'high use.py:2 reportAttributeAccessIssue',
      'low pack/__init__.py:7 reportUnusedExpression',
      'medium either.py:8 reportAttributeAccessIssue',
    ]);
  });

  it('where a project has chosen how strictly its overrides are checked, and is where it has not', async () => {
    const text = [
      'class Item:',
      '    def take(self, one: int) -> int:',
      '        return one',
      'class Other(Item):',
      '    def take(self, one: int) -> str:', // 5
      '        return ""',
    ];
    const chosen = '[tool.pyright]\ntypeCheckingMode = "basic"';
    expect(await typesOf({ 'a.py': text, 'pyproject.toml': chosen })).toEqual([]);
    expect(await typesOf({ 'a.py': text })).toEqual(['medium a.py:5 reportIncompatibleMethodOverride']);
  });

  it('where a test expects the import to fail', async () => {
    const text = (expected: string) => [
      'import pytest',
      'def test_gone() -> None:',
      `    with pytest.raises(${expected}):`,
      '        from own import gone',
    ];
    const found = await typesOf({
      'own.py': 'there = 1',
      'test_a.py': text('ImportError'),
      'test_b.py': text('ValueError'),
    });
    expect(found).toEqual(['medium test_b.py:4 reportAttributeAccessIssue']);
  });
});
