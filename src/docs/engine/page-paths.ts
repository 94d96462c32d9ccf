import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { listGitFiles } from '../../code/git-files.ts';
import { errorCode } from '../../code/source-text.ts';

/** Where each page goes, relative to the root. None of them exists yet. */
export interface PagePaths {
  readonly readme: string;
  readonly contributing: string;
  readonly api: string;
  readonly architecture: string;
  readonly commandLine: string;
  readonly configuration: string;
  /** Folder for the chapters of a monorepo's packages. */
  readonly packages: string;
  /** Folder for the parts of an API page that is too long for one file. */
  readonly apiParts: string;
}

export interface PathOptions {
  /** Paths that git tracks, whole or their first two segments; git is asked when this is absent. */
  readonly tracked?: readonly string[];
}

/**
 * Chooses paths for the pages so that nothing is overwritten: not in the working copy, not in a clean clone of it, and
 * not on a file system that ignores case. A README in any spelling or format makes ours `README_AI.md`, then
 * `README_AI_2.md`, and the same holds for every page.
 */
export async function choosePagePaths(root: string, options: PathOptions = {}): Promise<PagePaths> {
  const base = await realpath(root);
  const tracked = options.tracked ?? (await trackedIn(base));
  const atTop = await namesIn(base, '', tracked);
  const onGithub = await namesIn(base, '.github', tracked);
  const docs = await chooseFolder(base, 'docs', atTop);
  const inDocs = await namesIn(base, docs, tracked);
  const contributing = [...atTop, ...onGithub, ...inDocs];
  return {
    readme: freeName('README', atTop),
    contributing: freeName('CONTRIBUTING', contributing),
    api: `${docs}/${freeName('API_DOCUMENTATION', inDocs)}`,
    architecture: `${docs}/${freeName('ARCHITECTURE', inDocs)}`,
    commandLine: `${docs}/${freeName('COMMAND_LINE', inDocs)}`,
    configuration: `${docs}/${freeName('CONFIGURATION', inDocs)}`,
    packages: `${docs}/${freeFolder('packages', inDocs)}`,
    apiParts: `${docs}/${freeFolder('api', inDocs)}`,
  };
}

async function trackedIn(base: string): Promise<string[]> {
  const listing = await listGitFiles(base);
  return [...(listing?.files ?? []), ...(listing?.submodules ?? [])];
}

/** Names directly in a folder: those on disk and those that git tracks, even when the working copy lacks them. */
async function namesIn(root: string, folder: string, tracked: readonly string[]): Promise<string[]> {
  const prefix = folder === '' ? '' : `${folder.toLowerCase()}/`;
  const names = tracked
    .filter((path) => path.toLowerCase().startsWith(prefix))
    .map((path) => path.slice(prefix.length).split('/')[0] ?? '');
  const isReal = folder === '' || (await lstat(join(root, folder)).catch(() => null))?.isDirectory() === true;
  const entries = isReal ? await readNames(join(root, folder)) : [];
  return [...new Set([...names, ...entries.map((entry) => entry.name)])];
}

async function readNames(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A README of any ending stands for the page: `readme`, `Readme.rst`, `README.de.md`. */
function freeName(stem: string, names: readonly string[]): string {
  const lower = names.map((name) => name.toLowerCase());
  const isTaken = (candidate: string): boolean =>
    lower.some((name) => name === candidate.toLowerCase() || name.startsWith(`${candidate.toLowerCase()}.`));
  return `${firstFree(stem, isTaken)}.md`;
}

function freeFolder(name: string, names: readonly string[]): string {
  const lower = new Set(names.map((one) => one.toLowerCase()));
  return firstFree(name, (candidate) => lower.has(candidate.toLowerCase()));
}

function firstFree(stem: string, isTaken: (candidate: string) => boolean): string {
  if (!isTaken(stem)) return stem;
  if (!isTaken(`${stem}_AI`)) return `${stem}_AI`;
  let number = 2;
  while (isTaken(`${stem}_AI_${number}`)) number += 1;
  return `${stem}_AI_${number}`;
}

/** `docs`, in the spelling that exists, when it is a real folder of this repository or nothing at all. */
async function chooseFolder(root: string, wanted: string, atTop: readonly string[]): Promise<string> {
  const existing = atTop.filter((name) => name.toLowerCase() === wanted.toLowerCase()).sort();
  if (existing.length === 0) return wanted;
  for (const name of existing) {
    const found = await lstat(join(root, name)).catch(() => null);
    // A link leads somewhere else, and a submodule is another repository.
    const isNested = (await lstat(join(root, name, '.git')).catch(() => null)) !== null;
    if (found?.isDirectory() === true && !isNested) return name;
  }
  return freeFolder(wanted, atTop);
}
