import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { readHashedTree } from '../src/code/hashed-tree.ts';
import { countLeftOut } from '../src/code/left-out-count.ts';
import { readSourceTree, type SourceTree } from '../src/code/source-tree.ts';
import { takeInventory } from '../src/code/tree/inventory.ts';
import { inventoryIn } from '../src/code/tree/packed.ts';
import { createThreadPool, type ThreadPool } from '../src/platform/thread-pool.ts';
import { makeProject, runGit } from './story.ts';

let threads: ThreadPool;
beforeAll(() => {
  threads = createThreadPool({ threads: 1 });
});
afterAll(() => threads.close());

async function project(files: Readonly<Record<string, string>>, options?: { git: boolean }): Promise<string> {
  const root = await makeProject(files, options);
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

const taken = ({ files }: SourceTree) =>
  files.map(({ path }) => path).filter((path) => !path.endsWith('.gitattributes'));
const leftOut = ({ skips }: SourceTree) => skips.map(({ path, reason }) => `${path} ${reason}`);
const declared = ({ skips }: SourceTree) =>
  skips.filter(({ detail }) => detail === 'declared so in .gitattributes').map(({ path }) => path);

/** A git of its own in front of the real one, until the test ends; gives the file that it writes its arguments to. */
function gitSpy(body: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'git-spy-'));
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const log = join(folder, 'log');
  const script = `#!/bin/sh\necho "$@" >> '${log}'\n${body}\nexec '${real}' "$@"\n`;
  writeFileSync(join(folder, 'git'), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  return log;
}

describe('what a repository declares in .gitattributes', () => {
  it('is left out as generated or vendored, as git understands patterns, macros and the order of files', async () => {
    const root = await project({
      '.gitattributes': [
        '[attr]made linguist-generated=true',
        '/static/** linguist-generated',
        'src/client.ts made',
        'foreign/* linguist-vendored',
        'foreign/ours.py -linguist-vendored',
        'odd.py linguist-generated=1',
        'empty.py linguist-generated=',
        'folder/ linguist-generated',
        'tüpfel* linguist-vendored=true',
      ].join('\n'),
      'lib/.gitattributes': '* linguist-generated\nown.ts !linguist-generated\n',
      'static/deep/a.js': 'a = 1;\n',
      'src/client.ts': 'export {};\n',
      'src/static/b.js': 'b = 1;\n',
      'foreign/theirs.py': 'a = 1\n',
      'foreign/ours.py': 'a = 1\n',
      'foreign/deep/c.py': 'a = 1\n',
      'folder/d.py': 'a = 1\n',
      'lib/e.ts': 'export {};\n',
      'lib/own.ts': 'export {};\n',
      'odd.py': 'a = 1\n',
      'empty.py': 'a = 1\n',
      'tüpfel "x".py': 'a = 1\n',
      'gone.py': 'a = 1\n',
    });
    writeFileSync(join(root, 'static/untracked.py'), 'a = 1\n');
    writeFileSync(join(root, 'static/gone.py'), 'a = 1\n');
    await runGit(root, 'add', 'static/gone.py');
    unlinkSync(join(root, 'static/gone.py'));
    const tree = await readSourceTree(root);
    expect(taken(tree)).toEqual([
      'folder/d.py',
      'foreign/deep/c.py',
      'foreign/ours.py',
      'gone.py',
      'lib/own.ts',
      'src/static/b.js',
    ]);
    expect(leftOut(tree)).toEqual([
      'empty.py generated',
      'foreign/theirs.py vendored',
      'lib/e.ts generated',
      'odd.py generated',
      'src/client.ts generated',
      'static/deep/a.js generated',
      'static/untracked.py generated',
      'tüpfel "x".py vendored',
    ]);
    expect(countLeftOut(tree.skips)).toEqual([
      { reason: 'generated', files: 6, folders: 0 },
      { reason: 'vendored', files: 2, folders: 0 },
    ]);
  });

  it('concerns sources alone: what says what the project is stays, whoever wrote it', async () => {
    const root = await project({
      '.gitattributes': '* linguist-generated\n',
      'package.json': '{"name":"made"}',
      'package-lock.json': '{}',
      'tsconfig.json': '{}',
      'README.md': '# Made\n',
      'a.ts': 'export {};\n',
    });
    const tree = await readSourceTree(root);
    expect(taken(tree)).toEqual(['README.md', 'package.json', 'tsconfig.json']);
    expect(tree.skips).toEqual([
      { path: 'a.ts', reason: 'generated', detail: 'declared so in .gitattributes' },
      { path: 'package-lock.json', reason: 'generated', detail: 'a lock file' },
    ]);
  });

  it('keeps what only a name speaks against, and nothing that speaks for itself', async () => {
    const banner = '/*!\n * Bars 3.1\n * Copyright 2013 Somebody\n */\nvar bars = 1;\n';
    const files = {
      'package.json': '{}',
      'vendor/ours.py': 'a = 1\n',
      'vendor/node_modules/theirs/index.js': 'a = 1;\n',
      'dist/index.js': 'a = 1;\n',
      'node_modules/theirs/index.js': 'a = 1;\n',
      'src/api.gen.ts': 'export {};\n',
      'static/libs/bars.js': banner,
      'src/said.ts': '// Code generated by hand. DO NOT EDIT.\n',
      'src/small.min.js': 'a = 1;\n',
    };
    const attributes = (...lines: string[]) => ({ ...files, '.gitattributes': lines.join('\n') });
    const bySelf = ['node_modules vendored', 'src/said.ts generated', 'src/small.min.js minified'];
    const none = await readSourceTree(await project(files));
    expect(taken(none)).toEqual(['package.json']);
    const both = await readSourceTree(
      await project(attributes('* linguist-generated=false', '* linguist-vendored=false')),
    );
    expect(taken(both)).toEqual([
      'dist/index.js',
      'package.json',
      'src/api.gen.ts',
      'static/libs/bars.js',
      'vendor/ours.py',
    ]);
    expect(leftOut(both)).toEqual([...bySelf, 'vendor/node_modules vendored']);
    // That no tool wrote it does not make it the project's own.
    const noTool = await readSourceTree(await project(attributes('* -linguist-generated')));
    expect(taken(noTool)).toEqual(['dist/index.js', 'package.json', 'src/api.gen.ts']);
    const ours = await readSourceTree(await project(attributes('* -linguist-vendored')));
    expect(taken(ours)).toEqual(['dist/index.js', 'package.json', 'static/libs/bars.js', 'vendor/ours.py']);
  });

  it('is asked of git once, and of nobody where no file names it or no repository speaks', async () => {
    const log = gitSpy('');
    const asked = () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.includes('check-attr')).length;
    const source = { 'a.py': 'a = 1\n', 'b/c.py': 'a = 1\n' };
    await readSourceTree(await project({ ...source, '.gitattributes': '*.py text\n' }));
    await readSourceTree(await project(source));
    expect(asked()).toBe(0);
    const plain = await project({ ...source, '.gitattributes': '*.py linguist-generated\n' }, { git: false });
    expect(taken(await readSourceTree(plain))).toEqual(['a.py', 'b/c.py']);
    expect(asked()).toBe(0);
    const root = await project({ ...source, '.gitattributes': '*.py linguist-generated\n' });
    expect(taken(await readSourceTree(root))).toEqual([]);
    expect(asked()).toBe(1);
  });

  it('is told to be unknown when git does not answer', async () => {
    gitSpy('case "$*" in *check-attr*) exit 1;; esac');
    const tree = await readSourceTree(await project({ '.gitattributes': '* linguist-generated\n', 'a.py': 'a = 1\n' }));
    expect(taken(tree)).toEqual(['a.py']);
    expect(tree.limitsReached).toEqual(['Git could not tell what .gitattributes declares.']);
  });

  it('is heard from the files of the checkout alone: settings of its repository name and run nothing', async () => {
    const root = await project({
      '.gitattributes': '*.js linguist-generated filter=evil\n',
      'a.js': 'a = 1;\n',
      'b.py': 'a = 1\n',
      'deep/.gitattributes': '*.py linguist-generated\n',
      'deep/c.py': 'a = 1\n',
    });
    const ran = join(root, '.git', 'ran');
    const evil = `touch '${ran}'; false`;
    writeFileSync(join(root, '.git/info/attributes'), '*.py linguist-generated\n');
    writeFileSync(join(root, '.git/more'), '*.py linguist-generated\n');
    // An object that is missing, of a file that is missing, to be fetched by a command of the repository.
    const id = (await runGit(root, 'rev-parse', ':deep/.gitattributes')).trim();
    unlinkSync(join(root, '.git/objects', id.slice(0, 2), id.slice(2)));
    unlinkSync(join(root, 'deep/.gitattributes'));
    for (const [name, value] of [
      ['core.repositoryformatversion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', 'ssh://nowhere.invalid/x'],
      ['core.sshCommand', evil],
      ['core.attributesFile', join(root, '.git/more')],
      ['filter.evil.clean', evil],
      ['core.fsmonitor', evil],
    ] as const)
      await runGit(root, 'config', name, value);
    const tree = await readSourceTree(root);
    expect(taken(tree)).toEqual(['b.py', 'deep/c.py']);
    expect(declared(tree)).toEqual(['a.js']);
    expect(existsSync(ran)).toBe(false);
  });

  it('counts from one look to the next although no file that it names has changed', async () => {
    const root = await project({ 'api.gen.ts': 'export {};\n', 'b.py': 'a = 1\n', '.gitattributes': '*.py text\n' });
    const folder = mkdtempSync(join(tmpdir(), 'cache-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const place = { folder, maxBytes: 10_000_000 };
    const { signal } = new AbortController();
    const look = async () => {
      const { tree } = await readHashedTree(root, threads, { signal, kept: place });
      const { packed } = await takeInventory(root, threads, { kept: { place, kind: 'declared' } });
      expect(inventoryIn(packed).tree).toEqual(tree);
      return taken(tree);
    };
    expect(await look()).toEqual(['b.py']);
    // Until what was seen is old enough to be believed.
    const opened = async () => (await takeInventory(root, threads, { kept: { place, kind: 'declared' } })).opened;
    await expect.poll(opened, { timeout: 20_000 }).toBe(0);
    writeFileSync(join(root, '.gitattributes'), '*.py linguist-generated\n*.ts linguist-generated=false\n');
    expect(await look()).toEqual(['api.gen.ts']);
    await expect.poll(opened, { timeout: 20_000 }).toBe(0);
    writeFileSync(join(root, '.gitattributes'), '# nothing\n');
    expect(await look()).toEqual(['b.py']);
  });
});

describe('what Django collected from the packages of a project', () => {
  it('is left out with its folder, in a checkout and in a plain folder, and not where the list stands in the root', async () => {
    const files = {
      'manage.py': 'a = 1\n',
      'shop/static/shop.js': 'a = 1;\n',
      'static/staticfiles.json': '{"paths":{},"version":"1.1"}',
      'static/shop.js': 'a = 1;\n',
      'static/admin/js/a.7d3ce5a98007.js': 'a = 1;\n',
    };
    for (const [git, folderOf] of [
      [true, 3],
      [false, null],
    ] as const) {
      const tree = await readSourceTree(await project(files, { git }));
      expect(taken(tree)).toEqual(['manage.py', 'shop/static/shop.js']);
      expect(tree.skips).toEqual([
        { path: 'static', reason: 'vendored', detail: 'a folder of foreign or built code', folderOf },
      ]);
      const list = { 'manage.py': 'a = 1\n', 'staticfiles.json': '{}' };
      expect(taken(await readSourceTree(await project(list, { git })))).toEqual(['manage.py', 'staticfiles.json']);
    }
    const own = await project({ ...files, '.gitattributes': '/static/shop.js linguist-generated=false\n' });
    expect(taken(await readSourceTree(own))).toEqual(['manage.py', 'shop/static/shop.js', 'static/shop.js']);
  });
});
