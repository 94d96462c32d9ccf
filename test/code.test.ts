import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { importResolver } from '../src/code/imports.ts';
import { readManifests } from '../src/code/manifests.ts';
import { normalise } from '../src/code/signatures.ts';
import { decodeSource, readSourceBytes } from '../src/code/source-text.ts';
import { readSourceTree } from '../src/code/source-tree.ts';
import { parseSource, type SourceSymbol } from '../src/code/symbols.ts';

const SAMPLES = fileURLToPath(new URL('./fixtures/sample-projects/', import.meta.url));

function sample(path: string) {
  return parseSource(path, readFileSync(join(SAMPLES, path), 'utf8'));
}

/** Kind, lines, name and signature on one line each, members indented. */
function outline(symbols: readonly SourceSymbol[], indent = ''): string[] {
  return symbols.flatMap((symbol) => [
    `${indent}${symbol.line}-${symbol.endLine} ${symbol.isStatic ? 'static ' : ''}${symbol.isDefault ? 'default ' : ''}${symbol.kind} ${symbol.name}: ${symbol.signature}`,
    ...outline(symbol.members, `${indent}  `),
  ]);
}

const folders: string[] = [];

function folder(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'source-tree-'));
  folders.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

afterEach(() => {
  for (const root of folders.splice(0)) rmSync(root, { recursive: true, force: true });
});

describe('TypeScript symbols', () => {
  test('are exact in kind, lines and signature, with overloads, generics and destructuring', async () => {
    const parsed = await sample('typescript/src/index.ts');
    expect(outline(parsed.symbols)).toEqual([
      '28-34 function area: function area(shape: Shape, precision: number = 2, ...rest: Shape[]): number',
      "36-41 function measure: function measure(shape: Shape): number\nfunction measure(shape: Shape, unit: 'cm' | 'm'): string",
      '43-43 constant schema: const schema = z.object({ size: z.number() })',
      '45-46 function double: const double = async <Value extends number>({ size }: { size: Value }, times?: number): Promise<number> => …',
      '51-51 default constant secret: const secret = 2',
    ]);
    expect(parsed.doc?.summary).toBe('Areas of shapes.');
    expect(parsed.problems).toEqual([]);
  });

  test('carry their parameters and what JSDoc says of them', async () => {
    const [area, , , double] = (await sample('typescript/src/index.ts')).symbols;
    expect(area?.parameters).toEqual([
      { name: 'shape', type: 'Shape', default: null, optional: false, rest: false },
      { name: 'precision', type: 'number', default: '2', optional: true, rest: false },
      { name: '...rest', type: 'Shape[]', default: null, optional: false, rest: true },
    ]);
    expect(double?.parameters.map((parameter) => [parameter.name, parameter.type, parameter.optional])).toEqual([
      ['{ size }', '{ size: Value }', false],
      ['times', 'number', true],
    ]);
    expect(area?.doc).toEqual({
      markup: 'markdown',
      style: 'jsdoc',
      line: 14,
      endLine: 27,
      summary: 'Area of a shape | with <b>markup</b>.',
      description: 'Area of a shape | with <b>markup</b>.\n\n# Not a heading',
      params: [
        { name: 'shape', type: null, text: 'what to measure', line: 19 },
        { name: 'precision', type: 'number', text: 'decimals | digits', line: 20 },
        { name: 'rest', type: null, text: 'more shapes', line: 21 },
      ],
      typeParams: [],
      attributes: [],
      returns: { type: null, text: 'the area', line: 22 },
      yields: null,
      throws: [{ name: 'RangeError', type: null, text: 'when the shape is infinite', line: 23 }],
      examples: ['area(circle(1));'],
      deprecated: 'use `measure`',
      inheritDoc: false,
    });
  });

  test('of classes leave out what is private, protected or #hidden, and keep parameter properties', async () => {
    expect(outline((await sample('typescript/src/shapes/shape.ts')).symbols)).toEqual([
      '4-9 interface Shape: interface Shape',
      '  6-6 property size: readonly size: number',
      '  7-7 property name: name?: string',
      '  8-8 method scale: scale(factor: number): Shape',
      '12-16 enum Kind: enum Kind',
      "  14-14 enum member Circle: Circle = 'circle'",
      "  15-15 enum member Square: Square = 'square'",
      '18-18 type Pair: type Pair<Left, Right = Left> = readonly [Left, Right]',
      '21-53 class Moving: abstract class Moving<Body extends Shape> implements Shape',
      '  22-22 static property count: static count = 0',
      '  23-23 property size: readonly size: number = circle(1).size',
      '  29-29 property body: readonly body: Body',
      '  28-33 constructor constructor: constructor(public readonly body: Body, private readonly speed: number)',
      '  36-42 accessor velocity: get velocity(): number\nset velocity(value: number)',
      '  44-44 method scale: abstract scale(factor: number): Shape',
      '  50-52 method move: async move(by: { x: number; y: number }, options: object = {}): Promise<void>',
    ]);
  });

  test('that are passed on, and imports for types only, are told apart', async () => {
    const { imports, reexports } = await sample('typescript/src/index.ts');
    expect(reexports).toEqual([
      { specifier: './shapes/shape.js', imported: '*', exported: '*', line: 10 },
      { specifier: './shapes/circle.js', imported: 'circle', exported: 'makeCircle', line: 11 },
      { specifier: './shapes/circle.js', imported: 'circle', exported: 'circle', line: 12 },
    ]);
    expect(imports.slice(0, 3)).toEqual([
      { specifier: 'zod', names: ['z'], line: 6, typeOnly: false, lazy: false },
      { specifier: './shapes/shape.js', names: ['Shape'], line: 7, typeOnly: true, lazy: false },
      { specifier: './shapes/circle.js', names: ['circle'], line: 8, typeOnly: false, lazy: false },
    ]);
  });

  test('of a file that does not parse are absent, and the problem is named with its line', async () => {
    const { problems } = await sample('typescript/src/broken.ts');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.line).toBe(2);
    expect(problems[0]?.message).not.toBe('');
  });
});

describe('Signatures', () => {
  test('part the members of a type that stood on lines of their own', () => {
    const on = (text: string): string => normalise(text, 0, text.length);
    expect(on('a: {\n  b?: string\n  c: () =>\n    void\n\n  d(): {\n    e: 1\n  }\n}')).toBe(
      'a: { b?: string; c: () => void; d(): { e: 1 } }',
    );
    expect(on('{\n  [K in keyof T]: T[K] extends\n    string ? 1\n    : 2\n}')).toBe(
      '{ [K in keyof T]: T[K] extends string ? 1 : 2 }',
    );
    expect(on('f({\n  a,\n  b\n}: P)')).toBe('f({ a, b }: P)');
  });
});

describe('CommonJS symbols', () => {
  test('follow module.exports, the function it holds, its prototype and names passed on', async () => {
    const parsed = await sample('commonjs/lib/index.js');
    expect(outline(parsed.symbols)).toEqual([
      '13-15 default function createApplication: function createApplication(options)',
      '  18-20 method routes: function routes(filter)',
      '  23-25 method run: run = function (port, host)',
      "34-34 constant version: version = '1.0.0'",
    ]);
    expect(parsed.reexports).toEqual([
      { specifier: './parser', imported: 'Parser', exported: 'Parser', line: 32 },
      { specifier: './parser', imported: '*', exported: 'parse', line: 33 },
    ]);
    expect(parsed.imports.map((one) => [one.specifier, one.line, one.lazy])).toContainEqual(['late', 24, true]);
  });

  test('of an exported object are its properties', async () => {
    expect(outline((await sample('commonjs/lib/parser.js')).symbols)).toEqual([
      '1-1 constant limit: const limit = 10',
      '4-4 function parse: const parse = (text, depth = limit) => …',
      '6-11 class Parser: class Parser',
      '  8-10 method next: next()',
      '13-13 function inline: inline = function (a)',
    ]);
  });
});

describe('Python symbols', () => {
  test('are exact in kind, lines and signature, with decorators, overloads and dataclass fields', async () => {
    expect(outline((await sample('python/src/inventory/store.py')).symbols)).toEqual([
      '13-13 constant LIMIT: LIMIT: int = 10',
      '14-14 variable default: default = {"a": 1}',
      '18-28 class Thing: class Thing',
      '  25-25 property name: name: str',
      '  26-26 property count: count: int = 1',
      '31-70 class Store: class Store(t.Generic[T])',
      '  34-35 constructor __init__: def __init__(self, *things: Thing, limit: int = LIMIT) -> None',
      '  37-40 accessor size: def size(self) -> int',
      '  42-44 accessor names: def names(self) -> list[str]',
      '  46-48 static method empty: def empty(cls, limit: int = 0) -> Store',
      '  50-65 static method check: def check(thing: Thing, /, strict=True) -> bool',
      '  67-68 method __repr__: def __repr__(self) -> str',
      '73-80 function load: def load(path: str) -> Store\ndef load(path: bytes, *, strict: bool = ...) -> Store',
      '84-84 function checked: def checked() -> int',
      '90-95 class Odd: class Odd',
      '  91-95 method method: def method(self, first: dict[str, int], second: str = "a, (b", *args: int, **kwargs: t.Any) -> None',
    ]);
  });

  test('carry docstrings with Sphinx fields, Google sections, raw strings and #: comments', async () => {
    const { symbols } = await sample('python/src/inventory/store.py');
    const [limit, , thing, store] = symbols;
    expect(limit?.doc?.summary).toBe('Most things a store holds.');
    expect(thing?.doc?.params).toEqual([{ name: 'name', type: null, text: 'what it is called', line: 22 }]);
    expect(thing?.decorators).toEqual(['@dataclass(frozen=True)']);
    expect(thing?.members[1]?.doc?.summary).toBe('How many there are.');
    expect(store?.members.find((member) => member.name === 'check')?.doc).toMatchObject({
      markup: 'docstring',
      summary: 'Checks with \\d a thing.',
      description: 'Checks with \\d a thing.',
      params: [
        { name: 'thing', type: 'Thing', text: 'the thing | to check' },
        { name: 'strict', type: null, text: 'whether to be\nstrict' },
      ],
      returns: { type: null, text: 'whether it is right' },
      throws: [{ name: 'ValueError', type: null, text: 'when it is not' }],
    });
    expect(store?.members.find((member) => member.name === 'empty')?.parameters).toEqual([
      { name: 'limit', type: 'int', default: '0', optional: true, rest: false },
    ]);
  });

  test('are those of __all__ where it is given, and the others that it lists are passed on', async () => {
    const parsed = await sample('python/src/inventory/__init__.py');
    expect(parsed.symbols.map((symbol) => symbol.name)).toEqual(['VERSION']);
    expect(parsed.reexports.map((one) => one.exported)).toEqual(['Store', 'load']);
    expect(parsed.doc?.description).toBe('Counts things.\n\nMore about counting.');
  });

  test('survive a definition that does not parse, which is named', async () => {
    const parsed = await sample('python/src/inventory/broken.py');
    expect(outline(parsed.symbols)).toEqual(['1-2 function ok: def ok()']);
    expect(parsed.problems[0]?.line).toBe(5);
  });

  test('come with imports that know whether they run', async () => {
    const { imports } = await sample('python/src/inventory/store.py');
    expect(imports.map((one) => [one.specifier, one.names, one.typeOnly, one.lazy])).toEqual([
      ['typing', ['*'], false, false],
      ['dataclasses', ['dataclass'], false, false],
      ['functools', ['cached_property'], false, false],
      ['.', ['cli'], true, false],
      ['.cli', ['main'], false, true],
    ]);
  });
});

describe('Imports', () => {
  test('resolve to files of the tree by the rules of the language, else to a package', () => {
    const files = [
      'a/index.ts',
      'a/b.tsx',
      'a/c.js',
      'src/pkg/__init__.py',
      'src/pkg/mod.py',
      'src/pkg/sub/__init__.py',
    ];
    const resolver = importResolver(files, []);
    const to = (from: string, specifier: string, names: string[] = ['*']) =>
      resolver
        .resolve(from, { specifier, names, line: 1, typeOnly: false, lazy: false })
        .map((found) =>
          found.kind === 'file' ? found.path : found.kind === 'package' ? `package ${found.name}` : 'unknown',
        );
    expect(to('a/c.js', './b.js')).toEqual(['a/b.tsx']);
    expect(to('a/b.tsx', '.')).toEqual(['a/index.ts']);
    expect(to('a/b.tsx', './c')).toEqual(['a/c.js']);
    expect(to('a/b.tsx', '@scope/name/deep')).toEqual(['package @scope/name']);
    expect(to('a/b.tsx', 'node:fs')).toEqual(['unknown']);
    expect(to('a/b.tsx', '../../../etc/passwd')).toEqual(['unknown']);
    expect(to('src/pkg/sub/__init__.py', '..mod', ['x'])).toEqual(['src/pkg/mod.py']);
    expect(to('src/pkg/sub/__init__.py', '..', ['mod', 'sub'])).toEqual(['src/pkg/mod.py', 'src/pkg/sub/__init__.py']);
    expect(to('tests/t.py', 'pkg.mod', ['x'])).toEqual(['src/pkg/mod.py']);
    expect(to('tests/t.py', 'requests.adapters')).toEqual(['package requests']);
    expect(to('src/pkg/mod.py', '.....x')).toEqual(['unknown']);
  });
});

describe('Source tree', () => {
  test('names what it leaves out and never reads outside of the folder', async () => {
    const outside = folder({ 'secret.ts': 'export const secret = 1;' });
    const root = folder({
      'src/ok.ts': 'export const ok = 1;\n',
      'src/latin.py': Buffer.from('# caf\xe9\n', 'latin1'),
      'src/wide.ts': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('export const wide = 1;\n', 'utf16le')]),
      'src/odd.py': Buffer.from([0x23, 0x20, 0x81, 0xfe, 0x0a]),
      'src/nul.ts': Buffer.from('a\0b'),
      'src/big.js': 'x'.repeat(5_000),
      'src/made.ts': '// @generated by a tool\nexport {};\n',
      'src/app.nocache.js': 'run();\n',
      'src/lib.min.js': 'a',
      'src/long.js': `var a = "${'x'.repeat(30_000)}";`,
      'src/app.3f2a9b1c4d5e6f70.js': 'x',
      'src/chunk.js': '"use strict";(self.webpackChunkshop=self.webpackChunkshop||[]).push([[7],{}]);',
      'src/dense.js': 'function a(b,c){if(b){return c;}a(c,b);}'.repeat(80),
      'logo.png': 'png',
      'package-lock.json': '{}',
      'node_modules/x/index.js': 'x',
      'dist/out.js': 'x',
      'src/dist/mine.ts': 'export {};\n',
      'sub/.git': 'gitdir: ../elsewhere',
      'sub/in.ts': 'export {};',
    });
    symlinkSync(outside, join(root, 'linked'));
    symlinkSync(join(outside, 'secret.ts'), join(root, 'secret.ts'));
    symlinkSync('src/ok.ts', join(root, 'again.ts'));
    symlinkSync('nowhere', join(root, 'gone.ts'));
    execFileSync('mkfifo', [join(root, 'pipe.ts')]);
    const tree = await readSourceTree(root, { limits: { maxFileBytes: 40_000 } });
    expect(tree.files.map((file) => [file.path, file.language, file.encoding])).toEqual([
      ['src/big.js', 'JavaScript', 'utf-8'],
      ['src/dist/mine.ts', 'TypeScript', 'utf-8'],
      ['src/latin.py', 'Python', 'latin-1'],
      ['src/ok.ts', 'TypeScript', 'utf-8'],
      ['src/wide.ts', 'TypeScript', 'utf-16le'],
    ]);
    expect(tree.skips.map((skip) => [skip.path, skip.reason])).toEqual([
      ['again.ts', 'symlink'],
      ['dist', 'vendored'],
      ['gone.ts', 'symlink'],
      ['linked', 'symlink-outside'],
      ['logo.png', 'binary'],
      ['node_modules', 'vendored'],
      ['package-lock.json', 'generated'],
      ['pipe.ts', 'special-file'],
      ['secret.ts', 'symlink-outside'],
      ['src/app.3f2a9b1c4d5e6f70.js', 'generated'],
      ['src/app.nocache.js', 'generated'],
      ['src/chunk.js', 'generated'],
      ['src/dense.js', 'minified'],
      ['src/lib.min.js', 'minified'],
      ['src/long.js', 'minified'],
      ['src/made.ts', 'generated'],
      ['src/nul.ts', 'binary'],
      ['src/odd.py', 'encoding'],
      ['sub', 'submodule'],
    ]);
  });

  test('leaves out the folders it is told to, in a checkout and in a plain folder', async () => {
    const root = folder({ 'a.ts': 'a', 'state/b.ts': 'b', 'state/deep/c.ts': 'c', 'stated/d.ts': 'd' });
    for (const ask of [undefined, null]) {
      if (ask === undefined) execFileSync('git', ['init', '-q'], { cwd: root });
      const tree = await readSourceTree(root, {
        excluded: [join(root, 'state'), '/elsewhere'],
        ...(ask === null ? { listing: null } : {}),
      });
      expect(tree.files.map((file) => file.path)).toEqual(['a.ts', 'stated/d.ts']);
      expect(tree.skips).toMatchObject([
        { path: 'state', reason: 'excluded', detail: 'a folder of this program itself' },
      ]);
    }
  });

  test('says when a limit was reached', async () => {
    const root = folder({ 'a.ts': 'a', 'b.ts': 'bb', 'c.ts': 'x'.repeat(100) });
    const few = await readSourceTree(root, { limits: { maxFiles: 2 } });
    expect(few.files.map((file) => file.path)).toEqual(['a.ts', 'b.ts']);
    expect(few.limitsReached).toEqual(['Only the first 2 files were looked at.']);
    const small = await readSourceTree(root, { limits: { maxTotalBytes: 10, maxFileBytes: 50 } });
    expect(small.skips).toEqual([{ path: 'c.ts', reason: 'too-large', detail: '100 bytes, the limit is 50' }]);
    const room = folder({ 'a.ts': 'x'.repeat(100), 'b.ts': 'bb' });
    const part = await readSourceTree(room, { limits: { maxTotalBytes: 10 } });
    expect(part.files.map((file) => file.path)).toEqual(['b.ts']);
    expect(part.skips.map(({ path, reason }) => [path, reason])).toEqual([['a.ts', 'limit']]);
  });

  test('of a git checkout respects .gitignore and runs nothing that its configuration names', async () => {
    const root = folder({ 'a.ts': 'a', 'ignored/b.ts': 'b', '.gitignore': 'ignored/\n', 'tüpfel "x".ts': 'c' });
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root });
    git('init', '-q');
    git('config', 'core.fsmonitor', `touch ${join(root, 'ran')}; false`);
    git('-c', 'core.fsmonitor=false', 'add', 'a.ts');
    const tree = await readSourceTree(root);
    expect(tree.files.map((file) => file.path)).toEqual(['.gitignore', 'a.ts', 'tüpfel "x".ts']);
  });

  test('a parent that became a link, a FIFO and a folder are refused when a file is read', async () => {
    const outside = folder({ 'in.ts': 'secret' });
    const root = folder({ 'file.ts': 'x' });
    symlinkSync(outside, join(root, 'src'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await readSourceBytes(root, 'src/in.ts', 100)).toMatchObject({ reason: 'symlink-outside' });
    expect(await readSourceBytes(root, '../in.ts', 100)).toMatchObject({ reason: 'unreadable' });
    expect(await readSourceBytes(root, 'pipe', 100)).toMatchObject({ reason: 'special-file' });
    expect(await readSourceBytes(root, 'file.ts/x', 100)).toMatchObject({ reason: 'unreadable' });
  });

  test('refuses what is no folder in clear words', async () => {
    const root = folder({ 'a.ts': 'a' });
    await expect(readSourceTree(join(root, 'a.ts'))).rejects.toThrow('That is a file, not a folder');
    await expect(readSourceTree(join(root, 'none'))).rejects.toThrow('The folder cannot be read (ENOENT)');
  });

  test('of an empty folder is empty', async () => {
    expect(await readSourceTree(folder())).toMatchObject({ files: [], skips: [], limitsReached: [] });
  });

  test('decodes a byte order mark away', () => {
    expect(decodeSource(Buffer.from('\uFEFFx'))).toEqual({ text: 'x', encoding: 'utf-8' });
  });
});

describe('Manifests', () => {
  test('of setup.py is what its call of setup writes out, and nothing is run', async () => {
    const root = folder({
      'setup.py': [
        'from setuptools import setup',
        'VERSION = "1.2"',
        'open("ran", "w")',
        'setup(',
        '    name="thing", version=VERSION, description=("One "',
        '        "line."), license=f"{x}", python_requires=">=3.10",',
        '    install_requires=["a >= 1", *more, "b"], extras_require={"dev": ["c"]},',
        '    entry_points={"console_scripts": ["run = thing:main"]}, **extra)',
      ].join('\n'),
    });
    const [manifest] = await readManifests(root, await readSourceTree(root));
    expect(manifest).toMatchObject({
      name: 'thing',
      version: '1.2',
      description: 'One line.',
      license: null,
      runtime: 'Python >=3.10',
      entryPoints: [{ kind: 'command', name: 'run', target: 'thing:main' }],
      problem: null,
    });
    expect(manifest?.dependencies.map(({ name, group }) => [name, group])).toEqual([
      ['a', 'runtime'],
      ['b', 'runtime'],
      ['c', 'optional'],
    ]);
  });

  test('say name, scripts, dependencies and entry points', async () => {
    const root = join(SAMPLES, 'typescript');
    const [manifest] = await readManifests(root, await readSourceTree(root));
    expect(manifest).toMatchObject({
      kind: 'package.json',
      name: '@sample/geometry',
      version: '2.1.0',
      license: 'MIT',
      packageManager: 'pnpm@9.1.0',
      runtime: 'Node >=20',
      scripts: [
        { name: 'build', command: 'tsc -p .' },
        { name: 'test', command: 'vitest run' },
      ],
      dependencies: [
        { name: 'zod', version: '^4.0.0', group: 'runtime' },
        { name: 'vitest', version: '^5.0.0', group: 'development' },
      ],
      entryPoints: [
        { kind: 'main', name: '@sample/geometry', target: './dist/index.js' },
        { kind: 'command', name: 'geometry', target: './dist/cli.js' },
        { kind: 'export', name: '.', target: './dist/index.js' },
        { kind: 'export', name: './shapes', target: './dist/shapes/index.js' },
      ],
      problem: null,
    });
  });

  test('of Python and make are read too', async () => {
    const root = join(SAMPLES, 'python');
    const [make, python] = await readManifests(root, await readSourceTree(root));
    expect(make?.scripts).toEqual([
      { name: 'test', command: 'pytest -q' },
      { name: 'lint', command: 'ruff check .' },
    ]);
    expect(python).toMatchObject({
      name: 'inventory',
      version: '0.3.0',
      license: 'Apache-2.0',
      runtime: 'Python >=3.11',
      packageManager: 'hatchling.build',
      dependencies: [
        { name: 'click', version: '>=8', group: 'runtime' },
        { name: 'attrs', version: '', group: 'runtime' },
        { name: 'orjson', version: ">=3; python_version < '4'", group: 'optional' },
        { name: 'pytest', version: '>=8', group: 'development' },
      ],
      entryPoints: [{ kind: 'command', name: 'inventory', target: 'inventory.cli:main' }],
    });
  });

  test('that are broken are named', async () => {
    const root = folder({
      'package.json': '{ "name": ',
      'pyproject.toml': '[project\n',
      'sub/package.json': '[]',
      'setup.cfg': '[metadata]\nname = x\n',
    });
    const found = await readManifests(root, await readSourceTree(root));
    expect(found.map((one) => [one.path, one.problem === null])).toEqual([
      ['package.json', false],
      ['pyproject.toml', false],
      ['setup.cfg', true],
      ['sub/package.json', false],
    ]);
  });
});
