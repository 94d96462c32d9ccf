import { posix } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { MirroredFile } from './mirror.ts';

const ranges = z.record(z.string(), z.string().catch('')).catch({});
const catalogsOfWorkspace = z.object({
  catalog: ranges.optional(),
  catalogs: z.record(z.string(), ranges).optional().catch(undefined),
});
type WorkspaceCatalogs = z.infer<typeof catalogsOfWorkspace>;

/** Bun has them in the manifest of the root: among what it says of its workspaces, or beside it. */
const rootManifest = catalogsOfWorkspace.extend({ workspaces: catalogsOfWorkspace.optional().catch(undefined) });

/**
 * Names of the files in which a workspace names versions for all its packages, besides its manifest.
 * @see https://pnpm.io/catalogs, https://yarnpkg.com/features/catalogs, https://bun.sh/docs/pm/catalogs
 */
const WORKSPACE_FILES: readonly string[] = ['pnpm-workspace.yaml', '.yarnrc.yml'];
const MANIFEST = 'package.json';

/** Whether a file is one of a package manager's that may name versions, other than a manifest. */
export function isWorkspaceFile(path: string): boolean {
  return WORKSPACE_FILES.includes(posix.basename(path));
}

/** Versions that packages ask for by the name of a list: `catalog:`, `catalog:next`. */
export class VersionCatalogs {
  readonly #byFolder = new Map<string, WorkspaceCatalogs>();

  constructor(files: readonly MirroredFile[]) {
    for (const { path, text } of files) {
      const found = readCatalogs(posix.basename(path), text);
      if (found?.catalog !== undefined || found?.catalogs !== undefined) this.#byFolder.set(posix.dirname(path), found);
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
        const lists = known.catalogs ?? {};
        const named = isDefault ? (own(lists, 'default') ?? known.catalog) : own(lists, list);
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

function readCatalogs(name: string, text: string): WorkspaceCatalogs | undefined {
  if (isWorkspaceFile(name)) return catalogsOfWorkspace.safeParse(readWith(parse, text)).data;
  // Most manifests name none: they need not be parsed for that.
  if (name !== MANIFEST || !text.includes('"catalog')) return undefined;
  const { data } = rootManifest.safeParse(readWith(JSON.parse, text));
  return data?.workspaces?.catalog === undefined && data?.workspaces?.catalogs === undefined ? data : data.workspaces;
}

function readWith(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text);
  } catch {
    return null;
  }
}
