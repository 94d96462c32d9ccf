import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { groupProjects } from '../src/code/types/tsc-groups.ts';
import { dividedOutput } from '../src/code/types/tsc-output.ts';
import { divideFiles } from '../src/code/types/tsc-projects.ts';
import { collectImports, type ImportedModule } from '../src/code/types/tsc-shims.ts';
import { analyseTypes } from '../src/code/types/types.ts';
import { treeOf } from './analysed-tree.ts';

/** A program of many files, and two small ones with other settings that import from it and from each other. */
const LARGE = Object.fromEntries(
  Array.from({ length: 80 }, (_, index) => [`core/part${index}.ts`, `export const part${index}: number = ${index};\n`]),
);
const TREE = {
  ...LARGE,
  'core/tsconfig.json': '{"compilerOptions":{"strict":true},"include":["*.ts"]}',
  'core/wrong.ts': 'export const wrong: string = 1;\n',
  'core/broken.ts': 'export const half = (;\n',
  'core/uses.ts': "import { asked } from '../web/asked';\nexport const given: string = asked;\n",
  'web/tsconfig.json': '{"compilerOptions":{"strict":false},"include":["*.ts"]}',
  'web/asked.ts':
    "import { part1 } from '../core/part1';\nexport const asked: number = part1;\nlet x: string = part1;\n",
  'web/half.ts': "import { half } from '../core/broken';\nexport const more = half;\n",
  'tools/tsconfig.json': '{"compilerOptions":{"strict":true,"noUncheckedIndexedAccess":true},"include":["*.ts"]}',
  'tools/run.ts':
    "import { wrong } from '../core/wrong';\nconst list: number[] = [];\nexport const first: number = list[0];\nexport const text: number = wrong;\n",
};

describe('a tree of one large program and small ones', () => {
  it('is told of each file once, by the settings of its own program', async () => {
    const { findings, gaps } = await analyseTypes(await treeOf(TREE));
    expect(findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`).sort()).toEqual([
      'core/uses.ts:2 TS2322',
      'core/wrong.ts:1 TS2322',
      'tools/run.ts:3 TS2322',
      'tools/run.ts:4 TS2322',
      'web/asked.ts:3 TS2322',
    ]);
    expect(gaps.map(({ file, reason }) => `${file ?? '*'}: ${reason}`)).toEqual([
      'core/broken.ts: It does not parse: line 1, Expression expected.',
      '*: Imported and not there to be read, so taken as any type: ../core/broken.',
    ]);
  });

  it('leaves no compiler and no copy behind when it is ended', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'type-programs-'));
    onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
    const stop = new AbortController();
    const input = await treeOf(TREE, { signal: stop.signal });
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const copies = () => readdirSync(temporary).flatMap((name) => readdirSync(join(temporary, name)));
    const running = analyseTypes(input);
    running.catch(() => undefined);
    await vi.waitUntil(() => copies().includes('beside'), { timeout: 20_000, interval: 2 });
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

/** Groups of the small programs of a tree, each by its configuration. */
async function groupsOf(tree: Readonly<Record<string, string>>): Promise<(string | null)[][]> {
  const files = Object.entries(tree).map(([path, text]) => ({ path, text }));
  const named = new Map<string, ImportedModule>();
  for (const file of files) collectImports(file, named);
  const projects = divideFiles(files, named);
  const groups = groupProjects(projects, files, named);
  return groups.map((group) => group.map(({ config }) => config).sort()).sort();
}

describe('small programs that are checked in one run', () => {
  const CONFIG = '{"include":["*.ts"]}';
  const named = (name: string) => JSON.stringify({ name });

  it('do not import from each other, neither by a path, nor by a name, nor through a third', async () => {
    const tree = {
      'a/tsconfig.json': CONFIG,
      'a/package.json': named('@tree/a'),
      'a/index.ts': 'export const a = 1;\n',
      'b/tsconfig.json': CONFIG,
      'b/index.ts': "export { a } from '@tree/a';\n",
      'c/tsconfig.json': CONFIG,
      'c/index.ts': "export * from '../b/index';\n",
      'd/tsconfig.json': '{"compilerOptions":{"paths":{"~/*":["../c/*"]}},"include":["*.ts"]}',
      'd/index.ts': "import '~/index';\nexport {};\n",
      'e/tsconfig.json': CONFIG,
      'e/index.ts': "import 'elsewhere';\nexport {};\n",
    };
    expect(await groupsOf(tree)).toEqual([
      ['a/tsconfig.json', 'e/tsconfig.json'],
      ['b/tsconfig.json'],
      ['c/tsconfig.json'],
      ['d/tsconfig.json'],
    ]);
    const { 'b/index.ts': _, ...apart } = tree;
    expect(await groupsOf({ ...apart, 'b/index.ts': 'export {};\n' })).toEqual([
      ['a/tsconfig.json', 'b/tsconfig.json', 'e/tsconfig.json'],
      ['c/tsconfig.json'],
      ['d/tsconfig.json'],
    ]);
  });

  it('are judged each by its own settings, also where one of them does not parse', async () => {
    const list = 'const list: number[] = [];\nexport const first: number = list[0];\n';
    const tree = {
      'plain/tsconfig.json': '{"compilerOptions":{"strict":true},"include":["*.ts"]}',
      'plain/list.ts': list,
      'careful/tsconfig.json': '{"compilerOptions":{"noUncheckedIndexedAccess":true,"strict":true},"include":["*.ts"]}',
      'careful/list.ts': list,
      'careless/tsconfig.json': '{"compilerOptions":{"strict":false},"include":["*.ts"]}',
      'careless/nothing.ts': 'export const nothing: string = null;\nexport const text: string = 1;\n',
      'half/tsconfig.json': '{"compilerOptions":{"strict":true,"target":"es2022"},"include":["*.ts"]}',
      'half/broken.ts': 'export const half = (;\n',
      'half/whole.ts': 'export const nothing: string = null;\n',
    };
    const { findings, gaps } = await analyseTypes(await treeOf(tree));
    expect(findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`).sort()).toEqual([
      'careful/list.ts:2 TS2322',
      'careless/nothing.ts:2 TS2322',
      'half/whole.ts:1 TS2322',
    ]);
    expect(gaps.map(({ file, reason }) => `${file ?? '*'}: ${reason}`)).toEqual([
      'half/broken.ts: It does not parse: line 1, Expression expected.',
    ]);
  });

  it('are asked about again one by one when the run does not tell of each in turn', () => {
    const begun = (name: string) => `01:02:03 PM - Building project '../generated/${name}'...`;
    const whole = [begun('one.json'), '', 'a.ts(1,1): error TS1: x', begun('two.json'), '/b.ts'].join('\n');
    expect(dividedOutput(whole, ['one.json', 'two.json'])).toEqual(['\na.ts(1,1): error TS1: x', '/b.ts']);
    expect(dividedOutput(whole, ['two.json', 'one.json'])).toBeNull();
    expect(dividedOutput(whole, ['one.json', 'two.json', 'three.json'])).toBeNull();
    expect(dividedOutput('', ['one.json'])).toBeNull();
  });
});
