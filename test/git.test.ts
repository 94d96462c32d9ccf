import { randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runGit } from '../src/code/git/git-command.ts';
import { RepositoryError } from '../src/code/git/repository-error.ts';
import { type CloneOptions, cloneRepository, inspectRemote } from '../src/repos/git.ts';
import { headOf, localRepository } from '../src/repos/local-repository.ts';
import { remoteAccess } from '../src/repos/remote-access.ts';
import { parseRepositoryAddress, type RepositoryAddress } from '../src/repos/repository-address.ts';
import { commitFiles, type GitServer, git, makeRepository, publish, startGitServer } from './fakes/git-server.ts';

const token = 'gho_topsecret';
const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
const limits = { bytes: 20_000_000, seconds: 30 };
let folder: string;
let server: GitServer;
let first: string;
let second: string;
let into: string;
let runs = 0;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'git-')));
  const served = join(folder, 'served');
  const source = join(folder, 'source');
  first = await makeRepository(source, { 'README.md': 'first', 'src/a.ts': 'export const a = 1;' });
  await git(source, 'tag', '-a', 'v1', '-m', 'One');
  second = await commitFiles(source, { 'README.md': 'second' });
  await git(source, 'branch', 'feature/x', first);
  await git(source, 'branch', 'v1', second);
  await git(source, 'tag', 'only-tag', first);
  await git(source, 'tag', 'of-a-file', `${first}:README.md`);
  await publish(source, served, 'ada/engine');
  await publish(source, served, 'private/engine');
  const big = join(folder, 'big');
  await makeRepository(big, { 'noise.bin': randomBytes(6_000_000) });
  await publish(big, served, 'ada/big');
  const bomb = join(folder, 'bomb');
  await makeRepository(bomb, { zeros: new Uint8Array(30_000_000) });
  await publish(bomb, served, 'ada/bomb');
  await mkdir(join(folder, 'empty'));
  await git(join(folder, 'empty'), 'init', '--quiet', '--initial-branch=main');
  await publish(join(folder, 'empty'), served, 'ada/empty');
  await cp(join(served, 'ada/engine.git'), join(served, 'ada/unborn.git'), { recursive: true });
  await git(join(served, 'ada/unborn.git'), 'symbolic-ref', 'HEAD', 'refs/heads/nowhere');
  await cp(join(served, 'ada/big.git'), join(served, 'stall/big.git'), { recursive: true });
  server = await startGitServer({
    folder: served,
    authorization: `Basic ${basic}`,
    redirects: { '/ada/old-name': '/ada/engine', '/ada/inward': 'http://127.0.0.1:1/x/y' },
    faults: { '/silent/': 'silent', '/stall/': 'stall', '/broken/': 503, '/busy/': 429 },
  });
}, 60_000);

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  runs += 1;
  into = join(folder, `clone-${runs}`);
});

/** A repository of the fake server, addressed as GitHub's. */
function remote(name: string): Promise<RepositoryAddress> {
  return parseRepositoryAddress(name, { githubUrl: server.origin, allowLocal: false });
}

function local(path: string): Promise<RepositoryAddress> {
  return parseRepositoryAddress(path, { githubUrl: server.origin, allowLocal: true });
}

async function clone(name: string, options: Partial<CloneOptions> = {}) {
  return cloneRepository(await remote(name), { into, limits, allow: [server.origin], ...options });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Command lines of the git processes whose arguments or environment name a text. */
async function processesNaming(text: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const read = (file: string) => readFile(`/proc/${id}/${file}`, 'utf8').catch(() => '');
      return { line: await read('cmdline'), environment: await read('environ') };
    }),
  );
  return found
    .filter(({ line, environment }) => /(^|\/)git/.test(line) && (line + environment).includes(text))
    .map(({ line }) => line);
}

async function failure(work: Promise<unknown>): Promise<RepositoryError> {
  const error = await work.then(
    () => new Error('It went well'),
    (reason: unknown) => reason,
  );
  if (error instanceof RepositoryError) {
    return error;
  }
  throw error;
}

describe('inspectRemote', () => {
  it('tells default branch, newest commit and branches', async () => {
    expect(await inspectRemote(await remote('Ada/Engine'), { allow: [server.origin] })).toEqual({
      defaultBranch: 'main',
      head: second,
      branches: ['feature/x', 'main', 'v1'],
    });
  });

  it('finds a branch when HEAD names one that does not exist', async () => {
    const found = await inspectRemote(await remote('ada/unborn'), { allow: [server.origin] });
    expect(found).toMatchObject({ defaultBranch: 'main', head: second });
    expect(await clone('ada/unborn')).toEqual({ commit: second, branch: 'main' });
  });

  it('opens a private repository with its token, and sends no token elsewhere', async () => {
    const address = await remote('private/engine');
    server.authorizations.length = 0;
    expect((await inspectRemote(address, { allow: [server.origin], token })).head).toBe(second);
    expect(server.authorizations).toContain(`Basic ${basic}`);
    server.authorizations.length = 0;
    await inspectRemote(await remote('ada/engine'), { allow: [server.origin] });
    expect(server.authorizations.every((header) => header === undefined)).toBe(true);
  });

  it.each([
    ['nobody/nothing', 'REPOSITORY_NOT_FOUND', false],
    ['private/engine', 'REPOSITORY_NOT_FOUND', false],
    ['ada/empty', 'REPOSITORY_EMPTY', false],
    ['ada/old-name', 'REPOSITORY_REDIRECTED', false],
    ['ada/inward', 'REPOSITORY_REDIRECTED', false],
    ['broken/certificate', 'REPOSITORY_UNREACHABLE', true],
    ['busy/x', 'REPOSITORY_UNREACHABLE', true],
  ])('of %s says %s', async (name, code, retryable) => {
    const error = await failure(inspectRemote(await remote(name), { allow: [server.origin] }));
    expect(error).toMatchObject({ code, retryable, extensions: { code, retryable } });
    expect(error.message).not.toMatch(/fatal|stderr|http|exit/);
  });

  it('a wrong token is refused in the same words and shows nowhere', async () => {
    const options = { allow: [server.origin], token: 'gho_wrong' };
    const error = await failure(inspectRemote(await remote('private/engine'), options));
    expect(error.code).toBe('REPOSITORY_NOT_FOUND');
    const seen = JSON.stringify(error) + String(error.cause) + error.stack;
    expect(seen).not.toContain('gho_wrong');
    expect(seen).not.toContain(Buffer.from('x-access-token:gho_wrong').toString('base64'));
  });

  it('a token that would break out of its header is refused', async () => {
    const options = { allow: [server.origin], token: 'x\r\nHost: evil' };
    expect((await failure(inspectRemote(await remote('ada/engine'), options))).message).toContain('token');
  });

  it('says when nothing listens', async () => {
    const address = await parseRepositoryAddress('a/b', { githubUrl: 'http://127.0.0.1:1', allowLocal: false });
    const error = await failure(inspectRemote(address, { allow: ['http://127.0.0.1:1'] }));
    expect(error).toMatchObject({ code: 'REPOSITORY_UNREACHABLE', retryable: true });
  });

  it.each([
    'https://127.0.0.1/a/b',
    'https://localhost/a/b',
    'https://[::1]/a/b',
    'https://0x7f.1/a/b',
    'https://169.254.169.254/a/b',
  ])('does not connect to %s', async (text) => {
    const address = await parseRepositoryAddress(text, { githubUrl: 'https://github.com', allowLocal: false });
    expect((await failure(inspectRemote(address, { allow: [] }))).code).toBe('ADDRESS_NOT_ALLOWED');
    expect((await failure(cloneRepository(address, { into, limits, allow: [] }))).code).toBe('ADDRESS_NOT_ALLOWED');
  });

  it('does not connect to the fake server unless its origin is allowed', async () => {
    expect((await failure(inspectRemote(await remote('ada/engine'), { allow: [] }))).code).toBe('ADDRESS_NOT_ALLOWED');
  });

  it('connects to the checked address whatever the name says', async () => {
    const { port } = new URL(server.origin);
    const origin = `http://localhost:${port}`;
    const address = await parseRepositoryAddress('ada/engine', { githubUrl: origin, allowLocal: false });
    const access = await remoteAccess(address, { allow: [origin] });
    const [[key, value] = ['', '']] = access.config;
    expect([key, value.split(',')[0]]).toEqual(['http.curloptResolve', `localhost:${port}:127.0.0.1`]);
    // No name service knows this name: only the pinned address leads anywhere.
    const pinned = { ...access, config: [[key, `pinned.invalid:${port}:127.0.0.1`] as const] };
    const listing = await runGit(['ls-remote', '--', `http://pinned.invalid:${port}/ada/engine`], { access: pinned });
    expect(listing).toContain(second);
  });
});

describe('cloneRepository', () => {
  it('gets the newest files of the default branch and nothing of the history', async () => {
    const progress: number[] = [];
    const result = await clone('ada/engine', { onProgress: ({ percentage }) => progress.push(percentage) });
    expect(result).toEqual({ commit: second, branch: 'main' });
    expect(await readFile(join(into, 'README.md'), 'utf8')).toBe('second');
    expect(await git(into, 'rev-list', '--all', '--count')).toBe('1');
    expect(await git(into, 'status', '--porcelain')).toBe('');
    expect(await git(into, 'symbolic-ref', '--short', 'HEAD')).toBe('main');
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(100);
  });

  it('gets a branch, a tag, a name spelled in full and a commit', async () => {
    const wanted: [string, string, string | null][] = [
      ['feature/x', first, 'feature/x'],
      ['v1', second, 'v1'],
      ['refs/tags/v1', first, null],
      ['only-tag', first, null],
      [first, first, null],
      [first.toUpperCase(), first, null],
    ];
    for (const [ref, commit, branch] of wanted) {
      const place = `${into}-${wanted.findIndex(([name]) => name === ref)}`;
      expect(await clone('ada/engine', { ref, into: place }), ref).toEqual({ commit, branch });
      expect(await git(place, 'rev-parse', 'HEAD')).toBe(commit);
    }
  });

  it.each([
    ['missing', 'REF_NOT_FOUND'],
    ['ma', 'REF_NOT_FOUND'],
    ['of-a-file', 'REF_NOT_FOUND'],
    ['0123456789012345678901234567890123456789', 'REF_NOT_FOUND'],
    ['refs/heads/missing', 'REF_NOT_FOUND'],
    ['--upload-pack=touch /tmp/x', 'REF_INVALID'],
    ['main:evil', 'REF_INVALID'],
    ['HEAD~1', 'REF_INVALID'],
    ['', 'REF_INVALID'],
  ])('for the ref %j says %s and leaves nothing behind', async (ref, code) => {
    expect((await failure(clone('ada/engine', { ref }))).code).toBe(code);
    expect(
      (await failure(cloneRepository(await local(join(folder, 'source')), { into, ref, limits, allow: [] }))).code,
    ).toBe(code);
    expect(await exists(into)).toBe(false);
  });

  it.each([
    ['nobody/nothing', 'REPOSITORY_NOT_FOUND'],
    ['ada/empty', 'REPOSITORY_EMPTY'],
    ['ada/old-name', 'REPOSITORY_REDIRECTED'],
  ])('of %s says %s and leaves nothing behind', async (name, code) => {
    expect((await failure(clone(name))).code).toBe(code);
    expect(await exists(into)).toBe(false);
  });

  it('stops at the size limit, of the transfer and of the files alike', async () => {
    for (const name of ['ada/big', 'ada/bomb']) {
      const error = await failure(clone(name, { limits: { bytes: 5_000_000, seconds: 30 } }));
      expect(error).toMatchObject({ code: 'REPOSITORY_TOO_LARGE', retryable: false });
      expect(error.message).toContain('5 MB');
      expect(await exists(into)).toBe(false);
    }
  });

  it('refuses a tree that unfolds to billions of files', async () => {
    const source = join(folder, 'unfolding');
    await makeRepository(source, { a: 'a' });
    let tree = await git(source, 'rev-parse', 'HEAD^{tree}');
    for (let level = 0; level < 10; level += 1) {
      const entries = Array.from({ length: 10 }, (_, index) => `040000 tree ${tree}\td${index}\n`).join('');
      await writeFile(join(source, 'entries'), entries);
      tree = await git(source, '-c', `alias.t=!git mktree < ${source}/entries`, 't');
    }
    await git(source, 'update-ref', 'refs/heads/main', await git(source, 'commit-tree', '-m', 'Many', tree));
    await publish(source, join(folder, 'served'), 'ada/unfolding');
    expect((await failure(clone('ada/unfolding'))).code).toBe('REPOSITORY_TOO_LARGE');
  }, 15_000);

  it('stops a transfer at the size limit while it is under way', async () => {
    // The server sends a megabyte and then nothing for ever: only who watches can stop it.
    const error = await failure(clone('stall/big', { limits: { bytes: 500_000, seconds: 4 } }));
    expect(error.code).toBe('REPOSITORY_TOO_LARGE');
    expect(await processesNaming(into)).toEqual([]);
  });

  it('stops a transfer that stands still when its time is over', async () => {
    const error = await failure(clone('stall/big', { limits: { bytes: 20_000_000, seconds: 1 } }));
    expect(error).toMatchObject({ code: 'REPOSITORY_UNREACHABLE', retryable: true });
    expect(await processesNaming(into)).toEqual([]);
  });

  it('abort in the middle stops git within a second and cleans up', async () => {
    const standing = await startGitServer({ folder: join(folder, 'served'), faults: { '/stall/': 'stall' } });
    onTestFinished(() => standing.close());
    const address = await parseRepositoryAddress('stall/big', { githubUrl: standing.origin, allowLocal: false });
    const abort = new AbortController();
    const cloning = cloneRepository(address, { into, limits, allow: [standing.origin], signal: abort.signal, token });
    await standing.stalled;
    const running = await processesNaming(into);
    expect(running.length).toBeGreaterThan(0);
    expect(running.filter((line) => line.includes(basic) || line.includes(token))).toEqual([]);
    const abortedAt = performance.now();
    abort.abort(new Error('No longer wanted'));
    await expect(cloning).rejects.toThrow('No longer wanted');
    expect(performance.now() - abortedAt).toBeLessThan(1000);
    expect(await processesNaming(into)).toEqual([]);
    expect(await exists(into)).toBe(false);
  });

  it('abort also ends a question that gets no answer', async () => {
    const signal = AbortSignal.timeout(200);
    const asking = inspectRemote(await remote('silent/x'), { allow: [server.origin], signal });
    await expect(asking).rejects.toHaveProperty('name', 'TimeoutError');
  });

  it('never writes into a folder that holds something', async () => {
    await mkdir(into);
    await writeFile(join(into, 'mine'), 'keep');
    await expect(clone('ada/engine')).rejects.toThrow('not empty');
    expect(await readFile(join(into, 'mine'), 'utf8')).toBe('keep');
  });

  it('keeps links as links and leaves submodules and large-file pointers alone', async () => {
    const source = join(folder, 'with-links');
    await makeRepository(source, {
      a: 'a',
      '.gitattributes': '*.bin filter=lfs diff=lfs',
      'x.bin': 'version https://git-lfs',
    });
    await symlink('/etc/passwd', join(source, 'outside'));
    const modules = `[submodule "sub"]\n\tpath = sub\n\turl = ${server.origin}/private/engine\n`;
    await git(source, 'update-index', '--add', '--cacheinfo', `160000,${first},sub`);
    await writeFile(join(source, '.gitmodules'), modules);
    await mkdir(join(source, 'sub'));
    await git(source, 'add', 'outside', '.gitmodules');
    await git(source, 'commit', '--quiet', '-m', 'Links');
    await publish(source, join(folder, 'served'), 'ada/links');
    await clone('ada/links');
    expect((await lstat(join(into, 'outside'))).isSymbolicLink()).toBe(true);
    expect(await readdir(join(into, 'sub'))).toEqual([]);
    expect(await readFile(join(into, 'x.bin'), 'utf8')).toBe('version https://git-lfs');
  });
});

describe('local repositories', () => {
  it('are inspected in place', async () => {
    const source = join(folder, 'source');
    expect(await inspectRemote(await local(source), { allow: [] })).toEqual({
      defaultBranch: 'main',
      head: second,
      branches: ['feature/x', 'main', 'v1'],
    });
    expect((await localRepository(source)).kind).toBe('WORKING_TREE');
  });

  it('without git or without commits have no head', async () => {
    const plain = join(folder, 'source', 'src');
    expect(await inspectRemote(await local(plain), { allow: [] })).toEqual({
      defaultBranch: null,
      head: null,
      branches: [],
    });
    const empty = { defaultBranch: 'main', head: null, branches: [] };
    expect(await inspectRemote(await local(join(folder, 'empty')), { allow: [] })).toEqual(empty);
    const fake = join(folder, 'fake');
    await mkdir(join(fake, '.git'), { recursive: true });
    expect(await headOf(fake)).toBe(null);
    await writeFile(join(folder, 'fake-file'), '');
    expect((await failure(cloneRepository(await local(fake), { into, limits, allow: [] }))).code).toBe(
      'REPOSITORY_EMPTY',
    );
  });

  it('are cloned with a ref, bare ones always', async () => {
    const source = await local(join(folder, 'source'));
    expect(await cloneRepository(source, { into, ref: 'feature/x', limits, allow: [] })).toEqual({
      commit: first,
      branch: 'feature/x',
    });
    expect(await readFile(join(into, 'README.md'), 'utf8')).toBe('first');
    const bare = await local(join(folder, 'served/ada/engine.git'));
    expect(bare.name).toBe('engine');
    expect((await localRepository(bare.url)).kind).toBe('BARE');
    expect(await cloneRepository(bare, { into: `${into}-bare`, limits, allow: [] })).toEqual({
      commit: second,
      branch: 'main',
    });
    expect((await failure(inspectRemote(await local(join(folder, 'served/ada/empty.git')), { allow: [] }))).code).toBe(
      'REPOSITORY_EMPTY',
    );
  });

  it('work as worktrees, with SHA-256, and when somebody else owns them', async () => {
    const tree = join(folder, 'worktree');
    await git(join(folder, 'source'), 'worktree', 'add', '--quiet', tree, 'feature/x');
    expect(await headOf(tree)).toBe(first);
    expect((await cloneRepository(await local(tree), { into, limits, allow: [] })).commit).toBe(first);
    const modern = join(folder, 'sha256');
    await mkdir(modern);
    await git(modern, 'init', '--quiet', '--object-format=sha256', '--initial-branch=main');
    const commit = await commitFiles(modern, { a: 'a' });
    expect((await cloneRepository(await local(modern), { into: `${into}-256`, limits, allow: [] })).commit).toBe(
      commit,
    );
    await publish(modern, join(folder, 'served'), 'ada/sha256');
    expect((await clone('ada/sha256', { into: `${into}-remote-256` })).commit).toBe(commit);
    if (process.getuid?.() === 0) {
      await chown(modern, 65_534, 65_534);
      await chown(join(modern, '.git'), 65_534, 65_534);
      expect(await headOf(modern)).toBe(commit);
      const own = { into: `${into}-other`, limits, allow: [] };
      expect((await cloneRepository(await local(modern), own)).commit).toBe(commit);
    }
  });

  it('cannot run anything through their settings, and are not changed', async () => {
    const source = join(folder, 'hostile');
    await makeRepository(source, { 'a.txt': 'a', '.gitattributes': '*.txt filter=evil\n' });
    const { head, changedAt } = await poison(source);
    expect(await headOf(source)).toBe(head);
    expect(await inspectRemote(await local(source), { allow: [] })).toMatchObject({ defaultBranch: 'main', head });
    await cloneRepository(await local(source), { into, ref: 'main', limits, allow: [] });
    expect(await readFile(join(into, 'a.txt'), 'utf8')).toBe('a');
    expect(await exists(join(folder, 'touched'))).toBe(false);
    expect((await lstat(join(source, '.git'))).mtimeMs).toBe(changedAt);
    // The trap works: an ordinary git walks into it.
    await git(source, 'status').catch(() => '');
    expect(await exists(join(folder, 'touched'))).toBe(true);
  });

  it('cannot run anything by missing objects they promise to fetch', async () => {
    const source = join(folder, 'promising');
    await makeRepository(source, { a: 'a' });
    const script = join(folder, 'fetch-script');
    await writeFile(script, `#!/bin/sh\ntouch ${folder}/fetched\n`);
    await chmod(script, 0o755);
    const settings = {
      'core.repositoryFormatVersion': '1',
      'extensions.partialClone': 'origin',
      'remote.origin.url': source,
      'remote.origin.promisor': 'true',
      'remote.origin.uploadpack': script,
      'protocol.file.allow': 'always',
      'protocol.ext.allow': 'always',
    };
    for (const [key, value] of Object.entries(settings)) {
      await git(source, 'config', key, value);
    }
    await rm(join(source, '.git/objects'), { recursive: true });
    await mkdir(join(source, '.git/objects'));
    await headOf(source);
    await inspectRemote(await local(source), { allow: [] }).catch(() => undefined);
    await failure(cloneRepository(await local(source), { into, ref: 'main', limits, allow: [] }));
    expect(await exists(join(folder, 'fetched'))).toBe(false);
    await git(source, 'log').catch(() => '');
    expect(await exists(join(folder, 'fetched'))).toBe(true);
  });
});

/** Sets every setting that makes an ordinary git run a script. */
async function poison(source: string): Promise<{ head: string; changedAt: number }> {
  const head = await git(source, 'rev-parse', 'HEAD');
  const script = join(folder, 'script');
  await writeFile(script, `#!/bin/sh\ntouch ${folder}/touched\ncat\n`);
  await chmod(script, 0o755);
  await mkdir(join(source, '.git/hooks'), { recursive: true });
  for (const hook of ['post-checkout', 'pre-auto-gc', 'reference-transaction']) {
    await cp(script, join(source, '.git/hooks', hook));
  }
  await writeFile(join(folder, 'included'), `[alias]\n\trev-parse = !${script}\n[core]\n\tpager = ${script}\n`);
  const settings = [
    'core.sshCommand',
    'core.askPass',
    'core.gitProxy',
    'credential.helper',
    'uploadpack.packObjectsHook',
  ];
  const filters = ['filter.evil.smudge', 'filter.evil.clean', 'diff.evil.textconv'];
  for (const key of [...settings, ...filters]) {
    await git(source, 'config', key, script);
  }
  await git(source, 'config', 'includeIf.gitdir:/.path', join(folder, 'included'));
  await git(source, 'config', 'include.path', join(folder, 'included'));
  await git(source, 'config', 'core.fsmonitor', script);
  return { head, changedAt: (await lstat(join(source, '.git'))).mtimeMs };
}
