import { randomUUID } from 'node:crypto';
import { access, open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { App } from '../app.ts';
import { DEFAULT_TREE_LIMITS } from '../code/source-tree.ts';
import type { Checkout } from './checkout.ts';
import { takeInventory } from './engine/inventory.ts';
import { parsePacked } from './engine/parse-tree.ts';
import { reportStage, type Work } from './progress.ts';

/** The file in the job's own folder that holds what was read. */
const kept = z.object({ pack: z.string() });

/**
 * Lists and parses the files of a checkout once, and gives the file with the result; a later attempt on the same
 * machine takes it up again. All of it happens in threads: this one only hands compressed bytes on.
 */
export async function readCheckout(app: App, work: Work, checkout: Checkout): Promise<string> {
  reportStage(work, 'parsing_code', 0, 'Listing files');
  const { pack } = await work.step<z.infer<typeof kept>>('parse', kept, () => makePack(app, work, checkout));
  const file = join(work.workFolder, pack);
  if (await exists(file)) return file;
  // Another machine, or a folder that was cleaned up.
  return join(work.workFolder, (await makePack(app, work, checkout)).pack);
}

async function makePack(app: App, work: Work, { root }: Checkout): Promise<{ pack: string }> {
  const { signal } = work;
  const maxTotalBytes = Math.min(DEFAULT_TREE_LIMITS.maxTotalBytes, app.config.MAX_REPOSITORY_MEGABYTES * 1_000_000);
  // A folder of this machine may hold the data folder, and with it the database and other people's files.
  const excluded = [app.config.DATA_DIR];
  const { packed, files } = await takeInventory(root, app.threads, { signal, limits: { maxTotalBytes }, excluded });
  const parts = await parsePacked({
    root,
    files,
    pool: app.threads,
    signal,
    onProgress: (done, total) => reportStage(work, 'parsing_code', done / total, `${done} of ${total} files`),
  });
  const pack = `pack-${randomUUID()}`;
  await using file = await open(join(work.workFolder, pack), 'wx', 0o600);
  await file.writev([packed, ...parts]);
  // The step that names it is committed next, and that is durable.
  await file.sync();
  return { pack };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
