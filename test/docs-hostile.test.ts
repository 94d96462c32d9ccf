import { randomBytes } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { commitFiles, type GitServer, git, makeRepository, publish, startGitServer } from './fakes/git-server.ts';
import { type HostileFolder, makeHostileFolder, secretWord } from './fakes/hostile-folder.ts';
import { type Caller, makeProject, newCaller, smallProject } from './story.ts';

const connect = `mutation ($address: String!) { r: connectRepository(address: $address) {
  __typename ... on Repository { databaseId defaultBranch } ... on Error { code message } } }`;
const disconnect = `mutation ($id: UUID!) { r: disconnectRepository(id: $id) {
  __typename ... on Error { code message } } }`;
const generate = `mutation ($input: GenerateDocsInput!) { r: generateDocs(input: $input) {
  __typename ... on DocsJob { databaseId } ... on Error { code message } } }`;
const cancel = `mutation ($id: UUID!) { r: cancelJob(id: $id) { ... on CancelJobSuccess { job { status } } } }`;
const followJob = `subscription ($id: UUID!) { e: jobEvents(id: $id) { type status stage } }`;
const readJob = `query ($id: UUID!) { job(id: $id) { status error { code message } artifacts { path text(first: 1000000) }
  ... on DocsJob { commit skipped { path reason } coverage { publicSymbols modules { path } } } } }`;

const refusal = z.object({ code: z.string(), message: z.string() });
const event = z.object({ e: z.object({ type: z.string(), status: z.string(), stage: z.string() }) });
const job = z.object({
  status: z.string(),
  error: refusal.nullable(),
  commit: z.string().nullable(),
  artifacts: z.array(z.object({ path: z.string(), text: z.string() })),
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
  coverage: z.object({ publicSymbols: z.int(), modules: z.array(z.object({ path: z.string() })) }).nullable(),
});
type Job = z.infer<typeof job>;

const faults: Record<string, 'silent' | 'stall' | number> = { '/ada/forbidden': 403, '/ada/missing': 404 };
const redirects: Record<string, string> = { '/ada/moved': 'http://169.254.169.254/latest' };
let folder: string;
let server: GitServer;
let webPage: Server;
let web: string;
let hostile: HostileFolder;
let app: TestApp;
let ada: Caller;
let first: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'hostile-')));
  const served = join(folder, 'served');
  const source = join(folder, 'source');
  first = await makeRepository(source, smallProject);
  await git(source, 'tag', '-a', 'v1', '-m', 'One');
  await commitFiles(source, { 'src/more.ts': 'export const more = 1;\n' });
  await publish(source, served, 'ada/engine');
  const big = join(folder, 'big');
  await makeRepository(big, { 'noise.bin': randomBytes(4_000_000) });
  await publish(big, served, 'ada/big');
  await mkdir(join(folder, 'empty'));
  await git(join(folder, 'empty'), 'init', '--quiet', '--initial-branch=main');
  await publish(join(folder, 'empty'), served, 'ada/empty');
  server = await startGitServer({ folder: served, faults, redirects, authorization: 'Basic never' });
  webPage = createServer(({ url }, response) => {
    const page = '<!doctype html><title>Not git</title>';
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(url?.startsWith('/lines') === true ? `${page}\n<p>Hello\n` : page);
  });
  await new Promise<void>((listening) => webPage.listen(0, '127.0.0.1', listening));
  const bound = webPage.address();
  web = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
  hostile = await makeHostileFolder(await makeFolder('hostile'), await makeFolder('outside'));
  app = await testApp(
    { worker: true },
    {
      ALLOW_LOCAL_REPOS: 'true',
      SAFE_FETCH_ALLOW: `${server.origin},${web}`,
      GITHUB_URL: server.origin,
      MAX_REPOSITORY_MEGABYTES: '3',
      DATA_DIR: join(folder, 'hostile', 'state'),
    },
  );
  ada = await newCaller(app);
});
afterAll(async () => {
  await app.close();
  hostile.close();
  webPage.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function makeFolder(name: string): Promise<string> {
  await mkdir(join(folder, name));
  return join(folder, name);
}

/** An address of a table: `@` stands for the git server, `#` for the web page, `~` for the test's folder. */
function placed(address: string): string {
  return address.replace(/^@/, server.origin).replace(/^#/, web).replace(/^~/, folder);
}

async function start(input: object, caller = ada): Promise<string> {
  return (await caller.get(z.object({ databaseId: z.uuid() }), generate, { input })).databaseId;
}

/** Event types of a job to its end; `on` is told each of them as it comes. */
async function events(id: string, on: (one: z.infer<typeof event>['e']) => void = () => {}, caller = ada) {
  const types: string[] = [];
  for await (const answer of caller.follow(followJob, { id })) {
    expect(answer.errors).toBeUndefined();
    const { e } = event.parse(answer.data);
    types.push(e.type);
    on(e);
  }
  return types;
}

async function toEnd(input: object, caller = ada): Promise<Job> {
  const id = await start(input, caller);
  await events(id, undefined, caller);
  return caller.get(job, readJob, { id });
}

/** Resolves when a job has reached a stage. */
async function reaching(id: string, stage: string): Promise<void> {
  for await (const answer of ada.follow(followJob, { id })) if (event.parse(answer.data).e.stage === stage) return;
  throw new Error(`the job ended before ${stage}`);
}

describe('connecting', () => {
  it.each([
    ['a file', '~/source/package.json', 'VALIDATION_ERROR', 'no such folder'],
    ['a folder that is not there', '~/nowhere', 'VALIDATION_ERROR', 'no such folder'],
    ['the data folder', '~/hostile/state', 'VALIDATION_ERROR', 'Folders of this program'],
    ['a path that climbs', '~/source/../source', 'VALIDATION_ERROR', 'absolute path'],
    ['a bare repository without commits', '~/served/ada/empty.git', 'REPOSITORY_EMPTY', 'no commits yet'],
    ['a web page', '#/some/page', 'REPOSITORY_NOT_FOUND', 'no git repository at this address'],
    ['a web page of many lines', '#/lines', 'REPOSITORY_NOT_FOUND', 'no git repository at this address'],
    ['a private repository', '@/private/engine', 'REPOSITORY_NOT_FOUND', 'not found, or it is private'],
    ['a forbidden repository', '@/ada/forbidden', 'REPOSITORY_NOT_FOUND', 'not found, or it is private'],
    ['a missing repository', '@/ada/missing', 'REPOSITORY_NOT_FOUND', 'not found, or it is private'],
    ['a name nobody has', 'ada/nobody', 'REPOSITORY_NOT_FOUND', 'not found, or it is private'],
    ['a repository without commits', '@/ada/empty', 'REPOSITORY_EMPTY', 'no commits yet'],
    ['a redirect to a private address', '@/ada/moved', 'REPOSITORY_REDIRECTED', 'redirects this address'],
    ['a transport that runs programs', 'ext::sh -c touch% RAN', 'VALIDATION_ERROR', 'spaces or backslashes'],
    ['the same without blanks', 'ext::sh', 'VALIDATION_ERROR', 'not accepted'],
    ['an option', '--upload-pack=touch', 'VALIDATION_ERROR', 'not accepted'],
    ['an option as owner', '--upload-pack=x/y', 'VALIDATION_ERROR', 'owner/name'],
    ['git over ssh', 'ssh://-oProxyCommand=x/y', 'VALIDATION_ERROR', 'not accepted'],
    ['the git protocol', 'git://example.com/a/b', 'VALIDATION_ERROR', 'not accepted'],
    ['a loopback address', 'https://127.0.0.2/a/b', 'ADDRESS_NOT_ALLOWED', ''],
    ['a loopback address in hex', 'https://0x7f.2/a/b', 'ADDRESS_NOT_ALLOWED', ''],
    ['a loopback address of IPv6', 'https://[::1]/a/b', 'ADDRESS_NOT_ALLOWED', ''],
    ['a mapped address of IPv6', 'https://[::ffff:127.0.0.1]/a/b', 'ADDRESS_NOT_ALLOWED', ''],
    ['this machine by name', 'https://localhost/a/b', 'ADDRESS_NOT_ALLOWED', ''],
    ['the metadata of a cloud', 'https://169.254.169.254/latest/meta-data', 'ADDRESS_NOT_ALLOWED', ''],
    ['plain http elsewhere', 'http://example.com/a/b', 'VALIDATION_ERROR', 'Plain http'],
    ['a password', 'https://me:hunter2@example.com/a/b', 'VALIDATION_ERROR', 'must not hold'],
    ['a climbing URL', 'https://example.com/a/..%2f..%2fb', 'VALIDATION_ERROR', 'not that of a repository'],
    ['a line break', 'ada/engine\n--upload-pack=x', 'VALIDATION_ERROR', 'control characters'],
    ['a NUL', 'ada/eng\0ine', 'BAD_USER_INPUT', ''],
    ['nothing', '   ', 'VALIDATION_ERROR', 'missing'],
    ['a novel', `https://example.com/${'a'.repeat(5000)}`, 'VALIDATION_ERROR', 'longer than'],
  ])('refuses %s', async (_what, address, code, words) => {
    const answer = await ada.ask(connect, { address: placed(address) });
    const refused = refusal.parse(answer.errors === undefined ? answer.data?.r : coded(answer.errors[0]));
    expect(refused.code).toBe(code);
    expect(refused.message).toContain(words);
    expect(refused.message).not.toMatch(/hunter2|fatal:|\.ts:\d|node:internal/);
  });

  function coded(error: { message: string; extensions?: Record<string, unknown> | undefined } | undefined) {
    return { code: error?.extensions?.code, message: error?.message };
  }

  it('takes a folder without git and a working tree without commits', async () => {
    expect((await toEnd({ address: await makeProject(smallProject, { git: false }) })).commit).toBeNull();
    expect((await toEnd({ address: join(folder, 'empty') })).status).toBe('COMPLETED');
  });
});

describe('a hostile folder', () => {
  let found: Job;
  let text: string;
  beforeAll(async () => {
    found = await toEnd({ address: join(folder, 'hostile') });
    text = JSON.stringify(found);
  });

  it('is documented all the same, and nothing outside of it is read or run', async () => {
    expect(found.error).toBeNull();
    expect(found.status).toBe('COMPLETED');
    expect(text).not.toContain(secretWord);
    expect(found.coverage?.modules.map(({ path }) => path)).toEqual(expect.arrayContaining(['fine.ts', 'utf16.ts']));
    await expect(lstat(join(folder, 'hostile', 'RAN'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['README.md', 'symlink-outside'],
    ['docs', 'symlink-outside'],
    ['link-file.ts', 'symlink-outside'],
    ['link-folder', 'symlink-outside'],
    ['link-pipe.ts', 'symlink-outside'],
    ['link-up.ts', 'symlink-outside'],
    ['link-root', 'symlink-outside'],
    ['link-nothing.ts', 'symlink'],
    ['link-loop.ts', 'symlink'],
    ['link-here.ts', 'symlink'],
    ['pipe.ts', 'special-file'],
    ['socket.ts', 'special-file'],
    ['sparse.ts', 'too-large'],
    ['sparse.txt', 'binary'],
    ['line.js', 'too-large'],
    ['line-short.js', 'minified'],
    ['invalid-utf8.py', 'encoding'],
    ['utf16-cut.ts', 'encoding'],
    ['nul.ts', 'binary'],
    ['program.exe', 'binary'],
    ['deep.js', 'parser-failed'],
    ['odd-\uFFFD\uFFFD.ts', 'unreadable'],
    ['state', 'excluded'],
  ])('names %s as %s', (path, reason) => {
    expect(found.skipped.filter((one) => one.path === path)).toEqual([{ path, reason }]);
  });

  it.each([
    'new\nline',
    'quote"',
    "apostrophe'",
    'back\\slash',
    'back`tick',
    'pipe|and<b>',
    '🎉',
    '..dots..',
    '-rf',
    'tab\there',
    'Case',
    'case',
    '[brackets](x)',
    '--> end',
    'long'.repeat(60),
  ])('documents a file called %j', (name) => {
    expect(found.coverage?.modules.map(({ path }) => path)).toContain(`names/${name}.ts`);
  });

  it('keeps its pages where nothing is, and says what did not parse', () => {
    const paths = found.artifacts.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['README_AI.md', 'docs_AI/API_DOCUMENTATION.md']));
    expect(paths.filter((path) => path.startsWith('docs/'))).toEqual([]);
    for (const words of ['`broken.ts:', '`broken.py:', '`package.json`', 'Serves éclairs.']) {
      expect(found.artifacts.some((page) => page.text.includes(words))).toBe(true);
    }
  });

  // Root may read everything, so there is nothing to hold where root runs the tests.
  const holds = process.getuid?.() === 0 ? [] : ['a file and a folder'];
  it.each(holds)('names what it may not read: %s', async () => {
    const closed = await makeProject({ 'a.ts': 'export {};', 'in/b.ts': 'export {};' }, { git: false });
    const { chmod } = await import('node:fs/promises');
    await Promise.all([chmod(join(closed, 'a.ts'), 0), chmod(join(closed, 'in'), 0)]);
    const { skipped } = await toEnd({ address: closed });
    await chmod(join(closed, 'in'), 0o700);
    expect(skipped).toEqual([
      { path: 'a.ts', reason: 'unreadable' },
      { path: 'in', reason: 'unreadable' },
    ]);
  });
});

describe('a hostile repository', () => {
  it('with submodules, links and settings runs nothing, and fetches only itself', async () => {
    const root = await makeFolder('modules');
    await makeRepository(root, {
      ...smallProject,
      '.gitmodules': `[submodule "x"]\n\tpath = sub\n\turl = ${web}/never/fetched\n\tupdate = !touch RAN\n`,
      '.gitattributes': '*.ts filter=evil\n',
    });
    await symlink(join(folder, 'outside', 'secret.ts'), join(root, 'src', 'out.ts'));
    await git(root, 'update-index', '--add', '--cacheinfo', `160000,${first},sub`);
    await git(root, 'add', 'src/out.ts');
    await git(root, 'commit', '--quiet', '-m', 'More');
    await publish(root, join(folder, 'served'), 'ada/modules');
    for (const key of ['core.fsmonitor', 'filter.evil.clean', 'filter.evil.smudge', 'core.sshCommand']) {
      await git(root, 'config', key, `touch ${join(folder, 'RAN')}`);
    }
    for (const address of [root, '@/ada/modules']) {
      const found = await toEnd({ address: placed(address) });
      expect(found.status).toBe('COMPLETED');
      expect(JSON.stringify(found)).not.toContain(secretWord);
      expect(found.skipped).toEqual([
        { path: 'src/out.ts', reason: 'symlink-outside' },
        { path: 'sub', reason: 'submodule' },
      ]);
    }
    expect((await toEnd({ address: root, ref: 'main' })).status).toBe('COMPLETED');
    await expect(lstat(join(folder, 'RAN'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['a remote', { address: '@/ada/big' }],
    ['a commit of a local one', { address: '~/big', ref: 'main' }],
  ])('that is too large is refused: %s', async (_what, { address, ...more }) => {
    const { status, error } = await toEnd({ address: placed(address), ...more });
    expect([status, error?.code]).toEqual(['FAILED', 'REPOSITORY_TOO_LARGE']);
    expect(error?.message).toContain('larger than the limit of 3 MB');
  });

  it('in a folder that is too large is read up to the limit, and what is past it is named', async () => {
    const line = `export const long = '${'x'.repeat(960)}';\n`;
    const files = Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.ts`, line.repeat(1350)]));
    const { status, skipped } = await toEnd({ address: await makeProject(files, { git: false }) });
    expect(status).toBe('COMPLETED');
    expect(skipped).toEqual([{ path: 'c.ts', reason: 'limit' }]);
  });

  it.each([
    ['a tag', 'v1', null],
    ['a branch', 'main', null],
    ['a commit', 'FIRST', null],
    ['what is not there', 'nowhere', 'REF_NOT_FOUND'],
    ['a commit that is not there', '0'.repeat(40), 'REF_NOT_FOUND'],
    ['an option', '--upload-pack=touch RAN', 'REF_INVALID'],
    ['a short option', '-b', 'REF_INVALID'],
    ['an expression', 'main@{1}', 'REF_INVALID'],
    ['a refspec', 'main:refs/heads/other', 'REF_INVALID'],
  ])('at %s (%s) ends with %s', async (_what, ref, code) => {
    for (const address of ['@/ada/engine', '~/source']) {
      const found = await toEnd({ address: placed(address), ref: ref === 'FIRST' ? first : ref });
      expect([found.status, found.error?.code ?? null]).toEqual([code === null ? 'COMPLETED' : 'FAILED', code]);
      if (ref === 'v1' || ref === 'FIRST') expect(found.commit).toBe(first);
    }
  });
});

describe('a world that changes meanwhile', () => {
  async function connected(address: string): Promise<string> {
    return (await ada.get(z.object({ databaseId: z.uuid() }), connect, { address: placed(address) })).databaseId;
  }

  it('a server that hangs is left within a second of the cancel, and jobs hold on to their repository', async () => {
    await publish(join(folder, 'source'), join(folder, 'served'), 'ada/slow');
    const repositoryId = await connected('@/ada/slow');
    faults['/ada/slow'] = 'silent';
    const id = await start({ repositoryId });
    await reaching(id, 'cloning_repository');
    expect((await ada.ask(disconnect, { id: repositoryId })).data?.r).toMatchObject({ code: 'JOBS_RUNNING' });
    const cancelledAt = performance.now();
    await ada.ask(cancel, { id });
    expect(await events(id)).toContain('CANCELLED');
    await expect.poll(() => readdir(app.app.workFolder), { timeout: 1_000 }).toEqual([]);
    expect(performance.now() - cancelledAt).toBeLessThan(1_000);
    expect((await ada.ask(disconnect, { id: repositoryId })).data?.r).toMatchObject({ __typename: 'Repository' });
  });

  it('a server that is away is asked again', async () => {
    await publish(join(folder, 'source'), join(folder, 'served'), 'ada/away');
    const repositoryId = await connected('@/ada/away');
    faults['/ada/away'] = 503;
    const types = await events(await start({ repositoryId }), ({ type }) => {
      if (type === 'RETRYING') delete faults['/ada/away'];
    });
    expect(types).toContain('RETRYING');
    expect(types.at(-1)).toBe('COMPLETED');
  });

  it('a folder that goes away while it is read is told, or was read by then', async () => {
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}.ts`, `export const n = ${n};\n`]));
    const going = await makeProject(files, { git: false });
    const id = await start({ address: going });
    await events(id, ({ stage }) => {
      if (stage === 'parsing_code') rename(going, `${going}-gone`).catch(() => undefined);
    });
    const { status, error } = await ada.get(job, readJob, { id });
    expect(['COMPLETED', 'FAILED:REPOSITORY_NOT_FOUND']).toContain(error ? `${status}:${error.code}` : status);
  });

  it('an owner who is deleted in the middle of a job takes it along, and others are served on', async () => {
    const eve = await newCaller(app);
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}.ts`, `export const n = ${n};\n`]));
    const id = await start({ address: await makeProject(files) }, eve);
    for await (const answer of eve.follow(followJob, { id })) {
      if (answer.errors !== undefined || event.parse(answer.data).e.stage === 'parsing_code') break;
    }
    await app.app.database.prisma.user.delete({ where: { id: eve.userId } });
    expect((await toEnd({ address: join(folder, 'source') })).status).toBe('COMPLETED');
    await expect.poll(() => readdir(app.app.workFolder), { timeout: 5_000 }).toEqual([]);
  });

  it('what was allowed or there when it was asked for is looked at again when it is done', async () => {
    const quiet = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
    const bob = await newCaller(quiet);
    const [kept, gone] = [await makeProject(smallProject), await makeProject(smallProject)];
    const [refused, missing] = [await start({ address: kept }, bob), await start({ address: gone }, bob)];
    await rm(gone, { recursive: true });
    await writeFile(gone, 'a file by now');
    const strict = await quiet.another({ api: false, worker: true }, { ALLOW_LOCAL_REPOS: 'false' });
    await events(refused, undefined, bob);
    expect((await bob.get(job, readJob, { id: refused })).error).toEqual({
      code: 'ADDRESS_NOT_ALLOWED',
      message: 'Folders of this machine are no longer accepted here',
    });
    await events(missing, undefined, bob);
    await strict.close();
    const open = await quiet.another({ api: false, worker: true });
    const late = await bob.get(z.object({ databaseId: z.uuid() }), connect, { address: kept });
    await rename(kept, `${kept}-moved`);
    const id = await start({ repositoryId: late.databaseId }, bob);
    await events(id, undefined, bob);
    expect((await bob.get(job, readJob, { id })).error).toEqual({
      code: 'REPOSITORY_NOT_FOUND',
      message: 'The folder is no longer there',
    });
    await open.close();
    await quiet.close();
  });
});

it('goes on serving after all of this', async () => {
  const answer = await ada.ask('{ me { databaseId } }');
  expect(answer.errors).toBeUndefined();
  expect((await toEnd({ address: join(folder, 'source') })).status).toBe('COMPLETED');
});
