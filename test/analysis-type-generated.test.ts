import { describe, expect, it } from 'vitest';
import { typeGapsOf, typesOf } from './types-of.ts';

const options = { strict: true, module: 'esnext', moduleResolution: 'bundler', target: 'es2022', jsx: 'react-jsx' };
const config = JSON.stringify({ compilerOptions: options });
const configWith = (more: object, rest: object = {}) =>
  JSON.stringify({ compilerOptions: { ...options, ...more }, ...rest });

describe('What a tool makes of the sources is no error of TypeScript where it is not there', () => {
  it('in a second root of the settings, and is one where nothing would be made', async () => {
    const route = (name: string) => [
      `import type { Route } from './+types/${name}';`,
      'export type Own = Route.Props;',
    ];
    const files = {
      'tsconfig.json': configWith({ rootDirs: ['.', './.react-router/types'] }),
      'app/routes/product.tsx': route('product'),
      'app/routes/lost.tsx': route('prodcut'),
      'app/routes/near.tsx': ["import { own } from './prodcut';", 'export const near = own;'],
    };
    const found = ['high app/routes/lost.tsx:1 TS2307', 'high app/routes/near.tsx:1 TS2307'];
    expect(await typesOf(files)).toEqual(found);
    const all = ['high app/routes/product.tsx:1 TS2307', ...found].sort();
    expect(await typesOf({ ...files, 'tsconfig.json': config })).toEqual(all);
  });

  it('where a bundler imports a collection of names, and no other name weighs much there', async () => {
    const files = {
      'tsconfig.json': config,
      'package.json': JSON.stringify({ name: 'own' }),
      'src/a.ts': ['export const icons = [LucideUser, LucideSun, LucideMoon];', 'export const lost = misspelled();'],
    };
    const bundler = {
      'vite.config.ts': [
        "import icons from 'absent/vite';",
        'export default { plugins: [icons({ lucideIcons: true })] };',
      ],
    };
    expect(await typesOf({ ...files, ...bundler })).toEqual(['medium src/a.ts:2 TS2304']);
    expect(await typesOf(files)).toEqual([
      'high src/a.ts:1 TS2304',
      'high src/a.ts:1 TS2304',
      'high src/a.ts:1 TS2304',
      'high src/a.ts:2 TS2304',
    ]);
  });

  it('where a bundler imports what a package is known to have, and not what it has not', async () => {
    const files = {
      'tsconfig.json': config,
      'src/a.ts': ['export const size = customRef(() => 1);', 'export const lost = customReference(() => 1);'],
    };
    const bundler = (imports: string) => ({
      'vite.config.ts': [
        "import AutoImport from 'unplugin-auto-import/vite';",
        `export default { plugins: [AutoImport({ imports: ['${imports}'] })] };`,
      ],
    });
    const lost = 'medium src/a.ts:2 TS2304';
    expect(await typesOf({ ...files, ...bundler('vue') })).toEqual([lost]);
    expect(await typesOf({ ...files, ...bundler('svelte') })).toEqual(['medium src/a.ts:1 TS2304', lost]);
  });

  it('beside what the settings name that SvelteKit makes, and is in what they name', async () => {
    const text = ["import { handler } from './handler.js';", 'export const go = () => handler(1);'];
    const files = {
      'app/index.js': text,
      'app/src/index.js': text,
      'app/vite.config.ts': 'export const a: string = 1;',
    };
    const made = { checkJs: true, strict: true };
    const kit = (rest: object) => JSON.stringify({ extends: './.svelte-kit/tsconfig.json', ...rest });
    const named = ['high app/src/index.js:1 TS2307', 'medium app/vite.config.ts:1 TS2322'];
    expect(await typesOf({ ...files, 'app/tsconfig.json': kit({ compilerOptions: made }) })).toEqual(named);
    const all = ['high app/index.js:1 TS2307', ...named];
    const own = kit({ compilerOptions: made, include: ['**/*'] });
    expect(await typesOf({ ...files, 'app/tsconfig.json': own })).toEqual(all);
    const other = JSON.stringify({ extends: './.other/tsconfig.json', compilerOptions: made });
    expect(await typesOf({ ...files, 'app/tsconfig.json': other })).toEqual(all);
  });

  it('in a variable that gets it when it is loaded, and is in one that gets what the tree has', async () => {
    const file = (from: string) => [
      "import { compile } from 'absent';",
      'let all: { [key: string]: unknown } | null = null;',
      'export async function read(): Promise<{ [key: string]: unknown }> {',
      '  if (all === null) {',
      `    const loaded = await import('${from}');`,
      '    all = loaded.default?.all;',
      '  }',
      '  return all;', // 8
      '}',
      'compile(read());',
    ];
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': file('$lib/all.json'),
      'src/b.ts': file('./own'),
      'src/own.ts': 'export default { all: null as { a: 1 } | null };',
    });
    expect(found).toEqual(['medium src/b.ts:8 TS2322']);
  });

  it('where settings ask for the types of a runtime, and nobody’s name is still one', async () => {
    const source = [
      'export const run = (event: EventContext, env: Env) => ({ event, env, HTMLRewriter });',
      'export const lost = (event: EventContxt) => event;',
    ];
    const only = { lib: ['es2022'] };
    const asking = configWith({ ...only, types: ['@cloudflare/workers-types'] });
    const including = configWith({ ...only, types: [] }, { include: ['src', 'worker-configuration.d.ts'] });
    for (const one of [asking, including]) {
      expect(await typesOf({ 'tsconfig.json': one, 'src/a.ts': source })).toEqual(['medium src/a.ts:2 TS2304']);
    }
    expect(await typesOf({ 'tsconfig.json': configWith(only), 'src/a.ts': source })).toEqual([
      'high src/a.ts:1 TS2304',
      'high src/a.ts:1 TS2304',
      'high src/a.ts:2 TS2304',
      'medium src/a.ts:1 TS18004',
    ]);
  });
});

describe('What a tree adds to a package is not all that the package has', () => {
  it('in a namespace for all files, and is all of a namespace of the tree', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/matchers.ts': [
        'interface Added<R> { isOpen(): R }',
        'interface Other<R> { isOpen(): R[] }',
        'declare global {',
        '  namespace jest {',
        '    interface Matchers<R> extends Added<R>, Other<R> {}',
        '  }',
        '  namespace Own {',
        '    interface Level { size: number }',
        '  }',
        '}',
        'interface Both extends Added<string>, Other<string> {}', // 11
        'export type { Both };',
      ],
      'src/a.ts': [
        'export let spy: jest.SpyInstance;',
        'export let level: Own.Level;',
        'export let lost: Own.Lost;', // 3
      ],
    });
    expect(found).toEqual(['medium src/a.ts:3 TS2694', 'medium src/matchers.ts:11 TS2320']);
  });

  it('in a module that it declares only types of, and is all of one that it declares', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/added.d.ts': [
        "declare module 'absent' {",
        '  namespace Client {',
        '    interface Added { own: string }',
        '  }',
        '}',
      ],
      'src/whole.d.ts': ["declare module 'whole' {", '  const whole: { own: string };', '  export default whole;', '}'],
      'src/client.ts': [
        "import Client from 'absent';",
        "import Whole from 'whole';",
        "export const client = new Client('a');",
        'export const whole = new Whole();', // 4
        'export { Client };',
      ],
      'src/a.ts': [
        "import { Client, client } from './client';",
        'export async function end(): Promise<void> {',
        '  try { await client.end(); } catch (error) {',
        "    if (error instanceof Client.errors.Lost && error.code === 'lost') return;",
        '    throw error;',
        '  }',
        '}',
        'export async function go(): Promise<void> {',
        '  try { await client.go(); } catch (failure) {',
        "    if (failure.code === 'lost') return;", // 10
        '    throw failure;',
        '  }',
        '}',
      ],
    });
    expect(found).toEqual(['high src/client.ts:4 TS2351', 'medium src/a.ts:10 TS18046']);
  });

  it('in a type that the tree passes on, which may be a namespace', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/passing.ts': [
        "import type { types as Babel } from 'absent';",
        'export type { Babel };',
        'export interface Own { a: 1 }',
      ],
      'src/a.ts': [
        "import type { Babel, Own } from './passing';",
        'export const file = (file: Babel.File) => file;',
        'export const own = (own: Own.File) => own;', // 3
      ],
    });
    expect(found).toEqual(['medium src/a.ts:3 TS2702']);
  });

  it('in an interface for all files whose package of types is asked for, and is all of any other', async () => {
    const files = {
      'tsconfig.json': config,
      'src/tag.ts': [
        "import $ from 'jquery';",
        'declare global {',
        '  interface JQuery { tag(): void }',
        '  interface Jar { tag(): void }',
        '}',
        "$('a').tag();",
      ],
      'src/page.d.ts': 'interface JQueryStatic { tag(): void }',
      'src/a.ts': [
        'export const found = (all: JQuery) => all.find(1);',
        'export const first = (all: JQuery<Element>, make: JQueryStatic) => [all, make.each()];',
        'export const jar = (jar: Jar) => jar.find(1);', // 3
      ],
    };
    const asking = { 'package.json': JSON.stringify({ devDependencies: { '@types/jquery': '^3.5.0' } }) };
    const jar = 'medium src/a.ts:3 TS2339';
    expect(await typesOf({ ...files, ...asking })).toEqual([jar]);
    const apart = JSON.stringify({ devDependencies: { jquery: '^3.5.0' } });
    expect(await typesOf({ ...files, 'package.json': apart, 'other/package.json': asking['package.json'] })).toEqual([
      'medium src/a.ts:1 TS2339',
      'medium src/a.ts:2 TS2315',
      'medium src/a.ts:2 TS2339',
      jar,
    ]);
  });
});

describe('What is inferred from a value that is not known is not known', () => {
  it('by a type parameter, which falls to what it extends', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/find.ts': [
        'export const find = <One extends { email: string }>({ all, email }: { all: One[]; email: string }) =>',
        '  all.find((one) => one.email === email);',
      ],
      'src/a.ts': [
        "import type { Row } from 'absent';",
        "import { find } from './find';",
        'type Props = { row: Row; own: { email: string; size: number }[] };',
        "export const foreign = ({ row }: Props) => find({ all: row.all, email: 'a' })?.token;",
        "export const own = ({ own }: Props) => find({ all: own, email: 'a' })?.token;", // 5
        'export const beside = ({ row, own }: Props) => find({ all: own, email: row.email })?.token;', // 6
      ],
    });
    expect(found).toEqual(['medium src/a.ts:5 TS2339', 'medium src/a.ts:6 TS2339']);
  });

  it('by names of members that are computed, by what holds it, and by a function that asks what it is', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import { kinds, load, type Base } from 'absent';",
        'export const foreign = () => { const table = { [kinds.One]: [1] }; return table.One; };',
        'export const own = (one: number) => { const table = { [one]: [1] }; return table.One; };', // 3
        'export async function sort(data: { id: number }[], ids: number[]) {',
        '  const loaded = (await load()).map((row) => row.id);',
        '  const foreign = new Map(loaded.map((id, index) => [id, index]));',
        '  data.sort((a, b) => (foreign.get(a.id) ?? 0) - (foreign.get(b.id) ?? 0));',
        "  const own = new Map(ids.map((id) => [id, 'a']));",
        '  data.sort((a, b) => (own.get(a.id) ?? 0) - (own.get(b.id) ?? 0));', // 9, twice
        '}',
        'type Placed = { placed: string };',
        'type Free = { x: number };',
        'type Field = Base & (Placed | Free);',
        'type Options = { fields: Field[]; own: (Placed | Free)[] };',
        'const isPlaced = (one: Placed | Free): one is Placed => "placed" in one;',
        'export const all = ({ fields, own }: Options) => [',
        '  fields.map((field) => (isPlaced(field) ? field.kind : null)),',
        '  own.map((field) => (isPlaced(field) ? field.kind : null)),', // 18
        '];',
      ],
    });
    expect(found).toEqual([
      'medium src/a.ts:18 TS2339',
      'medium src/a.ts:3 TS2339',
      'medium src/a.ts:9 TS2362',
      'medium src/a.ts:9 TS2363',
    ]);
  });
});

describe('What a package decides about is not known without it', () => {
  it('as the class that a function of the tree makes of one of its classes', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import { Base } from 'absent';",
        'type Made<One> = new (...given: never[]) => One;',
        'class Root { own = 1; }',
        'function mixed<One extends Made<object>>(base: One) { return base as Made<{ size: number }> & One; }',
        'const show = (element: Element) => element;',
        'export class Foreign extends mixed(Base) { go() { show(this); } }',
        'export class Own extends mixed(Root) { go() { show(this); } }', // 7
      ],
    });
    expect(found).toContain('medium src/a.ts:7 TS2345');
    expect(found).not.toContain('medium src/a.ts:6 TS2345');
  });

  it('as what its assertion has ruled out of an object that is spread, and not out of another', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import invariant from 'absent';",
        'interface Item { id: string; size: number }',
        'export function asked(item: Item | null, more: Partial<Item>): Item {',
        '  invariant(item);',
        '  const made = { ...item, label: 1 };',
        '  return made;',
        '}',
        'export function unasked(other: Item | null): Item {',
        '  const copy = { ...other, label: 1 };',
        '  return copy;', // 10
        '}',
      ],
    });
    expect(found).toEqual(['medium src/a.ts:10 TS2322']);
  });

  it('as what Node.js had in the version that is asked for', async () => {
    const files = {
      'tsconfig.json': config,
      'src/a.ts': [
        "import type { Dirent } from 'node:fs';",
        'export const path = (one: Dirent) => one.path + one.lost;',
      ],
      'src/b.ts': [
        "import { readFile } from 'node:fs/promises';",
        'export const read = (from: string, options?: { encoding?: BufferEncoding | null }) => readFile(from, options);',
        'export const lost = (from: string) => readFile(from, { encoding: 1 });', // 3
      ],
    };
    const asking = (range: string) => JSON.stringify({ devDependencies: { '@types/node': range } });
    expect(await typesOf({ ...files, 'package.json': asking('^22.19.0') })).toEqual([
      'medium src/a.ts:2 TS2339',
      'medium src/b.ts:3 TS2769',
    ]);
    expect(await typesOf({ ...files, 'package.json': asking('^24.0.0') })).toEqual([
      'medium src/a.ts:2 TS2339',
      'medium src/a.ts:2 TS2339',
      'medium src/b.ts:2 TS2769',
      'medium src/b.ts:3 TS2769',
    ]);
  });

  it('as a type, where the tree declares every module at once or has a folder of the package’s name', async () => {
    const found = await typesOf({
      'tsconfig.json': configWith({ baseUrl: '.' }),
      'env.d.ts': "declare module '*';",
      'next.config.mjs': 'export default {};',
      'playing/own.ts': 'export const own: string = String(1);',
      'src/space.ts': "export * as space from '../playing/own';",
      'src/a.ts': [
        "import type { Request } from 'next/server';",
        "import { Page } from 'playing';",
        "import { own } from 'playing/own';",
        "import { space } from './space';",
        'export const one = (request: Request, page: Page) => [request.url, page.title];',
        'export const two: number = own;', // 6
        'export const three = (one: space) => one;', // 7
      ],
    });
    expect(found).toEqual(['medium src/a.ts:6 TS2322', 'medium src/a.ts:7 TS2709']);
  });

  it('as a module that a plugin of a bundler makes', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        'export interface Build { entry: string }',
        'const take = (load: Build | (() => Promise<Build>)) => load;',
        "export const made = take(() => import('virtual:own/build'));",
        "export const lost = take(() => import('./b'));", // 4
      ],
      'src/b.ts': 'export const other = 1;',
    });
    expect(found.map((one) => one.slice(0, 20))).toEqual(['medium src/a.ts:4 TS']);
  });
});

describe('What stops the compiler without being wrong hides nothing', () => {
  it('as a comment of JavaScript that is no type', async () => {
    const source = [
      '/**',
      ' * @param {string} rule - The owner (for @import).',
      ' * @returns {Function(string, Object)} What is made',
      ' */',
      'export function make(rule) { return rule; }',
      '/** @type {string} */',
      'export const own = 1;', // 7
    ];
    const files = { 'tsconfig.json': configWith({ allowJs: true, checkJs: true }), 'src/a.js': source };
    expect(await typesOf(files)).toContain('medium src/a.js:7 TS2322');
    expect(await typeGapsOf(files)).toEqual([]);
    const broken = { ...files, 'src/a.js': [...source, 'export const = 2;'] };
    expect(await typeGapsOf(broken)).toEqual([expect.stringMatching(/^src\/a\.js: It does not parse: line 8/)]);
  });

  it('as the words in which an import said its type once', async () => {
    const files = {
      'tsconfig.json': config,
      'src/data.json': '{ "size": 1 }',
      'src/a.ts': ["import data from './data.json' assert { type: 'json' };", 'export const own: string = 1 + 1;'],
    };
    expect(await typesOf(files)).toEqual(['medium src/a.ts:1 TS2880', 'medium src/a.ts:2 TS2322']);
  });

  it('as settings for JavaScript beside those for all scripts', async () => {
    const files = {
      'tsconfig.json': configWith({}),
      'jsconfig.json': JSON.stringify({ compilerOptions: { strict: false } }),
      'src/a.ts': ['export const size = (text: string | null) => text.length;'],
    };
    expect(await typesOf(files)).toEqual(['medium src/a.ts:1 TS18047']);
  });
});

describe('What is taken as any type is named', () => {
  it('as what it is: packages, and files that are not there', async () => {
    const gaps = await typeGapsOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import { one } from 'absent';",
        "import { made } from './generated/types';",
        "import './a.css';",
        "describe('a', () => one(made, Logger));",
        'declare let Logger: Mocha.Done;',
      ],
    });
    expect(gaps).toEqual([
      '*: Imported and not there to be read, so taken as any type: ./generated/types.',
      '*: Not installed, so taken as any type: absent.',
    ]);
  });
});
