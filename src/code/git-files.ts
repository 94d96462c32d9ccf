import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { askAttributes, type Declaration, readAttributes } from './git-attributes.ts';
import { askGuarded } from './guarded-git.ts';

/** What git knows of a checkout: paths relative to its root, with forward slashes, and which of them are submodules. */
export interface GitListing {
  readonly files: readonly string[];
  readonly submodules: readonly string[];
  /** What `.gitattributes` declares of source files, by path; null when git could not tell. */
  readonly declared: ReadonlyMap<string, Declaration> | null;
}

const LISTING_MILLISECONDS = 60_000;

/** What git printed about a checkout. Plain bytes: they are cheap to hand to a thread, which may take them apart. */
export interface GitOutput {
  readonly staged: Uint8Array;
  readonly others: Uint8Array;
  /** Empty where nothing is declared; null when git could not tell. */
  readonly attributes: Uint8Array | null;
}

/**
 * Tracked files plus untracked ones that are not ignored, or null when the folder is no git checkout or git cannot list
 * it. Nothing in the folder's own git configuration is run.
 */
export async function listGitFiles(root: string, signal?: AbortSignal): Promise<GitListing | null> {
  const output = await askGit(root, signal === undefined ? {} : { signal });
  return output === null ? null : readGitOutput(output);
}

export interface GitQuestion {
  readonly signal?: AbortSignal;
  /** Told what git tracks as soon as that is known: it takes longer to find what it does not. */
  readonly onStaged?: (staged: Uint8Array) => void;
}

/** The same, not yet taken apart. Rejects with the signal's reason; git is killed then. */
export async function askGit(root: string, { signal, onStaged }: GitQuestion = {}): Promise<GitOutput | null> {
  const gitDir = join(root, '.git');
  const marker = await lstat(gitDir).catch(() => null);
  if (marker === null || !(marker.isDirectory() || marker.isFile())) return null;
  const call = { root, gitDir, milliseconds: LISTING_MILLISECONDS, signal };
  const [staged, others] = await Promise.all([
    askGuarded(['ls-files', '-z', '--stage'], call).then((output) => {
      if (output !== null) onStaged?.(output);
      return output;
    }),
    askGuarded(['ls-files', '-z', '--others', '--exclude-standard'], call),
  ]);
  if (staged === null || others === null) return null;
  const mayDeclare = [staged, others].some((output) => output.includes('.gitattributes\0'));
  const paths = mayDeclare ? [...stagedPaths(staged), ...entriesOf(others)] : [];
  return { staged, others, attributes: await askAttributes(root, paths, signal) };
}

/** Takes the output of git apart. */
export function readGitOutput(output: GitOutput): GitListing {
  const files = new Set<string>();
  const submodules = new Set<string>();
  for (const entry of entriesOf(output.staged)) {
    const path = pathIn(entry);
    if (path !== null) (entry.startsWith('160000') ? submodules : files).add(path);
  }
  for (const path of entriesOf(output.others)) {
    // A folder here is another repository inside this one: git lists it, but does not look in.
    if (path.endsWith('/')) submodules.add(path.slice(0, -1));
    else files.add(path);
  }
  const declared = output.attributes === null ? null : readAttributes(output.attributes);
  return { files: [...files], submodules: [...submodules], declared };
}

/** The paths of git's listing of what it tracks, in its order: submodules too, and one in conflict several times. */
export function stagedPaths(staged: Uint8Array): string[] {
  return entriesOf(staged).flatMap((entry) => pathIn(entry) ?? []);
}

function pathIn(entry: string): string | null {
  const tab = entry.indexOf('\t');
  return tab >= 0 ? entry.slice(tab + 1) : null;
}

function entriesOf(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.split('\0').filter((entry) => entry !== '');
}
