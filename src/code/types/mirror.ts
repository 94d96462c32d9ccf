import { mkdir, mkdtemp, readdir, realpath, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gap } from '../analyser.ts';
import type { SourceFile } from '../source-file.ts';

/** A file that was copied, with its text. */
export interface MirroredFile {
  readonly path: string;
  readonly text: string;
}

/** Where a copy of a tree is made. */
export interface MirrorFolders {
  /** Resolved path of the copy's root. */
  readonly root: string;
  /** Resolved path of a folder beside the copy for generated configuration. */
  readonly generated: string;
}

/**
 * A copy of the files that a compiler may see, outside of the analysed tree: nothing can be written into the tree, no
 * installed package of this program is found by climbing up from it, and a link leads nowhere.
 */
export interface Mirror extends MirrorFolders {
  readonly files: readonly MirroredFile[];
  readonly gaps: readonly Gap[];
}

const NAME = 'millwright-types-';
/** Where Linux keeps what processes share in memory. */
const MEMORY_FOLDER = '/dev/shm';
const MOST_BYTES_IN_MEMORY = 32 * 1024 * 1024;
/** What a file takes of such a folder at most beyond its bytes: the rest of its last page. */
const BYTES_BESIDE_CONTENT = 4096;
/** There may be a second copy beside the first, and others have a use for the folder too. */
const TIMES_FREE = 8;
/** Longer than any analysis may take. */
const ABANDONED_AFTER_MILLISECONDS = 3_600_000;

/**
 * Makes folders for a copy of these files, hands them to `work`, and removes them however `work` ends: as soon as it
 * says by `letGo` that nothing reads the copy any more, while it goes on itself.
 */
export async function withMirrorFolders<Result>(
  files: readonly SourceFile[],
  work: (folders: MirrorFolders, letGo: () => void) => Promise<Result>,
): Promise<Result> {
  const folder = await makeFolder(files);
  // A thread that is ended in the middle may leave a last file behind while they are removed.
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  let removed: Promise<void> | null = null;
  const letGo = () => {
    removed ??= remove();
    // Who awaits it below is told of a failure.
    removed.catch(() => undefined);
  };
  try {
    const folders = { root: join(folder, 'tree'), generated: join(folder, 'generated') };
    await mkdir(folders.root);
    await mkdir(folders.generated);
    return await work(folders, letGo);
  } finally {
    await (removed ?? remove());
  }
}

/**
 * Thousands of small files are made and soon removed. On a disk that took up to a tenth of an analysis: ext4 looks at
 * all that was removed in the last minutes before it makes another. So what is small is copied into memory, where the
 * system has a folder for that and nobody has named another one for temporary files.
 */
async function makeFolder(files: readonly SourceFile[]): Promise<string> {
  const bytes = files.reduce((sum, { size }) => sum + size + BYTES_BESIDE_CONTENT, 0);
  if (tmpdir() === '/tmp' && bytes <= MOST_BYTES_IN_MEMORY && (await hasRoom(bytes))) {
    await removeAbandoned();
    const made = await mkdtemp(join(MEMORY_FOLDER, NAME)).catch(() => null);
    if (made !== null) return realpath(made);
  }
  return realpath(await mkdtemp(join(tmpdir(), NAME)));
}

async function hasRoom(bytes: number): Promise<boolean> {
  const free = await statfs(MEMORY_FOLDER).catch(() => null);
  return free !== null && free.bavail * free.bsize > bytes * TIMES_FREE;
}

/** A process that was killed leaves its copy behind, and memory is not cleaned up by anybody else. */
async function removeAbandoned(): Promise<void> {
  const latest = Date.now() - ABANDONED_AFTER_MILLISECONDS;
  for (const name of await readdir(MEMORY_FOLDER)) {
    if (!name.startsWith(NAME)) continue;
    const place = join(MEMORY_FOLDER, name);
    const made = await stat(place).catch(() => null);
    // Whoever else owns one does not let us.
    if (made !== null && made.mtimeMs < latest)
      await rm(place, { recursive: true, force: true }).catch(() => undefined);
  }
}
