import { randomUUID } from 'node:crypto';
import { access, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { App } from '../app.ts';
import { DEFAULT_TREE_LIMITS } from '../code/source-tree.ts';
import { INVENTORY_READER, type PackedInventory, takeInventory } from '../code/tree/inventory.ts';
import type { KeptResults } from '../code/tree/parse-files.ts';
import { parsePacked } from '../code/tree/parse-tree.ts';
import { cachePlace } from '../platform/content-cache.ts';
import { sourceVersion } from '../platform/source-version.ts';
import { type Checkout, requireFolder } from '../repos/service.ts';
import { COMPOSERS, type Composed, type Composition, composeTree } from './engine/compose.ts';
import { composedBefore } from './engine/composed-before.ts';
import type { RepositoryFacts } from './engine/project-model.ts';
import { healthReadings, READ_FOR_HEALTH } from './health/reading-task.ts';
import { reportStage, type Work } from './progress.ts';

/** What was read of a checkout. */
const reading = z.object({
  /** Names a file in the job's own folder; null when nothing had to be read but the list. */
  pack: z.string().nullable(),
  /** Files a parser was run on, and those whose result was known by their content. */
  parsed: z.int(),
  known: z.int(),
  /** Files whose parser died: another time it may not. */
  died: z.int(),
  /** Version of the parsers. */
  version: z.string(),
});
type Reading = z.infer<typeof reading>;

/** What is made of a checkout, and how many of its files had to be parsed for it. */
export interface Read {
  readonly composed: Composed;
  readonly parsed: number;
  readonly known: number;
}

/**
 * Lists the files of a checkout, parses those whose content is new, and makes the pages; all of it in threads, this one
 * only hands compressed bytes on. What was made of the same files before is not made again. A later attempt on the same
 * machine takes up what was parsed, and on any the content that is known.
 */
export async function readCheckout(
  app: App,
  work: Work,
  checkout: Checkout,
  repository: RepositoryFacts,
): Promise<Read> {
  reportStage(work, 'parsing_code', 0, 'Listing files');
  const kept = keptResults(app, 'composed', [...COMPOSERS, PARSER]);
  let known: Composed | null = null;
  const recall = async ({ packed, tracked }: PackedInventory): Promise<boolean> => {
    known = await composedBefore(app.cache, kept.kind, { root: checkout.root, packed, tracked, repository });
    return known !== null;
  };
  let found = await work.step<Reading>('read', reading, () => readFiles(app, work, checkout, recall));
  // Another machine, a folder that was cleaned up, or other parsers by now.
  if (known === null && !(await isThere(work, found))) found = await readFiles(app, work, checkout, recall);
  reportStage(work, 'analyzing_structure', 0);
  await requireFolder(checkout);
  reportStage(work, 'generating_docs', 0, 'Writing pages');
  const composed = known ?? (await compose(app, work, { root: checkout.root, repository, kept }, found));
  return { composed, parsed: found.parsed, known: found.known };
}

async function compose(
  app: App,
  work: Work,
  composition: Omit<Composition, 'pack'>,
  found: Reading,
): Promise<Composed> {
  const kept = found.died > 0 ? null : composition.kept;
  const pack = join(work.workFolder, found.pack ?? '');
  const { signal } = work;
  return composeTree(app.threads, { ...composition, readings: keptReadings(app), kept, pack }, { signal });
}

/**
 * Where the results of modules are kept: those of another version of them, or of what they use, are not found there.
 */
function keptResults(app: App, name: string, modules: readonly URL[]): KeptResults {
  return { place: cachePlace(app.config), kind: `${name}@${modules.map(sourceVersion).join('+')}` };
}

const PARSER = new URL('../code/tree/parse-file.ts', import.meta.url);

async function readFiles(
  app: App,
  work: Work,
  { root }: Checkout,
  recall: (inventory: PackedInventory) => Promise<boolean>,
): Promise<Reading> {
  const { signal } = work;
  const maxTotalBytes = Math.min(DEFAULT_TREE_LIMITS.maxTotalBytes, app.config.MAX_REPOSITORY_MEGABYTES * 1_000_000);
  // A folder of this machine may hold the data folder, and with it the database and other people's files.
  const excluded = [app.config.DATA_DIR];
  const listed = keptResults(app, 'listed', [INVENTORY_READER]);
  const options = { signal, limits: { maxTotalBytes }, excluded, kept: listed };
  const inventory = await takeInventory(root, app.threads, options);
  const { packed, parsable } = inventory;
  const version = sourceVersion(PARSER);
  if (await recall(inventory)) {
    reportStage(work, 'parsing_code', 1, `${parsable} of ${parsable} files, ${parsable} known`);
    return { pack: null, parsed: 0, known: parsable, died: 0, version };
  }
  await using beside = readBeside(app, work, root, inventory);
  // Its threads are at work before this one unpacks the list of files.
  await setImmediate();
  const { parts, parsed, known, died, warnings } = await parsePacked({
    root,
    files: inventory.files,
    pool: app.threads,
    signal,
    kept: keptResults(app, 'parsed', [PARSER]),
    onProgress: (done, total, known) =>
      reportStage(
        work,
        'parsing_code',
        done / total,
        `${done} of ${total} files${known > 0 ? `, ${known} known` : ''}`,
      ),
  });
  for (const warning of new Set(warnings)) work.log.warn(warning);
  await beside.done;
  const pack = `pack-${randomUUID()}`;
  await using file = await open(join(work.workFolder, pack), 'wx', 0o600);
  await file.writev([packed, ...parts]);
  // The step that names it is committed next, and that is durable.
  await file.sync();
  return { pack, parsed, known, died, version };
}

/**
 * Reads in a thread what the health report will ask for, while the others parse. Disposed of, it ends. What goes wrong
 * is no failure: the report reads for itself what it does not find.
 */
function readBeside(
  app: App,
  work: Work,
  root: string,
  { packed, held }: PackedInventory,
): AsyncDisposable & { done: Promise<void> } {
  const stop = new AbortController();
  const signal = AbortSignal.any([work.signal, stop.signal]);
  const task = { root, packed, held, kept: keptReadings(app) };
  const readings = healthReadings.map((what) =>
    app.threads.run(READ_FOR_HEALTH, { ...task, what }, { signal }).catch((error: unknown) => {
      if (!signal.aborted) work.log.warn({ err: error }, 'the documents could not be read beside the parsing');
    }),
  );
  const done = Promise.all(readings).then(() => undefined);
  return {
    done,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
    },
  };
}

function keptReadings(app: App): KeptResults {
  return keptResults(app, 'read', [READ_FOR_HEALTH.module]);
}

function isThere(work: Work, { pack, version }: Reading): Promise<boolean> {
  if (pack === null || version !== sourceVersion(PARSER)) return Promise.resolve(false);
  return access(join(work.workFolder, pack)).then(
    () => true,
    () => false,
  );
}
