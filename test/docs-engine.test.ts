import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { authorLine, tamedMarkdown } from '../src/code/markdown/author-text.ts';
import { docstringMarkdown } from '../src/code/markdown/docstring-markdown.ts';
import { drawModules } from '../src/code/modules/mermaid.ts';
import { findCycles } from '../src/code/modules/module-graph.ts';
import { readSourceTree } from '../src/code/source-tree.ts';
import { parseTree } from '../src/code/tree/parse-tree.ts';
import { documentFolder } from '../src/docs/engine/documentation.ts';
import { choosePagePaths } from '../src/docs/engine/page-paths.ts';
import { makePatch } from '../src/docs/engine/patch.ts';
import { coverageOf } from '../src/docs/engine/project-model.ts';
import { createThreadPool, ThreadDiedError, type ThreadTask } from '../src/platform/thread-pool.ts';

const SAMPLES = fileURLToPath(new URL('./fixtures/sample-projects/', import.meta.url));
const FACTS = { name: 'sample', url: null, commit: null };
const pool = createThreadPool({ threads: 2 });
const folders: string[] = [];

function folder(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'docs-engine-'));
  folders.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

function copyOf(sample: string): string {
  const root = folder();
  cpSync(join(SAMPLES, sample), root, { recursive: true });
  return root;
}

function git(root: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8' });
}

function commitAll(root: string): void {
  git(root, 'init', '-q');
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'all');
}

/** Applies a patch in a clean clone and gives the clone's folder. */
function applyInClone(root: string, patch: string): string {
  const clone = join(folder(), 'clone');
  execFileSync('git', ['clone', '-q', root, clone]);
  execFileSync('git', ['apply', '--check', '-'], { cwd: clone, input: patch, stdio: 'pipe' });
  execFileSync('git', ['apply', '-'], { cwd: clone, input: patch, stdio: 'pipe' });
  return clone;
}

afterEach(() => {
  for (const root of folders.splice(0)) rmSync(root, { recursive: true, force: true });
});
afterAll(() => pool.close());

describe('Documentation', () => {
  test('of each sample is the same bytes, however many threads parse it', async () => {
    const single = createThreadPool({ threads: 1 });
    try {
      for (const sample of ['typescript', 'commonjs', 'python']) {
        const root = join(SAMPLES, sample);
        const first = await documentFolder(root, FACTS, pool);
        const second = await documentFolder(root, FACTS, single);
        expect(JSON.stringify(second)).toBe(JSON.stringify(first));
        const elsewhere = await documentFolder(copyOf(sample), FACTS, pool);
        expect(elsewhere.pages).toEqual(first.pages);
        expect(JSON.stringify(first.pages)).not.toContain(root);
      }
    } finally {
      await single.close();
    }
  });

  test('counts coverage exactly and names every undocumented symbol with file and line', async () => {
    const { model } = await documentFolder(join(SAMPLES, 'typescript'), FACTS, pool);
    const coverage = coverageOf(model);
    expect(coverage).toMatchObject({ publicSymbols: 21, documentedSymbols: 11, percentage: 52.4 });
    expect(coverage.modules.map((one) => [one.path, one.publicSymbols, one.documentedSymbols])).toEqual([
      ['src/index.ts', 5, 2],
      ['src/shapes/circle.ts', 1, 1],
      ['src/shapes/shape.ts', 15, 8],
    ]);
    expect(coverage.modules[0]?.undocumented).toEqual([
      { name: 'schema', kind: 'constant', path: 'src/index.ts', line: 43 },
      { name: 'double', kind: 'function', path: 'src/index.ts', line: 45 },
      { name: 'secret', kind: 'constant', path: 'src/index.ts', line: 51 },
    ]);
    const python = coverageOf((await documentFolder(join(SAMPLES, 'python'), FACTS, pool)).model);
    expect(
      python.modules.flatMap((one) =>
        one.undocumented.map((missing) => `${missing.path}:${missing.line} ${missing.name}`),
      ),
    ).toEqual([
      'src/inventory/store.py:42 Store.names',
      'src/inventory/store.py:46 Store.empty',
      'src/inventory/store.py:84 checked',
      'src/inventory/store.py:90 Odd',
      'src/inventory/store.py:91 Odd.method',
    ]);
    expect(python).toMatchObject({ publicSymbols: 12, documentedSymbols: 7, percentage: 58.3 });
  });

  test('tells import cycles, edges, broken files and packages', async () => {
    const { model, pages } = await documentFolder(join(SAMPLES, 'typescript'), FACTS, pool);
    expect(model.cycles).toEqual([['src/shapes/circle.ts', 'src/shapes/shape.ts']]);
    expect(model.packages).toEqual([{ name: 'zod', importedBy: 1 }]);
    expect(model.problems.map((one) => `${one.path}:${one.line}`)).toEqual(['src/broken.ts:2']);
    const architecture = pages.find((page) => page.path === 'docs/ARCHITECTURE.md')?.content ?? '';
    expect(architecture).toContain('`src/shapes/circle.ts` → `src/shapes/shape.ts` → `src/shapes/circle.ts`');
    expect(architecture).toContain('| Command | `geometry` | `./dist/cli.js` | `package.json` |');
    expect(architecture).toContain('- `src/broken.ts:2`:');
  });

  test('cannot be broken by what comments hold', async () => {
    const { pages } = await documentFolder(join(SAMPLES, 'typescript'), FACTS, pool);
    const api = pages.find((page) => page.path === 'docs/API_DOCUMENTATION.md')?.content ?? '';
    expect(api).toContain('Area of a shape | with &lt;b>markup&lt;/b>.');
    expect(api).toContain('\n\\# Not a heading\n');
    expect(api).toContain('| `precision` | `number` | `2` | decimals \\| digits |');
    expect(api).toContain('**Deprecated:** use `measure`');
    const readme = pages.find((page) => page.path === 'README.md')?.content ?? '';
    expect(readme).toContain('Shapes \\| and their &lt;areas>.');
    // Every link of the contents leads to an anchor that is there.
    for (const [, id] of api.matchAll(/\]\(#([^)]+)\)/g)) expect(api).toContain(`<a id="${id}"></a>`);
  });

  test('of nothing, or of binaries only, is a set of pages that say so', async () => {
    for (const root of [folder(), folder({ 'a.png': 'x', 'b.bin': Buffer.from([0, 1]) })]) {
      const { model, pages } = await documentFolder(root, FACTS, pool);
      expect(model.coverage).toMatchObject({ publicSymbols: 0, percentage: null });
      expect(pages.map((page) => page.path)).toEqual([
        'CONTRIBUTING.md',
        'README.md',
        'docs/API_DOCUMENTATION.md',
        'docs/ARCHITECTURE.md',
      ]);
    }
  });
});

describe('The patch', () => {
  test('applies in a clean clone, whatever is there already, and overwrites nothing', async () => {
    const root = copyOf('typescript');
    writeFileSync(join(root, 'readme.RST'), 'mine\r\n');
    writeFileSync(join(root, 'Contributing.md'), 'mine, without a newline at the end');
    mkdirSync(join(root, 'Docs'));
    writeFileSync(join(root, 'Docs', 'architecture.md'), 'mine');
    mkdirSync(join(root, 'src', 'ödd "näme'));
    writeFileSync(join(root, 'src', 'ödd "näme', 'a b.ts'), '/** Odd. */\r\nexport const odd = 1;\r\n');
    commitAll(root);
    const { pages, patch } = await documentFolder(root, FACTS, pool);
    expect(pages.map((page) => page.path)).toEqual([
      'CONTRIBUTING_AI.md',
      'Docs/API_DOCUMENTATION.md',
      'Docs/ARCHITECTURE_AI.md',
      'README_AI.md',
    ]);
    const clone = applyInClone(root, patch);
    for (const page of pages) expect(readFileSync(join(clone, page.path), 'utf8')).toBe(page.content);
    expect(
      git(clone, 'status', '--porcelain', '-uall')
        .trim()
        .split('\n')
        .every((line) => line.startsWith('??')),
    ).toBe(true);
  });

  test('of a second round stands beside the first', async () => {
    const root = copyOf('commonjs');
    for (const name of ['README.md', 'README_AI.md']) writeFileSync(join(root, name), 'x');
    expect((await choosePagePaths(root)).readme).toBe('README_AI_2.md');
  });

  test('does not fall on a file that the working copy has lost but a clean clone has', async () => {
    const root = copyOf('commonjs');
    writeFileSync(join(root, 'README.md'), 'x');
    commitAll(root);
    rmSync(join(root, 'README.md'));
    const { patch } = await documentFolder(root, FACTS, pool);
    expect(existsSync(join(applyInClone(root, patch), 'README_AI.md'))).toBe(true);
  });

  test('stays in the folder when docs is a file, a link out of it or a submodule', async () => {
    const outside = folder();
    const asFile = folder({ docs: 'x', 'a.py': 'x = 1\n' });
    const asLink = folder({ 'a.py': 'x = 1\n' });
    symlinkSync(outside, join(asLink, 'docs'));
    const asSubmodule = folder({ 'docs/.git': 'gitdir: x', 'a.py': 'x = 1\n' });
    for (const root of [asFile, asLink, asSubmodule]) {
      const paths = await choosePagePaths(root);
      expect(paths.api).toBe('docs_AI/API_DOCUMENTATION.md');
    }
    commitAll(asLink);
    const { patch } = await documentFolder(asLink, FACTS, pool);
    applyInClone(asLink, patch);
    expect(readdirSync(outside)).toEqual([]);
  });

  test('quotes names, and tells a missing newline and an empty page', async () => {
    const root = folder({ 'a.txt': 'a' });
    commitAll(root);
    const pages = [
      { path: 'a "b"\t.md', content: 'no newline' },
      { path: 'dir/with blank.md', content: 'one\n\ntwo\n' },
      { path: 'empty.md', content: '' },
      { path: 'ünï.md', content: '\n' },
    ];
    const clone = applyInClone(root, await makePatch(root, pages));
    for (const page of pages) expect(readFileSync(join(clone, page.path), 'utf8')).toBe(page.content);
    await expect(makePatch(root, [{ path: 'a.txt', content: '' }])).rejects.toThrow('exists already');
  });
});

describe('Parsing', () => {
  test('reads nothing through links and does not wait for a FIFO', async () => {
    const outside = folder({ 'secret.ts': '/** Topsecret. */ export const secret = 1;' });
    const root = folder({ 'a.ts': 'export const a = 1;' });
    symlinkSync(join(outside, 'secret.ts'), join(root, 'b.ts'));
    execFileSync('mkfifo', [join(root, 'c.ts')]);
    const tree = await readSourceTree(root);
    const forged = ['a.ts', 'b.ts', 'c.ts'].map((path) => ({
      path,
      size: 1,
      language: 'TypeScript',
      encoding: 'utf-8' as const,
      lines: 1,
    }));
    const parsed = await parseTree({ root, files: forged, pool });
    expect(parsed.files.map((file) => file.path)).toEqual(['a.ts']);
    expect(parsed.skips.map((skip) => [skip.path, skip.reason])).toEqual([
      ['b.ts', 'symlink'],
      ['c.ts', 'special-file'],
    ]);
    expect(JSON.stringify([tree, parsed])).not.toContain('Topsecret');
  });

  test('survives nesting that overflows the parser, and tells progress to its end', async () => {
    const deep = (count: number): string => `export const deep = ${'('.repeat(count)}1${')'.repeat(count)};`;
    const wrapped = (count: number): string => deep(count).replace(/(.{1000})/g, '$1\n');
    const root = folder({
      'a.ts': '/** Fine. */\nexport const a = 1;\n',
      'b.ts': wrapped(120_000),
      'c.js': wrapped(900_000),
      'd.py': `x = ${'('.repeat(5_000)}1${')'.repeat(5_000)}\n`,
    });
    const steps: number[] = [];
    const { files } = await readSourceTree(root);
    const parsed = await parseTree({ root, files, pool, onProgress: (done) => steps.push(done) });
    expect(parsed.files.map((file) => file.path)).toEqual(['a.ts', 'b.ts', 'd.py']);
    expect(parsed.skips).toEqual([{ path: 'c.js', reason: 'parser-failed', detail: 'the parser died on it' }]);
    expect(steps.at(-1)).toBe(4);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  });

  test('finds the file that kills its thread and keeps the others of its batch', async () => {
    const heavy = `export const heavy = [${'[1],'.repeat(60_000)}];\n`.replace(/(.{300})/g, '$1\n');
    const root = folder({ 'a.ts': 'export const a = 1;\n', 'b.ts': heavy, 'c.ts': 'export const c = 1;\n' });
    const small = createThreadPool({ threads: 1, heapMegabytes: 14 });
    try {
      const { files } = await readSourceTree(root);
      const parsed = await parseTree({ root, files, pool: small });
      expect(parsed.files.map((file) => file.path)).toEqual(['a.ts', 'c.ts']);
      expect(parsed.skips).toEqual([{ path: 'b.ts', reason: 'parser-failed', detail: 'the parser ran out of memory' }]);
    } finally {
      await small.close();
    }
  });

  test('stops at once when it is aborted, and leaves the pool ready for more', async () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 60; index += 1)
      files[`f${index}.ts`] = 'export function f(a: number) { return [a, { b: [1, 2, 3] }]; }\n'.repeat(1_500);
    const root = folder(files);
    const tree = await readSourceTree(root);
    const abort = new AbortController();
    const reason = new Error('cancelled');
    let abortedAt = 0;
    const work = parseTree({
      root,
      files: tree.files,
      pool,
      signal: abort.signal,
      onProgress: () => {
        abortedAt ||= performance.now();
        abort.abort(reason);
      },
    });
    await expect(work).rejects.toBe(reason);
    expect(performance.now() - abortedAt).toBeLessThan(1_000);
    await expect.poll(() => pool.busy, { timeout: 1_000 }).toBe(0);
    expect((await parseTree({ root, files: tree.files.slice(0, 1), pool })).files).toHaveLength(1);
    await expect(parseTree({ root, files: tree.files, pool, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('Thread pool', () => {
  const task = <Input = number, Output = number>(name: string): ThreadTask<Input, Output> => ({
    module: new URL(`./fixtures/thread-tasks/${name}.mjs`, import.meta.url),
  });

  test('terminates a thread that never yields', async () => {
    const own = createThreadPool({ threads: 1 });
    try {
      const started = new SharedArrayBuffer(4);
      const spin = task<SharedArrayBuffer, never>('spin');
      const abort = new AbortController();
      const work = own.run(spin, started, { signal: abort.signal });
      await expect.poll(() => Atomics.load(new Int32Array(started), 0), { timeout: 5_000 }).toBe(1);
      abort.abort(new Error('stop'));
      await expect(work).rejects.toThrow('stop');
      // There is one thread only: the next task would wait for ever behind one that goes on.
      expect(await own.run(task('increment'), 1)).toBe(2);
      expect(own.busy).toBe(0);
    } finally {
      await own.close();
    }
  });

  test.runIf(process.platform === 'linux')('stands behind the event loop for the processor', async () => {
    expect(await pool.run(task('priority'), 0)).toBeGreaterThan(getPriority());
    // Only the threads: those who serve requests and wait for answers keep their place.
    expect(getPriority()).toBe(getPriority(process.ppid));
  });

  test('tells a thread that ran out of memory from a task that failed', async () => {
    const own = createThreadPool({ threads: 1, heapMegabytes: 24 });
    try {
      await expect(own.run(task('greedy'), 1)).rejects.toBeInstanceOf(ThreadDiedError);
      await expect(own.run(task('throwing'), 1)).rejects.toThrow('mine');
      await expect(own.run(task('leaving'), 1)).rejects.toBeInstanceOf(ThreadDiedError);
      expect(await own.run(task('increment'), 1)).toBe(2);
    } finally {
      await own.close();
    }
  });
});

describe('Diagrams', () => {
  test('stay readable: at most 20 nodes, labels escaped, folders opened where there is room', () => {
    const modules = Array.from({ length: 300 }, (_, index) => `src/part${index % 60}/file${index}.ts`);
    const many = drawModules([...modules, 'main.ts'], [{ from: 'main.ts', to: 'src/part1/file1.ts', atLoad: true }]);
    expect(many.nodes).toBeLessThanOrEqual(20);
    expect(many.isGrouped).toBe(true);
    const nested = Array.from({ length: 30 }, (_, index) => `app/src/${index % 3}/m${index}.ts`);
    const opened = drawModules([...nested, 'app/src/a.ts', 'app/src/b.ts'], []);
    expect(opened.folder).toBe('app/src/');
    expect(opened.text.split('\n').slice(1)).toEqual([
      '  n0["src/*<br/>2 modules"]',
      '  n1["0/<br/>10 modules"]',
      '  n2["1/<br/>10 modules"]',
      '  n3["2/<br/>10 modules"]',
    ]);
    expect(many.text).toContain('… 42 more<br/>');
    const odd = drawModules(['a"b`<c>#.ts', 'end.ts'], [{ from: 'end.ts', to: 'a"b`<c>#.ts', atLoad: false }]);
    expect(odd.text).toBe('flowchart LR\n  n0["a#34;b#96;#60;c#62;#35;.ts"]\n  n1["end.ts"]\n  n1 -.-> n0');
  });

  test('cycles are named by a shortest way round from their first module', () => {
    const edge = (from: string, to: string, atLoad = true) => ({ from, to, atLoad });
    const edges = [
      edge('a', 'b'),
      edge('b', 'c'),
      edge('c', 'a'),
      edge('b', 'a'),
      edge('x', 'x'),
      edge('p', 'q'),
      edge('q', 'p', false),
    ];
    expect(findCycles(edges)).toEqual([['a', 'b'], ['x']]);
  });
});

describe('Text of authors', () => {
  test('keeps its fences closed and its HTML harmless', () => {
    expect(tamedMarkdown('a\n```ts\n<b>\n')).toBe('a\n```ts\n<b>\n\n```');
    expect(tamedMarkdown('<script> `<kept>` {@link Other}\n===')).toBe('&lt;script> `<kept>` `Other`\n\\===');
    expect(tamedMarkdown('Use:\n\n    a < b\n\nthen')).toBe('Use:\n\n```\na < b\n```\n\nthen');
    expect(tamedMarkdown('![x](http://evil) [y](javascript:z)')).toBe('!\\[x](http://evil) y');
  });

  test('of docstrings keeps literal blocks, directives, doctests and definition lists', () => {
    const text =
      'First::\n\n    code <here>\n\n.. versionadded:: 1.2\n   More.\n\n>>> 1 + 1\n2\n\nParameters\n----------\nx : int\n    The <x>.\n';
    expect(docstringMarkdown(text)).toBe(
      'First:\n\n```\ncode <here>\n```\n\n*Added in version 1.2:* More.\n\n```pycon\n>>> 1 + 1\n2\n```\n\n**Parameters**\n\n- `x` (int): The &lt;x>.',
    );
    expect(docstringMarkdown('A :class:`.Signer`.')).toBe('A `Signer`.');
    expect(authorLine('A key.\n\n.. versionadded:: 0.14\n', 'docstring')).toBe('A key. Added in version 0.14.');
    expect(docstringMarkdown('See :func:`~a.b` and ``c|d``.')).toBe('See `a.b` and `c|d`.');
  });
});
