import { mkdir, realpath, rename, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listSourceTree } from '../src/code/source-tree.ts';
import { type PackedInventory, takeInventory } from '../src/code/tree/inventory.ts';
import { inventoryIn } from '../src/code/tree/packed.ts';
import { parsePacked } from '../src/code/tree/parse-tree.ts';
import { stateOfTree } from '../src/code/tree-states.ts';
import { type Composed, composeTree } from '../src/docs/engine/compose.ts';
import { composedBefore } from '../src/docs/engine/composed-before.ts';
import { documentFolder } from '../src/docs/engine/documentation.ts';
import { coverageOf } from '../src/docs/engine/project-model.ts';
import readForHealth from '../src/docs/health/read-for-health.ts';
import { healthReadings } from '../src/docs/health/reading-task.ts';
import { openContentCache } from '../src/platform/content-cache.ts';
import { createThreadPool, type ThreadPool } from '../src/platform/thread-pool.ts';
import { makeScratch } from './scratch.ts';
import { makeProject } from './story.ts';

const files = {
  'package.json': '{"name":"again","main":"src/one.ts"}',
  'README.md':
    '# Again\n\nSee [one](src/one.ts), [nothing](src/none.ts) and `two()`.\n\n```ts\nconst sum = (1 + 2;\n```\n',
  'src/one.ts': '/** First. */\nexport const one = 1;\n',
  'src/two.py': 'def two():\n    """Second."""\n',
  'src/made.ts': '// @generated\nexport const made = 1;\n',
};
const repository = { name: 'again', url: null, commit: null };
const quiet = { warn: () => undefined };

let pool: ThreadPool;
beforeAll(() => {
  pool = createThreadPool({ threads: 2 });
});
afterAll(() => pool.close());

/** A new folder for what is kept, and the kinds of it. */
async function keep() {
  const place = { folder: join(await makeScratch('cache'), 'cache'), maxBytes: 50_000_000 };
  const kind = (name: string) => ({ place, kind: name });
  return { place, listed: kind('listed'), parsed: kind('parsed'), composed: kind('composed'), readings: kind('read') };
}
type Kept = Awaited<ReturnType<typeof keep>>;

/** Lists until no file is so young that it could change unseen. */
async function settle(root: string, { listed }: Kept): Promise<PackedInventory> {
  const opened = async () => (await takeInventory(root, pool, { kept: listed })).opened;
  await expect.poll(opened, { timeout: 20_000 }).toBe(0);
  return takeInventory(root, pool, { kept: listed });
}

/** What is composed of a folder, all of it in the way a job goes; `kept` null keeps and knows nothing. */
async function documented(root: string, kept: Kept | null): Promise<Composed> {
  const inventory = await takeInventory(root, pool, { kept: kept?.listed ?? null });
  const { parts } = await parsePacked({ root, files: inventory.files, pool, kept: kept?.parsed ?? null });
  const pack = join(await makeScratch('pack'), 'pack');
  await writeFile(pack, [inventory.packed, ...parts]);
  if (kept === null) return composeTree(pool, { root, pack, repository, kept: null });
  for (const what of healthReadings) {
    await readForHealth({ root, packed: inventory.packed, held: inventory.held, kept: kept.readings, what });
  }
  return composeTree(pool, { root, pack, repository, kept: kept.composed, readings: kept.readings });
}

describe('a second run', () => {
  it('on the same files opens none of them and parses none of them', async () => {
    const root = await makeProject(files);
    const kept = await keep();
    const first = await takeInventory(root, pool, { kept: kept.listed });
    expect([first.opened, first.parsable]).toEqual([5, 2]);
    const cold = await parsePacked({ root, files: first.files, pool, kept: kept.parsed });
    expect([cold.parsed, cold.known]).toEqual([2, 0]);
    const again = await settle(root, kept);
    expect(Buffer.compare(again.packed, first.packed)).toBe(0);
    const named = ({ files }: PackedInventory) => files.map(({ bytes: _, ...file }) => file);
    expect(named(again)).toEqual(named(first));
    const warm = await parsePacked({ root, files: again.files, pool, kept: kept.parsed });
    expect([warm.parsed, warm.known]).toEqual([0, 2]);
  });

  it('gives what a run gives that knows nothing', async () => {
    const root = await realpath(await makeProject(files));
    const kept = await keep();
    const plain = await documented(root, null);
    expect(plain.health.findings.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['docs/broken-link', 'docs/unparsable-code']),
    );
    expect(await documented(root, kept)).toEqual(plain);
    await settle(root, kept);
    expect(await documented(root, kept)).toEqual(plain);
    const { packed, tracked } = await takeInventory(root, pool, { kept: kept.listed });
    const cache = openContentCache({ ...kept.place, log: quiet });
    expect(await composedBefore(cache, 'composed', { root, packed, tracked, repository })).toEqual(plain);
    cache.close();
  });

  it('opens only what changed, and sees a change that keeps size and time of modification', async () => {
    const root = await makeProject(files);
    const kept = await keep();
    const path = join(root, 'src/one.ts');
    const then = new Date(1_700_000_000_000);
    await utimes(path, then, then);
    const before = await settle(root, kept);
    await writeFile(path, '/** Other. */\nexport const one = 2;\n');
    await utimes(path, then, then);
    expect(await stat(path)).toMatchObject({ size: files['src/one.ts'].length, mtime: then });
    const after = await takeInventory(root, pool, { kept: kept.listed });
    expect(after.opened).toBe(1);
    const hashOf = ({ packed }: PackedInventory) =>
      inventoryIn(packed).tree.files.find((file) => file.path === 'src/one.ts')?.sha256;
    expect(hashOf(after)).not.toBe(hashOf(before));
    expect(after.packed).toEqual((await takeInventory(root, pool)).packed);
    // Not only because it is young.
    expect(hashOf(await settle(root, kept))).toBe(hashOf(after));
  });

  it('makes its pages anew when nothing but a README changed', async () => {
    const root = await realpath(await makeProject(files));
    const kept = await keep();
    await documented(root, kept);
    await settle(root, kept);
    await writeFile(join(root, 'README.md'), files['README.md'].replace('src/none.ts', 'src/two.py'));
    const { packed, tracked } = await takeInventory(root, pool, { kept: kept.listed });
    const cache = openContentCache({ ...kept.place, log: quiet });
    expect(await composedBefore(cache, 'composed', { root, packed, tracked, repository })).toBeNull();
    cache.close();
    const rules = (await documented(root, kept)).health.findings.map(({ rule }) => rule);
    expect(rules).not.toContain('docs/broken-link');
    expect(rules).toContain('docs/unparsable-code');
  });

  it('sees that a folder became a link, although the files in it are the same', async () => {
    const root = await makeProject(files);
    const kept = await keep();
    await settle(root, kept);
    const elsewhere = await makeScratch('elsewhere');
    await rename(join(root, 'src'), join(elsewhere, 'src'));
    await symlink(join(elsewhere, 'src'), join(root, 'src'));
    const after = await takeInventory(root, pool, { kept: kept.listed });
    expect(after.packed).toEqual((await takeInventory(root, pool)).packed);
    expect(inventoryIn(after.packed).tree.files.map(({ path }) => path)).toEqual(['README.md', 'package.json']);
  });

  it('sees what was added, taken away and left out in another folder, with git and without', async () => {
    for (const git of [true, false]) {
      const root = await makeProject(files, { git });
      const kept = await keep();
      await settle(root, kept);
      await mkdir(join(root, 'lib'));
      await writeFile(join(root, 'lib/three.go'), 'package lib\n');
      await unlink(join(root, 'src/two.py'));
      const after = await takeInventory(root, pool, { kept: kept.listed });
      expect(after.opened).toBe(1);
      expect(after.packed).toEqual((await takeInventory(root, pool)).packed);
    }
  });
});

describe('the state of a tree', () => {
  it('is told only when every file is older than the tick in which it could change unseen', async () => {
    const root = await makeProject(files);
    const listed = await listSourceTree(root);
    const { ctimeMs } = await stat(join(root, 'src/two.py'));
    expect(stateOfTree(listed, [], ctimeMs + 1)).toBeNull();
    expect(stateOfTree(listed, [], ctimeMs - 1_000_000)).toBeNull();
    const state = stateOfTree(listed, [], ctimeMs + 60_000);
    expect(state).toMatch(/^[0-9a-f]{64}$/);
    expect(stateOfTree(await listSourceTree(root), [], ctimeMs + 90_000)).toBe(state);
    await utimes(join(root, 'src/two.py'), new Date(0), new Date(1_000));
    expect(stateOfTree(await listSourceTree(root), [], ctimeMs + 90_000)).not.toBe(state);
  });
});

describe('coverage', () => {
  it('counts a C function that a header declares once, told of where either place tells of it', async () => {
    const root = await makeProject({
      'lib/a.h': '/** Opens it. */\nint a_open(void);\nint a_read(int n);\nint a_close(void);\n',
      'lib/a.c':
        'int a_open(void) { return 1; }\n/** Reads n. */\nint a_read(int n) { return n; }\nint a_close(void) { return 0; }\nint a_more(void) { return 2; }\n',
    });
    const { model } = await documentFolder(root, repository, pool);
    const { publicSymbols, documentedSymbols, modules } = coverageOf(model);
    expect([publicSymbols, documentedSymbols]).toEqual([4, 2]);
    const missing = modules.flatMap(({ undocumented }) => undocumented.map(({ name, path }) => `${path} ${name}`));
    expect(missing.sort()).toEqual(['lib/a.c a_more', 'lib/a.h a_close']);
  });

  it('comes to an end where many types have one name and are made from each other', async () => {
    const type = (n: number) => `class Meta(base${n}.Meta):\n    def told${n}(self):\n        """Told."""\n`;
    const all = Array.from({ length: 60 }, (_, n) => [`m${n}.py`, type(n)] as const);
    const last = 'class Meta(other.Meta):\n    def told7(self):\n        pass\n\n    def never(self):\n        pass\n';
    const root = await makeProject({ ...Object.fromEntries(all), 'z.py': last });
    const { modules } = coverageOf((await documentFolder(root, repository, pool)).model);
    expect(modules.at(-1)?.undocumented.map(({ name }) => name)).toEqual(['Meta', 'Meta.never']);
  });
});
