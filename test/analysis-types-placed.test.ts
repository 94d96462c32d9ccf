import { describe, expect, it } from 'vitest';
import { typesOf } from './types-of.ts';

const settings = (compilerOptions: object, include = ['src']) => JSON.stringify({ compilerOptions, include });

describe('A package of the tree that the settings place by themselves', () => {
  const tree = (allowJs: boolean) => ({
    'package.json': JSON.stringify({ name: 'kit', exports: { './internal': { types: './types/index.d.ts' } } }),
    'types/index.d.ts': ['export interface Site { name: string }', 'export declare const count: string;'],
    'tsconfig.json': settings({
      strict: true,
      allowJs,
      checkJs: allowJs,
      paths: { 'kit/internal': ['./src/internal.js'] },
    }),
    'src/internal.js': ['export const count = 1;', 'export const name = "a";'],
    'src/a.ts': [
      "import { count } from 'kit/internal';",
      'export const text: string = count;', // 2
      'export const size: number = count;', // 3
    ],
  });

  it('is the script that they name where JavaScript is read, and what it declares where it is not', async () => {
    expect(await typesOf(tree(true))).toEqual(['medium src/a.ts:2 TS2322']);
    expect(await typesOf(tree(false))).toEqual(['medium src/a.ts:3 TS2322']);
  });
});

describe('What the declarations of Node.js stand on', () => {
  it('is not taken from them where the tree imports it, and a wrong member of a response is told', async () => {
    const found = await typesOf({
      'package.json': JSON.stringify({ devDependencies: { '@types/node': '*' } }),
      'tsconfig.json': settings({ strict: true, lib: ['ESNext'], types: ['node'] }),
      'src/made.d.ts': "export declare const ask: () => import('undici-types').Request;",
      'src/a.ts': [
        "import { ask } from './made.ts';",
        'export const read = (reply: Response) => reply.headers.get(ask().url);',
        'export const wrong = (reply: Response) => reply.haeders;', // 3
        "export const kept: number = read(new Response('a'));", // 4
      ],
    });
    expect(found).toEqual(['medium src/a.ts:3 TS2551', 'medium src/a.ts:4 TS2322']);
  });
});

describe('Types of another runtime that are asked for and not installed', () => {
  const under = async (asked: object, compilerOptions: object = {}) =>
    typesOf({
      'package.json': JSON.stringify(asked),
      'tsconfig.json': settings({ strict: true, lib: ['ESNext', 'DOM'], ...compilerOptions }),
      'src/a.ts': [
        'export let timer: Timer | undefined;',
        'export const same = (a: Headers) => a.toJSON();', // 2
        'export const other: Missing = 1;', // 3
        'interface Own { name: string }',
        'export const lacking = (a: Own) => a.toJSON();', // 5
        'const read = (bytes: Uint8Array) => bytes.length;',
        "export const sized = read('a');", // 7
      ],
    });
  const own = ['medium src/a.ts:5 TS2339', 'medium src/a.ts:7 TS2345'];
  const all = ['high src/a.ts:1 TS2304', 'high src/a.ts:3 TS2304', 'medium src/a.ts:2 TS2339', ...own];

  it('may give names and members of what browsers have, and nothing of the tree’s own types', async () => {
    const found = ['medium src/a.ts:3 TS2304', ...own];
    expect(await under({ devDependencies: { '@types/bun': '1', typescript: '^5.8.3' } })).toEqual(found);
    expect(await under({ dependencies: { 'bun-types': '1' } })).toEqual(found);
    expect(await under({ devDependencies: { '@types/cookie': '1' } })).toEqual(all);
  });

  it('give nothing where settings name others, or a version looks for none by itself', async () => {
    const asked = { devDependencies: { '@types/bun': '1', typescript: '^6.0.0' } };
    expect(await under(asked)).toEqual(all);
    expect(await under({ devDependencies: { '@types/bun': '1' } }, { types: [] })).toEqual(all);
  });

  it('let a response carry texts, and a stream of bytes of the tree’s own none', async () => {
    const found = await typesOf({
      'package.json': JSON.stringify({ devDependencies: { '@types/bun': '1', '@types/node': '*' } }),
      'tsconfig.json': settings({ strict: true, lib: ['ESNext'] }),
      'src/a.ts': [
        'export const reply = new Response(',
        "  new ReadableStream({ start: (controller) => controller.enqueue('a') })",
        ');',
        'const sink = { put: (bytes: Uint8Array) => bytes.length };',
        "export const put = sink.put('a');", // 5
      ],
    });
    expect(found).toEqual(['medium src/a.ts:5 TS2345']);
  });
});

describe('Comments of JavaScript that a project has read by an earlier version', () => {
  const under = async (asked: object, more: Readonly<Record<string, string>> = {}, about: object = {}) =>
    typesOf({
      ...more,
      'package.json': JSON.stringify({ ...about, devDependencies: asked }),
      'tsconfig.json': settings({ strict: true, allowJs: true, checkJs: true, lib: ['ESNext', 'DOM'] }),
      'src/parts.js': 'export const part = 1;',
      'src/made.d.ts': 'export default function (options?: { level: number }): number;',
      'src/made.js': [
        "/** @type {import('./made.js').default} */", // 1
        'export default function (options = {}) {',
        '  return options.level ?? 1;', // 3
        '}',
      ],
      'src/a.js': [
        "/** @type {import('./parts.js')} */ (await import('./parts.js')).part;", // 1
        '/** @returns {Value} */', // 2
        'export function inner() {',
        '  /** @typedef {string} Value */',
        "  return 'a';",
        '}',
        '/** @param {boolean} first @returns {string} */',
        'export function text(first) {',
        '  if (first) {',
        '    /** @type {number} */', // 10
        "    return 'a';",
        '  }',
        '  /** @type {number | string} */',
        '  return String(first);', // 14
        '}',
        '/** @type {Promise<number> & { stop: () => void }} */',
        'export const waiting = (async () => 1)();', // 17
        'waiting.stop = () => {};',
        '/** @type {Promise<number> & { halt: () => void }} */',
        'export const wrong = (async () => 1)();', // 20
        '/** @type {(name: string) => number} */', // 21
        'export function named(name, more, most) {',
        '  return name.length + more + most;',
        '}',
        '/** @returns {Nothing} */', // 25
        'export function given(options = {}) {',
        '  return options.level;', // 27
        '}',
      ],
    });
  const told = [
    'medium src/a.js:20 TS2322',
    'medium src/a.js:21 TS8030',
    'medium src/a.js:25 TS2304',
    'medium src/a.js:27 TS2339',
  ];
  const newest = [
    'medium src/a.js:1 TS1340',
    'medium src/a.js:10 TS2352',
    'medium src/a.js:11 TS2322',
    'medium src/a.js:14 TS2322',
    'medium src/a.js:17 TS2322',
    'medium src/a.js:2 TS2304',
    ...told,
    'medium src/made.js:1 TS8030',
    'medium src/made.js:3 TS2339',
  ].sort();

  it('say what they said there, and more where the project has no earlier one', async () => {
    expect(await under({ typescript: '~6.0.3' })).toEqual(told);
    expect(await under({ typescript: '^7.0.0' })).toEqual(newest);
    expect(await under({})).toEqual(newest);
  });

  it('also where a workspace’s catalog says which one it is', async () => {
    const catalog = 'catalog:\n  typescript: ^6.0.3\ncatalogs:\n  next:\n    typescript: ^7.0.0\n';
    expect(await under({ typescript: 'catalog:' }, { 'pnpm-workspace.yaml': catalog })).toEqual(told);
    expect(await under({ typescript: 'catalog:next' }, { 'pnpm-workspace.yaml': catalog })).toEqual(newest);
    expect(await under({ typescript: 'catalog:' }, { '.yarnrc.yml': catalog })).toEqual(told);
    expect(await under({ typescript: 'catalog:next' }, { '.yarnrc.yml': catalog })).toEqual(newest);
  });

  it('also where the catalog stands in the manifest of the root', async () => {
    const lists = { catalog: { typescript: '^6.0.3' }, catalogs: { next: { typescript: '^7.0.0' } } };
    for (const about of [{ workspaces: { packages: ['*'], ...lists } }, { workspaces: ['*'], ...lists }]) {
      expect(await under({ typescript: 'catalog:' }, {}, about)).toEqual(told);
      expect(await under({ typescript: 'catalog:next' }, {}, about)).toEqual(newest);
    }
    expect(await under({ typescript: 'catalog:' }, {}, { catalog: 1, workspaces: null })).toEqual(newest);
  });
});

describe('What `this` is in an object', () => {
  const tree = (comment: string) => ({
    'tsconfig.json': settings({ strict: true, allowJs: true, checkJs: true }),
    'src/a.js': [
      comment,
      'export const plugin = {',
      "  name: 'a',",
      '  read() {',
      '    const own = this;',
      '    return own.resolve(this.nmae);',
      '  },',
      '};',
    ],
  });

  it('a package’s type of the object may say, and nothing else', async () => {
    expect(await typesOf(tree("/** @type {import('vite').Plugin} */"))).toEqual([]);
    expect(await typesOf(tree('/** What it is. */'))).toEqual(['medium src/a.js:6 TS2339', 'medium src/a.js:6 TS2339']);
  });
});

describe('A request', () => {
  it('has what the runtime of Cloudflare gives with it, and nothing that none gives', async () => {
    const found = await typesOf({
      'tsconfig.json': settings({ strict: true, lib: ['ESNext', 'DOM'] }),
      'src/a.ts': ['export const a = (ask: Request) => ask.cf;', 'export const b = (ask: Request) => ask.cd;'],
    });
    expect(found).toEqual(['medium src/a.ts:2 TS2339']);
  });
});

describe('A member that the tree gives to a class of the language', () => {
  it('is there, though nobody declares it, and another one is missing', async () => {
    const found = await typesOf({
      'tsconfig.json': settings({ strict: true, lib: ['ES2022'] }),
      'src/give.ts': [
        'BigInt.prototype.toJSON = function () { return Number(this); };', // 1
        "(Array.prototype as any)['last'] = function () { return this[this.length - 1]; };",
        "Object.defineProperty(String.prototype, 'shout', { value() { return this.toUpperCase(); } });",
        'Math.clamp ??= (value: number) => value;', // 4
        'Promise.settle = () => undefined;', // 5
        'new Date().stamp = 1;', // 6
      ],
      'src/use.ts': [
        'export const read = (size: bigint, list: string[], name: string, day: Date) => [',
        '  size.toJSON(),', // 2
        '  list.last(),', // 3
        '  name.shout(),', // 4
        '  Math.clamp(2),', // 5
        '  Promise.settle(),', // 6
        '  day.stamp,', // 7
        '  name.toJSON(),', // 8
        '  size.last(),', // 9
        '  Math.settle(2),', // 10
        '  list.first(),', // 11
        '];',
      ],
      'src/give.test.ts': ['Array.prototype.first = function () { return this[0]; };'],
    });
    expect(found).toEqual([
      'low src/give.test.ts:1 TS2339',
      'low src/give.ts:1 TS2339',
      'low src/give.ts:4 TS2339',
      'low src/give.ts:5 TS2339',
      ...[2, 3, 4, 5, 6].map((line) => `low src/use.ts:${line} TS2339`),
      'medium src/give.ts:6 TS2339',
      ...[10, 11, 7, 8, 9].map((line) => `medium src/use.ts:${line} TS2339`),
    ]);
  });
});
