import { randomUUID } from 'node:crypto';
import { realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DEFAULT_TREE_LIMITS } from '../src/code/source-tree.ts';
import { INVENTORY_READER, takeInventory } from '../src/code/tree/inventory.ts';
import { parseFile } from '../src/code/tree/parse-file.ts';
import { parsePacked } from '../src/code/tree/parse-tree.ts';
import { COMPOSERS, composeTree } from '../src/docs/engine/compose.ts';
import { composedBefore } from '../src/docs/engine/composed-before.ts';
import { healthReadings, READ_FOR_HEALTH } from '../src/docs/health/reading-task.ts';
import { openContentCache } from '../src/platform/content-cache.ts';
import { sourceVersion } from '../src/platform/source-version.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

const PARSER = new URL('../src/code/tree/parse-file.ts', import.meta.url);

/** One run of the bench in a process of its own: arguments are the way, the tree and the folder of the cache. */
async function main(): Promise<void> {
  const [way = '', tree = '', folder = ''] = process.argv.slice(2);
  const root = await realpath(tree);
  const run = way === 'loop' ? await parseOnly(root) : await document(root, folder);
  process.send?.({ ...run, megabytes: process.resourceUsage().maxRSS / 1000 });
  process.disconnect();
}

/** Reads and parses the files that a documentation would, in order. Listing them is not counted. */
async function parseOnly(root: string) {
  const pool = createThreadPool({ threads: 1 });
  const { files } = await takeInventory(root, pool);
  await pool.close();
  const [start, used] = [performance.now(), process.cpuUsage()];
  for (const { path } of files) await parseFile(root, path, DEFAULT_TREE_LIMITS.maxFileBytes);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, processor: processorSeconds(used), files: files.length, parsed: files.length };
}

/** What a job does between its checkout and storing its pages, threads started anew. */
async function document(root: string, folder: string) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const pool = createThreadPool({ threads: 2 });
  const [parser, writer] = [sourceVersion(PARSER), COMPOSERS.map(sourceVersion).join('+')];
  const place = { folder: join(folder, 'cache'), maxBytes: 1_000_000_000 };
  const listed = { place, kind: `listed@${sourceVersion(INVENTORY_READER)}` };
  const inventory = await takeInventory(root, pool, { kept: listed });
  const { packed, tracked, parsable, held } = inventory;
  const repository = { name: 'bench', url: null, commit: null };
  const composition = { root, repository, kept: { place, kind: `composed@${writer}+${parser}` } };
  let parsed = 0;
  const cache = openContentCache({ ...place, log: console });
  const before = { root, packed, tracked, repository };
  if ((await composedBefore(cache, composition.kept.kind, before)) === null) {
    const readings = { place, kind: `read@${sourceVersion(READ_FOR_HEALTH.module)}` };
    const task = { root, packed, held, kept: readings };
    const reading = Promise.all(healthReadings.map((what) => pool.run(READ_FOR_HEALTH, { ...task, what })));
    // As a job does: its threads are at work before this one unpacks the list of files.
    await setImmediate();
    const parse = await parsePacked({ root, files: inventory.files, pool, kept: { place, kind: `parsed@${parser}` } });
    const pack = join(folder, `pack-${randomUUID()}`);
    await writeFile(pack, [packed, ...parse.parts]);
    await reading;
    await composeTree(pool, { ...composition, readings, pack });
    parsed = parse.parsed;
  }
  const seconds = (performance.now() - start) / 1000;
  await pool.close();
  cache.close();
  return { seconds, processor: processorSeconds(used), files: parsable, parsed };
}

/** What this process and its threads used of the processors since then; git's part is not in it. */
function processorSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000_000;
}

await main();
