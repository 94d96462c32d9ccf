import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from './postgres-account.ts';
import { EmbeddedPostgresError, hasCode, messageOf, type PostgresBinaries } from './postgres-binaries.ts';
import { commandLine, isRunning } from './process-identity.ts';

/** Where one embedded PostgreSQL lives. */
export interface PostgresPlace {
  /** Its folder in DATA_DIR. */
  readonly home: string;
  /** PostgreSQL's own data folder. It exists only when initdb has finished. */
  readonly cluster: string;
  readonly passwordFile: string;
  readonly portFile: string;
  readonly log: string;
}

/** What postmaster.pid says about a running server. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/** The superuser's name. */
export const superuser = 'millwright';

const unfinished = 'unfinished-';
const startDeadline = 60_000;

/** Makes the data folder anew, unless there is one. Only folders that initdb never finished are ever deleted. */
export async function createCluster(
  place: PostgresPlace,
  binaries: PostgresBinaries,
  account: Account,
  durable: boolean,
): Promise<void> {
  for (const name of readdirSync(place.home)) {
    // A killed initdb may still be writing there; what it leaves behind goes next time.
    if (name.startsWith(unfinished)) rmSync(join(place.home, name), { recursive: true, force: true, maxRetries: 3 });
  }
  if (existsSync(place.cluster) && readdirSync(place.cluster).length > 0) return checkVersion(place, binaries);
  const folder = join(place.home, unfinished + randomBytes(6).toString('hex'));
  const args = ['-D', folder, '-U', superuser, '-A', 'scram-sha-256', `--pwfile=${place.passwordFile}`, '-E', 'UTF8'];
  // Locales differ between machines; the built-in one sorts and folds the same everywhere.
  args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions');
  if (!durable) args.push('--no-sync', '--wal-segsize=1');
  await run(account, binaries.initdb, args, 'initdb');
  renameSync(folder, place.cluster);
}

function checkVersion(place: PostgresPlace, binaries: PostgresBinaries): void {
  const file = join(place.cluster, 'PG_VERSION');
  if (!existsSync(file)) {
    throw new EmbeddedPostgresError(`${place.cluster} is not empty and not a PostgreSQL data folder: move it away.`);
  }
  const version = readFileSync(file, 'utf8').trim();
  if (version !== binaries.major) {
    throw new EmbeddedPostgresError(
      `${place.cluster} was made by PostgreSQL ${version} and this is PostgreSQL ${binaries.major}: ` +
        'move its data over with pg_dump and pg_restore, or set DATA_DIR to another folder.',
    );
  }
}

/** Sets the superuser's password of a stopped server to the one in the password file. */
export async function resetPassword(place: PostgresPlace, binaries: PostgresBinaries, account: Account): Promise<void> {
  const password = readFileSync(place.passwordFile, 'utf8');
  const args = ['--single', '-D', place.cluster, 'postgres'];
  await run(account, binaries.postgres, args, 'postgres', `ALTER ROLE ${superuser} PASSWORD '${password}'\n`);
}

/** The server that postmaster.pid names, when it really is one of this data folder and still runs. */
export function findPostmaster(place: PostgresPlace): Postmaster | undefined {
  const lines = readPostmaster(place);
  if (lines === undefined || !isRunning(lines.pid)) return undefined;
  // The number may by now be somebody else's: after a restart of the machine or container that is likely.
  const command = commandLine(lines.pid);
  return command?.includes('postgres') && command.includes(place.cluster) ? lines : undefined;
}

function readPostmaster(place: PostgresPlace): (Postmaster & { ready: boolean }) | undefined {
  let text: string;
  try {
    text = readFileSync(join(place.cluster, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/**
 * Starts the server on its kept port, or on another one when that is taken, detached from this terminal.
 * Gives the port, as soon as the server takes connections.
 * @throws EmbeddedPostgresError with PostgreSQL's own words when it does not start.
 */
export async function startServer(
  place: PostgresPlace,
  binaries: PostgresBinaries,
  account: Account,
  durable: boolean,
): Promise<number> {
  let port = keptPort(place) ?? (await freePort());
  const deadline = Date.now() + startDeadline;
  for (;;) {
    disownStalePidFile(place);
    const said = await tryStart(place, binaries, account, port, durable);
    if (said === undefined) break;
    const taken = /could not bind|could not create any TCP/.test(said);
    if (taken) port = await freePort();
    // Processes of a server that was killed need a moment to notice.
    else if (/pre-existing shared memory block/.test(said)) await delay(50);
    if (Date.now() > deadline || !(taken || /pre-existing shared memory block/.test(said))) {
      throw new EmbeddedPostgresError(`The embedded PostgreSQL did not start: ${reason(said)} (see ${place.log})`);
    }
  }
  writeFileSync(place.portFile, String(port), { mode: 0o600 });
  return port;
}

/**
 * PostgreSQL takes any living process with the number in postmaster.pid for a server. Our own number it recognises, as
 * its parent's, and goes on to check the shared memory, which deleting the file would prevent.
 */
function disownStalePidFile(place: PostgresPlace): void {
  const found = readPostmaster(place);
  if (found === undefined || !isRunning(found.pid) || findPostmaster(place) !== undefined) return;
  const file = join(place.cluster, 'postmaster.pid');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)));
}

/** Gives undefined when the server is ready, or what it said when it ended instead. */
async function tryStart(
  place: PostgresPlace,
  binaries: PostgresBinaries,
  account: Account,
  port: number,
  durable: boolean,
): Promise<string | undefined> {
  const command = account.command(binaries.postgres, ['-D', place.cluster, ...serverSettings(port, durable)]);
  const log = openSync(place.log, 'a', 0o600);
  const before = statSync(place.log).size;
  const options = { ...command.as, cwd: '/', env: environment(), detached: true, windowsHide: true };
  const child = spawn(command.program, command.args, { ...options, stdio: ['ignore', log, log] });
  closeSync(log);
  const end = ended(child);
  const deadline = Date.now() + startDeadline;
  for (let pause = 5; ; pause = Math.min(pause + 5, 50)) {
    const outcome = await Promise.race([end, delay(pause)]);
    if (outcome !== undefined) return `${outcome}\n${readFileSync(place.log).subarray(before).toString()}`;
    const found = readPostmaster(place);
    if (found?.ready && found.pid === child.pid) break;
    if (Date.now() > deadline) {
      // Crash recovery of a large database takes its time; whoever connects is told so until it is done.
      if (found !== undefined && found.pid === child.pid) break;
      child.kill('SIGQUIT');
    }
  }
  child.unref();
  return undefined;
}

function serverSettings(port: number, durable: boolean): string[] {
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    // Socket paths have a limit of 107 bytes that a deep data folder would exceed.
    'unix_socket_directories=',
    'max_connections=200',
    'cluster_name=millwright',
    'TimeZone=UTC',
    'log_timezone=UTC',
    'log_checkpoints=off',
    // Refused statements are the application's to report; their text and values may be private.
    'log_min_error_statement=panic',
    'log_error_verbosity=terse',
  ];
  if (!durable) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  return settings.flatMap((setting) => ['-c', setting]);
}

/** Stops the server: sessions are ended, everything is written. */
export async function stopServer(place: PostgresPlace, binaries: PostgresBinaries, account: Account): Promise<void> {
  if (findPostmaster(place) === undefined) return;
  const stop = (mode: string) =>
    run(account, binaries.pgCtl, ['stop', '-D', place.cluster, '-m', mode, '-w', '-t', '30', '-s'], 'pg_ctl');
  try {
    await stop('fast');
  } catch {
    if (findPostmaster(place) !== undefined) await stop('immediate');
  }
}

/** Tells the server to stop without waiting for it, from a process that is about to exit. */
export function stopServerSync(place: PostgresPlace, binaries: PostgresBinaries, account: Account): void {
  if (findPostmaster(place) === undefined) return;
  const command = account.command(binaries.pgCtl, ['stop', '-D', place.cluster, '-m', 'fast', '-W', '-s']);
  spawnSync(command.program, command.args, { ...command.as, cwd: '/', env: environment(), stdio: 'ignore' });
}

async function run(account: Account, program: string, args: string[], name: string, input = ''): Promise<void> {
  const command = account.command(program, args);
  const child = spawn(command.program, command.args, {
    ...command.as,
    cwd: '/',
    env: environment(),
    windowsHide: true,
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdout.resume();
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const outcome = await ended(child);
  if (outcome !== 'code 0') throw new EmbeddedPostgresError(`${name} failed (${outcome}): ${reason(said)}`);
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('close', (code, signal) => resolve(signal === null ? `code ${code}` : signal));
  });
}

/** The line that says why, out of a program's output. */
function reason(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const line =
    lines.find((text) => /FATAL|PANIC/.test(text)) ?? lines.find((text) => /error/i.test(text)) ?? lines.at(-1);
  return (line ?? 'it said nothing').replace(/^.*?(FATAL|PANIC|error):\s*/, '').trim();
}

/** Nothing of our own settings or secrets, nor of somebody's PG* variables, reaches the server. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env;
  return { LC_ALL: 'C', TZ: 'UTC', ...(PATH && { PATH }), ...(SystemRoot && { SystemRoot }), ...(TEMP && { TEMP }) };
}

function keptPort(place: PostgresPlace): number | undefined {
  if (!existsSync(place.portFile)) return undefined;
  const port = Number(readFileSync(place.portFile, 'utf8'));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new EmbeddedPostgresError('No free port on 127.0.0.1.');
  return address.port;
}

/** Describes a place in DATA_DIR; touches nothing. */
export function placeIn(dataDir: string): PostgresPlace {
  const home = join(dataDir, 'postgres');
  const cluster = join(home, 'data');
  const log = join(dirname(home), `${basename(home)}.log`);
  return { home, cluster, passwordFile: join(home, 'password'), portFile: join(home, 'port'), log };
}
