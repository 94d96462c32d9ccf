import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AnalyserInput } from '../src/code/analyser.ts';
import { readSourceTree, resolveFolder } from '../src/code/source-tree.ts';
import type { ContentCache } from '../src/platform/content-cache.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';
import { makeScratch } from './scratch.ts';

/** Texts of files, by path. */
export type Files = Readonly<Record<string, string>>;

/** A cache that lives as long as the test, with the number of what it keeps. */
export function memoryCache(): ContentCache & { readonly size: number } {
  const kept = new Map<string, Uint8Array>();
  return {
    read: (kind, keys) =>
      new Map(
        keys.flatMap((key): [string, Uint8Array][] => {
          const value = kept.get(`${kind}\0${key}`);
          return value === undefined ? [] : [[key, value]];
        }),
      ),
    write(kind, entries) {
      for (const [key, value] of entries) kept.set(`${kind}\0${key}`, value);
    },
    close: () => undefined,
    get size() {
      return kept.size;
    },
  };
}

/** Writes files into a new folder, or into one below it. Gives the resolved path of where they are. */
export async function writeTree(files: Files, below = '.'): Promise<string> {
  const root = join(await makeScratch('tree'), below);
  mkdirSync(root, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return resolveFolder(root);
}

/** What an analyser is given of these files: written to a new folder, with threads that end with the test. */
export async function treeOf(files: Files, more: Partial<AnalyserInput> = {}): Promise<AnalyserInput> {
  const root = more.root ?? (await writeTree(files));
  const tree = await readSourceTree(root);
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const threads = createThreadPool({ threads: 1 });
  onTestFinished(() => threads.close());
  return {
    root,
    files: tree.files,
    hashes: new Map(tree.files.map(({ path }) => [path, hash(files[path] ?? '')])),
    threads,
    cache: memoryCache(),
    signal: new AbortController().signal,
    ...more,
  };
}
