import { posix } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { MirroredFile } from './mirror.ts';

const ranges = z.record(z.string(), z.string().catch('')).catch({});
const workspace = z.object({
  catalog: ranges.default({}),
  catalogs: z.record(z.string(), ranges).catch({}).default({}),
});

/** Name of the file in which a workspace of pnpm names versions for all its packages. */
export const CATALOG_FILE = 'pnpm-workspace.yaml';

/** Versions that packages ask for by the name of a list: `catalog:`, `catalog:next`. */
export class VersionCatalogs {
  readonly #byFolder = new Map<string, z.infer<typeof workspace>>();

  constructor(files: readonly MirroredFile[]) {
    for (const { path, text } of files) {
      if (posix.basename(path) !== CATALOG_FILE) continue;
      const { data } = workspace.safeParse(parsed(text));
      if (data !== undefined) this.#byFolder.set(posix.dirname(path), data);
    }
  }

  /** The range that is meant by what the manifest of a folder asks for; what is no catalog's stays as it is. */
  rangeOf(folder: string, name: string, written: string): string {
    const list = /^catalog:(.*)$/.exec(written)?.[1]?.trim();
    if (list === undefined) return written;
    for (let at = folder; ; at = posix.dirname(at)) {
      const known = this.#byFolder.get(at);
      if (known !== undefined) {
        const isDefault = list === '' || list === 'default';
        const named = isDefault ? (own(known.catalogs, 'default') ?? known.catalog) : own(known.catalogs, list);
        return (named && own(named, name)) ?? '';
      }
      if (at === '.' || at === '/') return '';
    }
  }
}

/** What is written under a name, and not what every object has under it. */
function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}
