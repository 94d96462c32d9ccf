import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { App } from '../app.ts';
import type { DocsReport } from './docs-report.ts';
import { CommandError } from './failure.ts';

/** A file a documentation job made. */
export interface PageFile {
  readonly path: string;
  readonly mediaType: string;
  readonly size: number;
  readonly sha256: string;
  readonly storageKey: string;
}

/** Where the pages were written: the folder, and the file of each page. */
export interface WrittenPages {
  readonly folder: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Refuses a place that pages cannot be written to, before any work is done for them. @throws CommandError */
export async function checkPlace(folder: string): Promise<void> {
  const present = await stat(folder).catch(() => undefined);
  if (present !== undefined && !present.isDirectory()) throw new CommandError(`${folder} is a file, not a folder.`);
}

/**
 * Writes the pages to a folder, or without one to the data folder, where the last pages of each repository are kept.
 * @throws CommandError when files with other content are in the way and `force` is not given; nothing is written then
 */
export async function writePages(
  app: App,
  report: DocsReport,
  { folder, force }: { readonly folder: string | undefined; readonly force: boolean },
): Promise<WrittenPages> {
  const target = folder ?? (await clearedFolder(app, report));
  const contents = new Map<string, Buffer>();
  for (const page of report.pages) {
    contents.set(fileIn(target, page.path), await buffer(await app.storage.get(page.storageKey)));
  }
  if (!force) await refuseOverwriting(target, contents);
  for (const [file, content] of contents) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return { folder: target, files: new Map(report.pages.map(({ path }) => [path, fileIn(target, path)])) };
}

async function clearedFolder(app: App, { repository }: DocsReport): Promise<string> {
  const name = `${repository.namespace}-${repository.name}`.replace(/[^\p{L}\p{N}._-]+/gu, '-');
  const folder = join(app.config.DATA_DIR, 'pages', name.replace(/^\.+/, ''));
  await rm(folder, { recursive: true, force: true });
  return folder;
}

function fileIn(folder: string, path: string): string {
  const file = join(folder, path);
  const way = relative(folder, file);
  if (way === '' || way.startsWith(`..${sep}`) || way === '..') throw new Error(`${path} leads out of its folder`);
  return file;
}

async function refuseOverwriting(folder: string, contents: ReadonlyMap<string, Buffer>): Promise<void> {
  const inTheWay: string[] = [];
  for (const [file, content] of contents) {
    const present = await readFile(file).catch(() => undefined);
    if (present !== undefined && !present.equals(content)) inTheWay.push(relative(folder, file));
  }
  if (inTheWay.length === 0) return;
  const verb = inTheWay.length === 1 ? 'is' : 'are';
  throw new CommandError(
    `${inTheWay.join(', ')} ${verb} in ${folder} already, with other content: choose another --out, or add --force.`,
    { code: 'FILES_IN_THE_WAY' },
  );
}
