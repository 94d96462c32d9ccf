import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitAccess, noAccess, runGit, tryGit } from '../code/git/git-command.ts';
import { emptyRepository, notAGitServer, refNotFound, tookTooLong, tooLarge } from '../code/git/git-failure.ts';
import { branchOf, isCommitId, parseRef } from './git-ref.ts';
import { watchSize } from './growing-folder.ts';
import {
  checkedOutBranch,
  headOf,
  localBranches,
  localRepository,
  objectStore,
  resolveLocalRef,
} from './local-repository.ts';
import { remoteAccess } from './remote-access.ts';
import type { RepositoryAddress } from './repository-address.ts';

export interface InspectOptions {
  /** Exact origins that may be reached although private, or by http. Include the origin of GITHUB_URL. */
  readonly allow: readonly string[];
  /** The owner's access token; it never shows in arguments or errors. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Inspection {
  /** Null for a folder without git, or a detached HEAD no branch points at. */
  readonly defaultBranch: string | null;
  /** Its newest commit; null only for a local folder without commits. */
  readonly head: string | null;
  /** Sorted. */
  readonly branches: readonly string[];
}

export interface CloneOptions extends InspectOptions {
  /** A folder that does not exist yet, or is empty. After an error it is gone. */
  readonly into: string;
  /** Branch, tag, `refs/…` or full commit id; the default branch when not given. */
  readonly ref?: string | undefined;
  /** Bytes are for the transfer and for the files, each; seconds for all of it. */
  readonly limits: { readonly bytes: number; readonly seconds: number };
  readonly onProgress?: ((progress: CloneProgress) => void) | undefined;
}

export interface CloneProgress {
  readonly phase: 'receiving' | 'resolving' | 'checking_out';
  /** Of the whole clone, 0–100, never falling. */
  readonly percentage: number;
}

export interface Clone {
  readonly commit: string;
  /** Null when the ref was a tag or a commit. */
  readonly branch: string | null;
}

/**
 * Asks a repository for its default branch, newest commit and branches, without cloning it.
 * Throws RepositoryError: ADDRESS_NOT_ALLOWED, REPOSITORY_NOT_FOUND, _EMPTY, _REDIRECTED, _UNREACHABLE, _UNREADABLE.
 */
export async function inspectRemote(address: RepositoryAddress, options: InspectOptions): Promise<Inspection> {
  if (address.provider === 'LOCAL') {
    return inspectLocal(address.url, options.signal);
  }
  const access = await remoteAccess(address, options);
  const refs = await remoteRefs(address, access, ['HEAD', 'refs/heads/*'], {
    signal: options.signal,
    timeoutMs: 30_000,
  });
  const heads = new Map<string, string>();
  for (const [name, commit] of refs.commits) {
    const branch = branchOf(name);
    if (branch !== null) {
      heads.set(branch, commit);
    }
  }
  const branches = [...heads.keys()].sort();
  const atHead = refs.commits.get('HEAD');
  // A server that does not say which branch HEAD is (old ones, or an unborn one): the likeliest that exists.
  const defaultBranch =
    (refs.headBranch !== null && heads.has(refs.headBranch) ? refs.headBranch : null) ??
    ['main', 'master', ...branches].find((name) => heads.has(name) && (!atHead || heads.get(name) === atHead)) ??
    null;
  const head = atHead ?? heads.get(defaultBranch ?? '');
  if (head === undefined) {
    await requireGitServer(address, access, options.signal);
    throw emptyRepository();
  }
  return { defaultBranch, head, branches };
}

/**
 * Gets the files of one commit: no history, tags, submodules, hooks, filters or large-file downloads. Links stay links:
 * readers must not follow them. A local repository is read through its objects, nothing in it is changed or run, and
 * the clone needs it to stay where it is. On abort git is gone within a second.
 * Throws RepositoryError as inspectRemote does, REF_INVALID, REF_NOT_FOUND, REPOSITORY_TOO_LARGE, WORKSPACE_FULL.
 */
export async function cloneRepository(address: RepositoryAddress, options: CloneOptions): Promise<Clone> {
  const { into } = options;
  const work = new Workspace(options);
  await mkdir(into, { recursive: true });
  if ((await readdir(into)).length > 0) {
    throw new Error('The folder to clone into is not empty');
  }
  try {
    const clone = address.provider === 'LOCAL' ? await attachLocal(address, work) : await fetchRemote(address, work);
    await checkTreeSize(clone.commit, work);
    const target = clone.branch === null ? ['--detach'] : ['-B', clone.branch];
    await runGit(['checkout', '--progress', '--force', ...target, clone.commit, '--'], work.git(noAccess));
    options.onProgress?.({ phase: 'checking_out', percentage: 100 });
    return clone;
  } catch (error) {
    await rm(into, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

/** One clone under way: where, how long it may take, and how far it is. */
class Workspace {
  readonly options: CloneOptions;
  readonly gitDir: string;
  readonly #deadline: number;
  #percentage = 0;

  constructor(options: CloneOptions) {
    this.options = options;
    this.gitDir = join(options.into, '.git');
    this.#deadline = performance.now() + options.limits.seconds * 1000;
  }

  /** Milliseconds left of the clone's time. */
  timeLeft(): number {
    const left = this.#deadline - performance.now();
    if (left <= 0) {
      throw tookTooLong();
    }
    return left;
  }

  git(access: GitAccess, signal = this.options.signal) {
    const { into } = this.options;
    return {
      cwd: into,
      gitDir: this.gitDir,
      workTree: into,
      access,
      signal,
      timeoutMs: this.timeLeft(),
      onStderrLine: (line: string) => this.#tell(line),
    };
  }

  #tell(line: string): void {
    const [, words, part = '0'] = /^(Receiving objects|Resolving deltas|Updating files): +(\d+)%/.exec(line) ?? [];
    const phase = phases.find((one) => one.words === words);
    if (phase !== undefined) {
      this.#percentage = Math.max(this.#percentage, Math.round(phase.from + (Number(part) / 100) * phase.share));
      this.options.onProgress?.({ phase: phase.name, percentage: this.#percentage });
    }
  }
}

const phases = [
  { words: 'Receiving objects', name: 'receiving', from: 0, share: 70 },
  { words: 'Resolving deltas', name: 'resolving', from: 70, share: 10 },
  { words: 'Updating files', name: 'checking_out', from: 80, share: 20 },
] as const;

async function inspectLocal(path: string, signal: AbortSignal | undefined): Promise<Inspection> {
  const options = signal === undefined ? {} : { signal };
  const { kind, gitDir } = await localRepository(path);
  const head = await headOf(path, options);
  if (gitDir === null) {
    return { defaultBranch: null, head, branches: [] };
  }
  if (kind === 'BARE' && head === null) {
    throw emptyRepository();
  }
  const defaultBranch = await checkedOutBranch(path, options);
  // A .git that is not git's leaves a plain folder.
  const branches = head === null ? [] : await localBranches(gitDir, options);
  return { defaultBranch, head, branches };
}

async function fetchRemote(address: RepositoryAddress, work: Workspace): Promise<Clone> {
  const { limits, signal } = work.options;
  const access = await remoteAccess(address, work.options);
  const { source, id, branch } = await remoteSource(address, access, work);
  await initialise(id.length === 64 ? 'sha256' : 'sha1', work);
  const size = watchSize(work.gitDir, limits.bytes, () => tooLarge(limits.bytes), signal);
  try {
    const transfer = ['--progress', '--depth=1', '--no-tags', '--no-recurse-submodules'];
    await runGit(['fetch', ...transfer, '--', address.url, source], work.git(access, size.signal));
  } finally {
    await size.stop();
  }
  const peeled = await tryGit(['rev-parse', '--verify', '--quiet', 'FETCH_HEAD^{commit}'], work.git(noAccess));
  if (peeled.exitCode !== 0) {
    // A tag may name a file or a folder; there is nothing to check out then.
    throw refNotFound();
  }
  return { commit: peeled.stdout.trim(), branch };
}

/** What to fetch: the name the server knows it by (or the commit id), and the id it has now. */
async function remoteSource(address: RepositoryAddress, access: GitAccess, work: Workspace) {
  const { ref, signal } = work.options;
  if (ref === undefined) {
    const { defaultBranch, head } = await inspectRemote(address, work.options);
    const source = defaultBranch === null ? 'HEAD' : `refs/heads/${defaultBranch}`;
    return { source, id: head ?? '', branch: defaultBranch };
  }
  const wanted = parseRef(ref);
  if (wanted.kind === 'commit') {
    return { source: wanted.commit, id: wanted.commit, branch: null };
  }
  const { commits } = await remoteRefs(address, access, wanted.names, { signal, timeoutMs: work.timeLeft() });
  const source = wanted.names.find((name) => commits.has(name));
  if (source === undefined) {
    throw refNotFound();
  }
  return { source, id: commits.get(source) ?? '', branch: branchOf(source) };
}

/** Borrows the objects of a local repository, so that no git runs there that obeys its settings. */
async function attachLocal(address: RepositoryAddress, work: Workspace): Promise<Clone> {
  const { gitDir } = await localRepository(address.url);
  const options = { timeoutMs: work.timeLeft(), ...(work.options.signal && { signal: work.options.signal }) };
  const found = gitDir === null ? null : await resolveLocalRef(gitDir, work.options.ref, options);
  if (gitDir === null || found === null) {
    throw work.options.ref === undefined ? emptyRepository() : refNotFound();
  }
  const { objects, format } = await objectStore(gitDir, options);
  await initialise(format, work);
  await writeFile(join(work.gitDir, 'objects', 'info', 'alternates'), `${objects}\n`);
  return found;
}

async function initialise(format: string, work: Workspace): Promise<void> {
  // Gits before 2.29 know only SHA-1 and not the option.
  const objectFormat = format === 'sha256' ? ['--object-format=sha256'] : [];
  await runGit(['init', '--quiet', '--template=', ...objectFormat], work.git(noAccess));
  await mkdir(join(work.gitDir, 'objects', 'info'), { recursive: true });
}

/** A small transfer can unpack to any size: the sizes are added up before a single file is written. */
async function checkTreeSize(commit: string, work: Workspace): Promise<void> {
  const { limits } = work.options;
  const listing = await runGit(['ls-tree', '-r', '-l', '-z', '--full-tree', commit], {
    ...work.git(noAccess),
    maxOutputBytes: 64 * 1024 * 1024,
  });
  let bytes = 0;
  for (const [, size] of listing.matchAll(/(?:^|\0)\d+ blob \w+ +(\d+)\t/g)) {
    bytes += Number(size);
  }
  if (bytes > limits.bytes) {
    throw tooLarge(limits.bytes);
  }
}

/** To git a web page of one line is a repository without branches, by its oldest protocol: one without packets. */
async function requireGitServer(address: RepositoryAddress, access: GitAccess, signal: AbortSignal | undefined) {
  const { stderr } = await tryGit(['ls-remote', '--', address.url], { access, signal, tellPackets: true });
  if (!stderr.includes('packet:')) {
    throw notAGitServer();
  }
}

/** The refs of a remote repository that fit the patterns, and the branch its HEAD is. @throws RepositoryError */
export async function remoteRefs(
  address: RepositoryAddress,
  access: GitAccess,
  patterns: readonly string[],
  options: { signal?: AbortSignal | undefined; timeoutMs: number },
) {
  const listing = await runGit(['ls-remote', '--symref', '--', address.url, ...patterns], { access, ...options });
  const commits = new Map<string, string>();
  let headBranch: string | null = null;
  for (const line of listing.split('\n')) {
    const [value = '', name = ''] = line.split('\t');
    if (value.startsWith('ref: ') && name === 'HEAD') {
      headBranch = branchOf(value.slice('ref: '.length));
    } else if (isCommitId(value)) {
      commits.set(name, value);
    }
  }
  return { commits, headBranch };
}
