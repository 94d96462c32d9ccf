import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Finding } from '../src/code/findings.ts';
import { takeInventory } from '../src/code/tree/inventory.ts';
import { unpack } from '../src/code/tree/packed.ts';
import { parsePacked } from '../src/code/tree/parse-tree.ts';
import { describeProject } from '../src/docs/engine/project-model.ts';
import { checkHealth, type HealthFindings } from '../src/docs/health/check-health.ts';
import type { ThreadPool } from '../src/platform/thread-pool.ts';

/** What the health report finds in a folder; `reversed` gives it everything in the other order. */
export async function findingsOf(folder: string, pool: ThreadPool, reversed = false): Promise<readonly Finding[]> {
  return (await reportOf(folder, pool, reversed)).findings;
}

async function reportOf(folder: string, pool: ThreadPool, reversed: boolean): Promise<HealthFindings> {
  const root = await realpath(folder);
  const { packed, files } = await takeInventory(root, pool);
  const { parts } = await parsePacked({ root, files, pool });
  const { inventory, parsed } = unpack(Buffer.concat([packed, ...parts]));
  const { manifests, packages } = inventory;
  const inOrder = <Item>(items: readonly Item[]): readonly Item[] => (reversed ? items.toReversed() : items);
  const tree = { ...inventory.tree, files: inOrder(inventory.tree.files), skips: inOrder(inventory.tree.skips) };
  const code = { ...parsed, files: inOrder(parsed.files) };
  const model = describeProject(code, manifests, tree, { name: 'sample', url: null, commit: null }, packages);
  return checkHealth({ root, model, files: code.files, manifests: inOrder(manifests), tree });
}

/** The same of a folder with the given files, which lives as long as the question. */
export async function findingsIn(
  files: Readonly<Record<string, string>>,
  pool: ThreadPool,
): Promise<readonly Finding[]> {
  return (await reportIn(files, pool)).findings;
}

/** The whole report of a folder with the given files. */
export async function reportIn(files: Readonly<Record<string, string>>, pool: ThreadPool): Promise<HealthFindings> {
  const folder = await mkdtemp(join(tmpdir(), 'docs-health-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    return await reportOf(folder, pool, false);
  } finally {
    await rm(folder, { recursive: true });
  }
}
