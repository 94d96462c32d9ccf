import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { analyseTypes, DEFAULT_TYPE_LIMITS, typesAnalyser } from '../src/code/types/types.ts';
import { memoryCache, treeOf, writeTree } from './analysed-tree.ts';

const folders: string[] = [];

afterEach(() => {
  for (const root of folders.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** Command lines of what runs on this machine. */
function processes(): string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 }).split('\n');
}

async function look(files: Readonly<Record<string, string>>) {
  const { findings, gaps, engines } = await analyseTypes(await treeOf(files));
  return {
    found: findings.map((one) => `${one.severity} ${one.engine} ${one.file}:${one.line}:${one.column} ${one.rule}`),
    gaps: gaps.map(({ file, reason }) => `${file ?? '*'}: ${reason}`),
    findings,
    engines,
  };
}

const strict = JSON.stringify({ compilerOptions: { strict: true, noEmit: true, module: 'esnext' } });

describe('types of TypeScript', () => {
  it('tell a wrong argument, a missing name and a missing file, with place and weight', async () => {
    const { found, findings } = await look({
      'tsconfig.json': strict,
      'src/a.ts': [
        'export function twice(value: number): number { return value * 2; }',
        "export const wrong = twice('two');",
        'export const typo = twise(2);',
        "export { gone } from './gone';",
      ].join('\n'),
    });
    expect(found.sort()).toEqual([
      'high tsc src/a.ts:3:21 TS2552',
      'high tsc src/a.ts:4:22 TS2307',
      'medium tsc src/a.ts:2:28 TS2345',
    ]);
    expect(findings.find(({ rule }) => rule === 'TS2552')?.suggestion).toBe("Did you mean 'twice'?");
  });

  it('take what is not installed as any type, and its consequences for nothing', async () => {
    const { found, gaps } = await look({
      'tsconfig.json': strict,
      'src/view.tsx': [
        "import React, { Component, useState } from 'react';",
        "import type { Base } from 'basics';",
        "import * as z from 'zod';",
        "import express from 'express';",
        'const shape = z.object({ a: z.string() });',
        'export type Shape = z.infer<typeof shape>;',
        'export interface Own extends Base { readonly x: number }',
        'export const read = (own: Own) => own.other;',
        'export class View extends Component<{ a: string }> {',
        '  override render() { return <b title={this.props.a}>{this.context}</b>; }',
        '}',
        "export const state: React.Dispatch<string> = useState<string>('a')[1];",
        "express().get('/', (request, response) => response.send(request.x));",
        "describe('x', () => { expect(process.env.HOME).toBe(__dirname); });",
        'export const bad: number = read({} as Own) ? "text" : 1;',
      ].join('\n'),
    });
    expect(found).toEqual(['medium tsc src/view.tsx:15:14 TS2322']);
    expect(gaps.join()).toMatch(/Not installed, so taken as any type: .*basics.*express.*react.*zod/);
  });

  it('say nothing of a file that does not parse but name it, and check the others', async () => {
    const { found, gaps } = await look({
      'tsconfig.json': strict,
      'broken.ts': 'export const a: number = ;\nfunction (',
      'user.ts': "import { a } from './broken';\nexport const b: string = 1; export const c = a;",
      'reference.ts': '/// <reference types="vite/client" />\nexport const d: string = 2;',
    });
    expect(found.sort()).toEqual(['medium tsc reference.ts:2:14 TS2322', 'medium tsc user.ts:2:14 TS2322']);
    expect(gaps.filter((gap) => gap.startsWith('broken.ts'))).toEqual([
      expect.stringContaining('It does not parse: line 1'),
    ]);
  });

  it('name the files whose names a compiler takes for other paths, and check the others', async () => {
    const { found, gaps } = await look({
      'tsconfig.json': strict,
      'back\\slash.ts': 'export const a: string = 1;',
      'two\nlines.ts': 'export const b: string = 1;',
      'plain.ts': 'export const c: string = 1;',
    });
    expect(found).toEqual(['medium tsc plain.ts:1:14 TS2322']);
    for (const name of ['back\\slash.ts', 'two\nlines.ts']) {
      expect(gaps.filter((gap) => gap.startsWith(name))).toEqual([
        expect.stringContaining('compilers take its name for another path'),
      ]);
    }
  });

  it('honour a project’s settings, outdated ones too, and run nothing of it', async () => {
    const { found } = await look({
      'package.json': JSON.stringify({ devDependencies: { typescript: '~4.9.5' } }),
      'tsconfig.base.json': '{ "compilerOptions": { "target": "es5", "moduleResolution": "node", /* old */ } }',
      'tsconfig.json': JSON.stringify({
        extends: './tsconfig.base',
        compilerOptions: {
          module: 'commonjs',
          baseUrl: './src',
          outDir: 'made',
          incremental: true,
          plugins: [{ name: './evil.js' }],
        },
        include: ['src'],
      }),
      'src/deep/value.ts': 'export const value: number = 1;',
      'src/a.ts': "import { value } from 'deep/value';\nlet loose: string = null;\nexport const text: string = value;",
      'other.ts': 'const outside: number = "not included, so checked with defaults"; export { outside };',
    });
    expect(found.sort()).toEqual(['medium tsc other.ts:1:7 TS2322', 'medium tsc src/a.ts:3:14 TS2322']);
  });

  it('check JavaScript only where its comments hold types', async () => {
    const typed = '/** @param {number} size */\nexport function grow(size) { return size + 1; }\n';
    const { found } = await look({
      'plain.js': "const size = 1; size.grow(); module.exports = size * 'x';",
      'typed.js': `${typed}grow('big');`,
      'checked.js': `// @ts-check\n${typed}grow({});`,
    });
    expect(found.sort()).toEqual(['medium tsc checked.js:4:6 TS2345', 'medium tsc typed.js:3:6 TS2345']);
  });

  it('never read past the tree, and never tell the text of a secret', async () => {
    const secret = await writeTree({ 'secret.json': '{"password":"hunter2"}' });
    const { found, gaps, findings } = await look({
      'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true, resolveJsonModule: true } }),
      'thief.ts': `import secret from '${secret}/secret.json';\nexport const told: number = secret;`,
      'key.ts': "export const key = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc' as const;\nexport const wrong: 'short' = key;",
    });
    expect(found).toEqual(['medium tsc key.ts:2:14 TS2322']);
    expect(gaps.join('\n')).toMatch(/thief\.ts: .*outside of the tree/);
    expect(JSON.stringify([gaps, findings])).not.toMatch(/hunter2|sk_live/);
  });
});

describe('a tree of several packages', () => {
  it('is checked with the settings that one of them holds for the others', async () => {
    const { found, gaps } = await look({
      'tooling/package.json': '{"name":"@tree/tsconfig"}',
      'tooling/base.json': '{"compilerOptions":{"strict":true,"noUncheckedIndexedAccess":true}}',
      'app/tsconfig.json': '{"extends":"@tree/tsconfig/base.json"}',
      'app/list.ts': 'const list: number[] = [];\nexport const first: number = list[0];\n',
      'web/tsconfig.json': '{"extends":"@elsewhere/tsconfig/base.json"}',
      'web/list.ts': 'const list: number[] = [];\nexport const first: number = list[0];\n',
    });
    expect(found).toEqual(['medium tsc app/list.ts:2:14 TS2322']);
    expect(gaps.join('\n')).toMatch(/stands on @elsewhere\/tsconfig\/base\.json, which is not part of the tree/);
    expect(gaps.join('\n')).not.toContain('@tree/tsconfig');
  });

  it('names as not installed what its own files import by no name of theirs', async () => {
    const { gaps } = await look({
      'app/tsconfig.json': '{"compilerOptions":{"strict":true,"paths":{"@/*":["./*"]}}}',
      'app/part.ts': 'export const part = 1;\n',
      'app/index.ts': "import { part } from '@/part';\nimport far from 'far';\nexport default [part, far];\n",
      'web/tsconfig.json': '{"compilerOptions":{"strict":false}}',
      'web/index.ts': "import near from 'near';\nexport default near;\n",
    });
    expect(gaps).toEqual(['*: Not installed, so taken as any type: far, near.']);
  });

  it('is checked where a text reads like an import of a file of the machine, or a picture lies at the root', async () => {
    const { found, gaps } = await look({
      'secret.ts': "export const secret = Buffer.from('/* nothing */');\nexport const size: string = 1;\n",
      'page.ts': "import logo from '/logo.svg?url';\nexport const page: number = 'one';\nexport default logo;\n",
      'thief.js': "// @ts-check\nconst told = require('/etc/told.js');\nmodule.exports = told;\n",
    });
    expect(found.sort()).toEqual(['medium tsc page.ts:2:14 TS2322', 'medium tsc secret.ts:2:14 TS2322']);
    expect(gaps.filter((one) => /outside of the tree/.test(one))).toEqual([expect.stringContaining('thief.js')]);
  });
});

describe('types of Python', () => {
  it('tell what is wrong, and what is not installed apart from it', async () => {
    const { found, gaps } = await look({
      'shop.py': [
        'import nowhere_to_be_found as far',
        'from .tools import absent',
        'def twice(value: int) -> int:',
        '    return str(value)',
        'twice("two")',
        'far.get("x").json()["y"].z',
        'twice(missing)',
        'twice("kept quiet")  # type: ignore',
      ].join('\n'),
      'tools.py': 'import re\ndef word(text: str) -> str:\n    return re.match("x", text).group()\n',
      'old.py': 'print "hello"\nexcept_, = 1,\n',
    });
    expect(found.sort()).toEqual([
      'high pyright shop.py:2:20 reportAttributeAccessIssue',
      'high pyright shop.py:7:7 reportUndefinedVariable',
      'medium pyright shop.py:4:12 reportReturnType',
      'medium pyright shop.py:5:7 reportArgumentType',
      'medium pyright tools.py:3:32 reportOptionalMemberAccess',
    ]);
    expect(gaps).toContain('*: Not installed, so taken as any type: nowhere_to_be_found.');
    expect(gaps).toContain('old.py: Not analysed: it is Python 2.');
  });

  it('honour the project’s settings where they are safe', async () => {
    const { found, gaps } = await look({
      'pyproject.toml':
        '[tool.pyright]\ninclude = ["src"]\nreportReturnType = "none"\nvenvPath = "/"\nextraPaths = ["lib", "../.."]\n',
      'src/a.py': 'import extra\ndef a() -> int:\n    return ""\nb: int = extra.name\n',
      'lib/extra.py': 'name = "text"\n',
      'setup/left.py': 'x: int = ""\n',
    });
    expect(found).toEqual(['medium pyright src/a.py:4:10 reportAssignmentType']);
    expect(gaps.join()).toMatch(/Settings that lead out of the tree are not used: venvPath/);
    expect(gaps.join()).toMatch(/2 of 3 Python files are left out/);
  });
});

describe('a look at types', () => {
  it('asks no interpreter of the machine, so the answer is the same on every machine', async () => {
    const programs = await writeTree({ python: '', python3: '' });
    const log = join(programs, 'log');
    for (const name of ['python', 'python3']) {
      writeFileSync(join(programs, name), `#!/bin/sh\necho ran >> '${log}'\nexit 1\n`, { mode: 0o755 });
      chmodSync(join(programs, name), 0o755);
    }
    vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const { found } = await look({ 'a.py': 'x: int = ""\n', 'sys.py': 'raise SystemExit("never run")\n' });
    expect(found).toEqual(['medium pyright a.py:1:10 reportAssignmentType']);
    expect(existsSync(log)).toBe(false);
  });

  it('answers an unchanged tree from the cache, and looks again after a change', async () => {
    const cache = memoryCache();
    const files = { 'a.py': 'x: int = ""\n', 'b.ts': 'export const y: number = "";' };
    const first = await analyseTypes(await treeOf(files, { cache }));
    expect(first.findings).toHaveLength(2);
    expect(cache.size).toBe(2);
    // With no time at all a child process could not answer.
    const hurried = typesAnalyser({ ...DEFAULT_TYPE_LIMITS, timeoutMs: 1 });
    expect(await hurried(await treeOf(files, { cache }))).toEqual(first);
    const changed = await hurried(await treeOf({ ...files, 'a.py': 'x: int = 1\n' }, { cache }));
    expect(changed.findings.map(({ engine }) => engine)).toEqual(['tsc']);
    expect(changed.gaps.map(({ reason }) => reason)).toContain('Pyright did not finish within 0.001 seconds.');
    expect(cache.size).toBe(2);
  });

  it('looks again when a file that it leaves out came or went, which its own files name, or git’s list did', async () => {
    const cache = memoryCache();
    const made = '# Generated by the protocol buffer compiler.  DO NOT EDIT!\nname = 1\n';
    const files = {
      'parts/__init__.py': '',
      'use.py': 'from parts import table\nprint(table)\n',
      'a.ts': "import { row } from './rows';\nexport const first = row;\n",
      'b.ts': "import { cell } from './cells';\nexport const second = cell;\n",
    };
    const there = { 'parts/table.py': made, 'rows.ts': '// @generated\nexport const row = 1;\n' };
    const ignored = { '.gitignore': 'cells.ts\n' };
    const look = async (tree: Readonly<Record<string, string>>) => {
      const { findings } = await analyseTypes(await treeOf(tree, { cache }));
      return findings.map(({ file, rule }) => `${file} ${rule}`).sort();
    };
    const missing = { a: 'a.ts TS2307', b: 'b.ts TS2307', use: 'use.py reportAttributeAccessIssue' };
    expect(await look({ ...files, ...there, ...ignored })).toEqual([]);
    expect(await look({ ...files, ...ignored })).toEqual([missing.a, missing.use]);
    expect(await look(files)).toEqual([missing.a, missing.b, missing.use]);
    expect(await look({ ...files, ...there })).toEqual([missing.b]);
    expect(await look({ ...files, ...there, ...ignored })).toEqual([]);
  });

  it('ends with the signal’s reason, and leaves nothing in the tree or beside it', async () => {
    const stop = new AbortController();
    const input = await treeOf({ 'a.py': 'x: int = ""\n', 'b.ts': 'export const y = 1;' }, { signal: stop.signal });
    const before = readdirSync(input.root).sort();
    const reason = new Error('enough');
    const running = analyseTypes(input);
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(readdirSync(input.root).sort()).toEqual(before);
    expect(existsSync(join(input.root, 'tsconfig.tsbuildinfo'))).toBe(false);
  });

  it.for([
    ['pyright', 'a.py', 'x: int = ""\n', /outputjson/],
    ['tsc', 'b.ts', 'export const y: number = "";\n', /project-0\.json/],
  ] as const)('ends %s in the middle of its work, and takes its copy away', async ([, file, text, mark]) => {
    const temporary = await writeTree({ none: '' });
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const children = () => processes().filter((line) => line.includes(temporary) && mark.test(line));
    const stop = new AbortController();
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`m${index}/${file}`, text]));
    const input = await treeOf(many, { signal: stop.signal });
    const reason = new Error('enough');
    const running = analyseTypes(input);
    running.catch(() => undefined);
    await vi.waitUntil(() => children().length > 0, { timeout: 20_000, interval: 5 });
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(children()).toEqual([]);
    expect(readdirSync(temporary).filter((name) => name.startsWith('millwright-types-'))).toEqual([]);
  });

  it.runIf(existsSync('/dev/shm'))(
    'takes away the copies that killed processes left in memory, and no others',
    async () => {
      vi.stubEnv('TMPDIR', '/tmp');
      const left = ['abandoned', 'present'].map((name) => mkdtempSync(`/dev/shm/millwright-types-${name}-`));
      folders.push(...left);
      onTestFinished(() => {
        vi.unstubAllEnvs();
      });
      const [abandoned = '', present = ''] = left;
      const yesterday = Date.now() / 1000 - 86_400;
      utimesSync(abandoned, yesterday, yesterday);
      const { findings } = await analyseTypes(await treeOf({ 'b.ts': 'export const y: number = "";' }));
      expect(findings).toHaveLength(1);
      expect(left.filter((place) => existsSync(place))).toEqual([present]);
    },
  );

  it('says so when a child reaches its memory limit', async () => {
    const small = typesAnalyser({ ...DEFAULT_TYPE_LIMITS, memoryMegabytes: 16 });
    const { findings, gaps } = await small(
      await treeOf({ 'a.py': 'x: int = ""\n', 'b.ts': 'export const y: number = "";' }),
    );
    expect(findings).toEqual([]);
    expect(gaps.map(({ engine, reason }) => `${engine}: ${reason}`).sort()).toEqual([
      'pyright: Pyright ran out of memory.',
      expect.stringMatching(/^tsc: 1 files .* The compiler ran out of memory\.$/),
    ]);
  });
});

/** A mistake of a kind that people make: the line that holds it ends in the mark. */
const MARK = '<- wrong';

const PYTHON_BASE = [
  'from dataclasses import dataclass',
  'from typing import Optional',
  '',
  '@dataclass',
  'class User:',
  '    name: str',
  '    age: int = 0',
  '    email: Optional[str] = None',
  '',
  '    def greet(self, other: str) -> str:',
  '        return f"{self.name} greets {other}"',
  '',
  'def find(users: list[User], name: str) -> Optional[User]:',
  '    for user in users:',
  '        if user.name == name:',
  '            return user',
  '    return None',
  '',
  'async def load(key: str) -> User:',
  '    return User(key)',
  '',
].join('\n');

const PYTHON_MISTAKES: Readonly<Record<string, string>> = {
  wrong_argument: 'def act() -> str:\n    return User("a").greet(5)  # <- wrong',
  unknown_attribute: 'def act(user: User) -> str:\n    return user.nmae  # <- wrong',
  optional_member: 'def act(users: list[User]) -> str:\n    return find(users, "a").name  # <- wrong',
  optional_field: 'def act(user: User) -> str:\n    return user.email.lower()  # <- wrong',
  optional_argument: 'def act(users: list[User]) -> int:\n    return len(find(users, "a").email or "")  # <- wrong',
  wrong_return: 'def act(user: User) -> int:\n    return user.name  # <- wrong',
  missing_return: 'def act(user: User) -> str:  # <- wrong\n    if user.age > 3:\n        return user.name',
  missing_await: 'async def act() -> str:\n    user = load("a")\n    return user.name  # <- wrong',
  too_few: 'def act(user: User) -> str:\n    return user.greet()  # <- wrong',
  too_many: 'def act(users: list[User]) -> Optional[User]:\n    return find(users, "a", True)  # <- wrong',
  unknown_keyword: 'def act() -> User:\n    return User(name="a", years=3)  # <- wrong',
  wrong_override: 'class Guest(User):\n    def greet(self, other: int) -> str:  # <- wrong\n        return "hello"',
  wrong_assignment: 'def act(user: User) -> None:\n    user.age = "three"  # <- wrong',
  wrong_operator: 'def act(user: User) -> str:\n    return user.name + user.age  # <- wrong',
  undefined_name: 'def act(user: User) -> str:\n    return usr.name  # <- wrong',
  unbound_name: 'def act(user: User) -> str:\n    if user.age > 3:\n        text = "old"\n    return text  # <- wrong',
  wrong_key: 'def act() -> int:\n    ages: dict[str, int] = {}\n    return ages[3]  # <- wrong',
  optional_loop:
    'def act(names: Optional[list[str]]) -> None:\n    for name in names:  # <- wrong\n        print(name)',
  wrong_list: 'def act() -> list[str]:\n    return [1, 2]  # <- wrong',
  abstract_class:
    'from abc import ABC, abstractmethod\nclass Shape(ABC):\n    @abstractmethod\n    def area(self) -> float: ...\ndef act() -> Shape:\n    return Shape()  # <- wrong',
  none_argument: 'def act(users: list[User]) -> Optional[User]:\n    return find(users, None)  # <- wrong',
  module_attribute: 'import json\ndef act(text: str) -> object:\n    return json.parse(text)  # <- wrong',
};

const TYPESCRIPT_BASE = [
  'export interface User { readonly name: string; age: number; email?: string }',
  'export class Store {',
  '  find(users: readonly User[], name: string): User | undefined { return users.find((user) => user.name === name); }',
  '  rename(user: User, name: string): User { return { ...user, name }; }',
  '}',
  'export async function load(name: string): Promise<User> { return { name, age: 1 }; }',
  'export type Shape = { kind: "circle"; radius: number } | { kind: "square"; side: number };',
  'export const store = new Store();',
  '',
].join('\n');

const TYPESCRIPT_MISTAKES: Readonly<Record<string, string>> = {
  'wrong-argument': 'export const act = (user: User) => store.rename(user, 5); // <- wrong',
  'missing-property': 'export const act: User = { name: "a" }; // <- wrong',
  'extra-property': 'export const act: User = { name: "a", age: 1, nick: "b" }; // <- wrong',
  'unknown-property': 'export const act = (user: User) => user.nmae; // <- wrong',
  'undefined-result': 'export const act = (users: User[]) => store.find(users, "a").name; // <- wrong',
  'undefined-field': 'export const act = (user: User) => user.email.length; // <- wrong',
  'undefined-argument': 'export const act = (user: User) => store.rename(user, user.email); // <- wrong',
  'wrong-return': 'export function act(user: User): number { return user.name; } // <- wrong',
  'missing-return': 'export function act(user: User): string { if (user.age > 3) { return user.name; } } // <- wrong',
  'missing-await':
    'export async function act(): Promise<string> {\n  const user = load("a");\n  return user.name; // <- wrong\n}',
  'too-few': 'export const act = (user: User) => store.rename(user); // <- wrong',
  'too-many': 'export const act = (users: User[]) => store.find(users, "a", true); // <- wrong',
  'wrong-override':
    'export class Own extends Store {\n  override find(users: readonly User[], name: number): User | undefined { return users[name]; } // <- wrong\n}',
  'unmet-interface': 'export class Person implements User { // <- wrong\n  readonly name = "a";\n}',
  'unreachable-narrowing':
    'export function act(shape: Shape): number {\n  if (shape.kind === "circle") return shape.side; // <- wrong\n  return 1;\n}',
  'impossible-comparison': 'export const act = (shape: Shape) => shape.kind === "triangle"; // <- wrong',
  'caught-unknown':
    'export function act(run: () => void): string {\n  try { run(); } catch (error) { return error.message; } // <- wrong\n  return "";\n}',
  'written-unknown':
    'export function act(text: string): number {\n  const value: unknown = JSON.parse(text);\n  return value.size; // <- wrong\n}',
  'read-only': 'export function act(user: User): void { user.name = "b"; } // <- wrong',
  'unknown-name': 'export const act = (user: User) => usr.name; // <- wrong',
  'empty-object':
    'export function act(): object {\n  const options = {};\n  options.size = 1; // <- wrong\n  return options;\n}',
  'wrong-callback': 'export const act = (users: User[]) => users.filter((user: string) => user === "a"); // <- wrong',
  'late-null':
    'export async function act(): Promise<number> {\n  let user: User | null = null;\n  if (Math.random() > 0.5) user = await load("a");\n  return user.age; // <- wrong\n}',
};

const PYTHON_FINE: Readonly<Record<string, string>> = {
  checked:
    'def act(users: list[User]) -> str:\n    user = find(users, "a")\n    return "" if user is None else user.name',
  awaited: 'async def act() -> str:\n    user = await load("a")\n    return user.name',
  overridden:
    'class Guest(User):\n    def greet(self, other: str, loud: bool = False) -> str:\n        return other.upper() if loud else other',
  narrowed: 'def act(value: "int | str") -> int:\n    return len(value) if isinstance(value, str) else value',
  bound: 'def act(user: User) -> str:\n    text = ""\n    if user.age > 3:\n        text = "old"\n    return text',
  looped: 'def act(names: Optional[list[str]]) -> None:\n    for name in names or []:\n        print(name)',
  described:
    'class Settings:\n    def __getattr__(self, name: str) -> str:\n        return name\ndef act() -> str:\n    return Settings().anything',
  concrete:
    'from abc import ABC, abstractmethod\nclass Shape(ABC):\n    @abstractmethod\n    def area(self) -> float: ...\nclass Square(Shape):\n    def area(self) -> float:\n        return 1.0\ndef act() -> Shape:\n    return Square()',
};

const TYPESCRIPT_FINE: Readonly<Record<string, string>> = {
  checked: 'export const act = (users: User[]) => store.find(users, "a")?.name ?? "";',
  awaited: 'export async function act(): Promise<string> { const user = await load("a"); return user.name; }',
  overridden:
    'export class Own extends Store { override find(users: readonly User[]): User | undefined { return users[0]; } }',
  narrowed: 'export const act = (shape: Shape): number => (shape.kind === "circle" ? shape.radius : shape.side);',
  caught:
    'export function act(run: () => void): string { try { run(); } catch (error) { return String(error); } return ""; }',
  settled:
    'export function act(text: string): number { const value: unknown = JSON.parse(text); return typeof value === "number" ? value : 0; }',
  listed: 'export const act = (users: User[]) => users.filter(({ age }) => age > 3).map(({ email }) => email ?? "");',
};

interface Variant {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

const PYTHON_VARIANTS: readonly Variant[] = [
  { name: 'plain', before: '', after: '' },
  {
    name: 'foreign',
    before: 'import absent_framework\nfrom absent_tools import helper, Base\n',
    after:
      '\n\nclass View(Base):\n    pass\n\ndef use(value: int) -> object:\n    return helper(absent_framework.run(value))\n',
  },
];

const TYPESCRIPT_VARIANTS: readonly Variant[] = [
  { name: 'plain', before: '', after: '' },
  {
    name: 'foreign',
    before:
      "import framework, { type Request } from 'absent-framework';\nimport { isReady, helper } from 'absent-tools';\n",
    after:
      '\nexport const use = (request: Request) => (isReady(request) ? framework.run(helper(request.body)) : null);\n',
  },
];

interface Sources {
  readonly base: string;
  readonly bodies: Readonly<Record<string, string>>;
  readonly variants: readonly Variant[];
  readonly ending: string;
}

function variantFiles({ base, bodies, variants, ending }: Sources): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bodies).flatMap(([name, body]) =>
      variants.map(({ name: variant, before, after }) => [
        `src/${name}_${variant}${ending}`,
        `${before}${base}${body}${after}\n`,
      ]),
    ),
  );
}

/** Looks at all variants at once; gives the marked places that nothing was found at, and what was found elsewhere. */
async function missedAndUnmarked(files: Readonly<Record<string, string>>, more: Readonly<Record<string, string>>) {
  const { findings } = await look({ ...files, ...more });
  const marked = Object.entries(files).flatMap(([file, text]) => {
    const line = text.split('\n').findIndex((one) => one.includes(MARK)) + 1;
    return line === 0 ? [] : [`${file}:${line}`];
  });
  const found = findings.map(({ file, line }) => `${file}:${line}`);
  return {
    marked: marked.length,
    missed: marked.filter((place) => !found.includes(place)),
    unmarked: findings
      .filter(({ file, line }) => !marked.includes(`${file}:${line}`))
      .map(({ file, line, rule, message }) => `${file}:${line} ${rule} ${message}`),
  };
}

describe('mistakes of the kinds people make', () => {
  it('are found in Python, whether or not the file imports what is not installed', async () => {
    const sources = { base: PYTHON_BASE, variants: PYTHON_VARIANTS, ending: '.py' };
    const wrong = variantFiles({ ...sources, bodies: PYTHON_MISTAKES });
    const fine = variantFiles({ ...sources, bodies: PYTHON_FINE });
    expect(await missedAndUnmarked({ ...wrong, ...fine }, {})).toEqual({
      marked: Object.keys(wrong).length,
      missed: [],
      unmarked: [],
    });
  });

  it('are found in TypeScript, whether or not the file imports what is not installed', async () => {
    const sources = { base: TYPESCRIPT_BASE, variants: TYPESCRIPT_VARIANTS, ending: '.ts' };
    const wrong = variantFiles({ ...sources, bodies: TYPESCRIPT_MISTAKES });
    const fine = variantFiles({ ...sources, bodies: TYPESCRIPT_FINE });
    expect(await missedAndUnmarked({ ...wrong, ...fine }, { 'tsconfig.json': strict })).toEqual({
      marked: Object.keys(wrong).length,
      missed: [],
      unmarked: [],
    });
  });
});
