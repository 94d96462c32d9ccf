import { z } from 'zod';
import { readGoWork } from './manifest-go.ts';
import { readGradleSettings } from './manifest-gradle.ts';
import type { Manifest } from './manifests.ts';
import type { PackageKind } from './packages.ts';
import { decodeSource, readSourceBytes } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';

/** A declared set of packages: patterns of folders seen from `path`; those with a `!` leave out. */
export interface Workspace {
  readonly kind: PackageKind;
  readonly path: string;
  readonly patterns: readonly string[];
}

const LARGEST = 1024 * 1024;
const BY_MANIFEST: Readonly<Partial<Record<Manifest['kind'], PackageKind>>> = {
  'package.json': 'npm',
  'pyproject.toml': 'python',
  'Cargo.toml': 'cargo',
  'pom.xml': 'maven',
};

const Packages = z.object({ packages: z.array(z.string()).catch([]) });

/** Folder of a path, empty for the root. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** Workspaces by manifests and by the files of pnpm, Lerna, Go and Gradle; one that cannot be read is left out. */
export async function declaredWorkspaces(
  root: string,
  tree: SourceTree,
  manifests: readonly Manifest[],
): Promise<Workspace[]> {
  const found = manifests.flatMap((one): Workspace[] => {
    const kind = BY_MANIFEST[one.kind];
    if (kind === undefined || one.workspaces.length === 0) return [];
    return [{ kind, path: folderOf(one.path), patterns: one.workspaces }];
  });
  for (const { path } of tree.files) {
    const kind = kindOf(path);
    if (kind === null) continue;
    const patterns = await patternsOf(path, await textOf(root, path));
    if (patterns.length > 0) found.push({ kind, path: folderOf(path), patterns });
  }
  return found;
}

function kindOf(path: string): PackageKind | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'pnpm-workspace.yaml' || name === 'lerna.json') return 'npm';
  if (name === 'go.work') return 'go';
  return /^settings\.gradle(?:\.kts)?$/.test(name) ? 'gradle' : null;
}

async function textOf(root: string, path: string): Promise<string> {
  const read = await readSourceBytes(root, path, LARGEST);
  const decoded = 'reason' in read ? read : decodeSource(read.bytes);
  return 'reason' in decoded ? '' : decoded.text;
}

async function patternsOf(path: string, text: string): Promise<string[]> {
  if (path.endsWith('go.work')) return readGoWork(text);
  if (!path.endsWith('.yaml') && !path.endsWith('.json')) return readGradleSettings(text);
  try {
    const value: unknown = path.endsWith('.json') ? JSON.parse(text) : await readYaml(text);
    const parsed = Packages.safeParse(value);
    return parsed.success ? parsed.data.packages : [];
  } catch {
    return [];
  }
}

/** YAML is loaded when it is first needed: many modules take something else of this one. */
async function readYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  return parse(text, { maxAliasCount: 100 });
}
