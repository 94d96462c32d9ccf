import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { withFolderLock, withFolderLockSync } from './folder-lock.ts';
import { type Account, chooseAccount, giveToOwner } from './postgres-account.ts';
import {
  EmbeddedPostgresError,
  findPostgresBinaries,
  hasCode,
  messageOf,
  type PostgresBinaries,
} from './postgres-binaries.ts';
import { limitLog, lookAfter } from './postgres-care.ts';
import {
  createCluster,
  findPostmaster,
  type PostgresPlace,
  placeIn,
  resetPassword,
  startServer,
  stopServer,
  stopServerSync,
  superuser,
} from './postgres-process.ts';
import { isAlive, ownIdentity } from './process-identity.ts';

/** A server this process uses. */
export interface EmbeddedPostgres {
  /** Connection URL of the database `millwright`. */
  readonly url: string;
  /** Stops using it. The last process to leave stops the server. May be called more than once. */
  leave(): Promise<void>;
}

/** How to start one. */
export interface EmbeddedPostgresOptions {
  /** The folder that holds everything: data, port, password and log. Made when missing. */
  readonly dataDir: string;
  /** Told what happens, a sentence at a time. */
  readonly log?: { info(message: string): void };
  /** False trades safety against a power cut for speed; for databases that are thrown away. */
  readonly durable?: boolean;
}

const database = 'millwright';
const adoptDeadline = 300_000;
const leaversAtExit = new Set<() => void>();

/**
 * Starts the PostgreSQL of a data folder, or joins the one that already runs on it, whoever started it and whether or
 * not they still live. The server outlives a process that is killed; the last one that leaves properly stops it.
 * While a process uses it, a server that is killed is started again.
 * @throws EmbeddedPostgresError with one sentence on what stands against it.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? { info() {} };
  const server = new Server(options.dataDir, options.durable ?? true, log);
  const port = await server.enter();
  const url = `postgresql://${superuser}:${server.password}@127.0.0.1:${port}/${database}`;
  const stopLooking = lookAfter(server.place, { revive: () => server.revive(port), log });
  const leaveAtExit = () => server.leaveAtExit();
  if (leaversAtExit.size === 0) process.on('exit', leaveAll);
  leaversAtExit.add(leaveAtExit);
  let leaving: Promise<void> | undefined;
  const leave = async () => {
    stopLooking();
    await server.leave();
    leaversAtExit.delete(leaveAtExit);
    if (leaversAtExit.size === 0) process.off('exit', leaveAll);
  };
  return {
    url,
    leave: () => {
      leaving ??= leave();
      return leaving;
    },
  };
}

function leaveAll(): void {
  for (const leave of leaversAtExit) leave();
}

class Server {
  readonly place: PostgresPlace;
  readonly #binaries: PostgresBinaries;
  readonly #durable: boolean;
  readonly #log: { info(message: string): void };
  readonly #users: string;
  readonly #lock: string;
  readonly #registration: string;
  #account: Account | undefined;

  constructor(dataDir: string, durable: boolean, log: { info(message: string): void }) {
    this.#binaries = findPostgresBinaries();
    this.place = prepareFolder(resolve(dataDir));
    this.#durable = durable;
    this.#log = log;
    this.#users = join(this.place.home, 'users');
    this.#lock = join(this.place.home, 'lock');
    this.#registration = join(this.#users, `${process.pid}-${randomBytes(4).toString('hex')}`);
  }

  get password(): string {
    return readFileSync(this.place.passwordFile, 'utf8').trim();
  }

  /** Registers this process and gives the port of a server that takes our connections. */
  async enter(): Promise<number> {
    return withFolderLock(this.#lock, async () => {
      giveToOwner(this.place.home, this.#lock);
      const running = await this.#waitForServer();
      const port = running ?? (await this.#start());
      this.#log.info(`${running ? 'Joined' : 'Started'} the embedded PostgreSQL on port ${port}.`);
      this.#write(this.#registration, JSON.stringify(ownIdentity()));
      try {
        await ensureDatabase(port, this.password);
      } catch (error) {
        await this.#leaveLocked();
        throw error;
      }
      return port;
    });
  }

  /** Starts the server again that was killed while this process used it. @throws EmbeddedPostgresError */
  async revive(port: number): Promise<void> {
    const isWanted = () => existsSync(this.#registration) && findPostmaster(this.place) === undefined;
    if (!isWanted()) return;
    await withFolderLock(this.#lock, async () => {
      if (!isWanted()) return;
      const now = await this.#start();
      const moved = now === port ? '' : `, but on port ${now}: start this process again`;
      this.#log.info(`The embedded PostgreSQL had died and was started again${moved}.`);
    });
  }

  async leave(): Promise<void> {
    await withFolderLock(this.#lock, () => this.#leaveLocked());
  }

  /** For a process that ends without having left: nothing may be waited for. */
  leaveAtExit(): void {
    withFolderLockSync(this.#lock, 2000, () => {
      if (this.#isLastToLeave()) stopServerSync(this.place, this.#binaries, this.#whom());
    });
  }

  async #leaveLocked(): Promise<void> {
    if (!this.#isLastToLeave()) return;
    await stopServer(this.place, this.#binaries, this.#whom());
    this.#log.info('Stopped the embedded PostgreSQL.');
  }

  /** The port of the server that runs on this folder, once it takes connections; undefined when none runs. */
  async #waitForServer(): Promise<number | undefined> {
    const deadline = Date.now() + adoptDeadline;
    for (let pause = 10; ; pause = Math.min(pause * 2, 250)) {
      const found = findPostmaster(this.place);
      if (found === undefined) return undefined;
      if (!existsSync(this.place.passwordFile)) {
        throw new EmbeddedPostgresError(
          `A PostgreSQL (process ${found.pid}) runs on ${this.place.cluster} but its password file is gone: stop it first.`,
        );
      }
      if (await takesConnections(found.port, this.place, this.password)) return found.port;
      if (Date.now() > deadline) {
        throw new EmbeddedPostgresError(
          `The PostgreSQL on ${this.place.cluster} (process ${found.pid}) takes no connections: see ${this.place.log}.`,
        );
      }
      await delay(pause);
    }
  }

  async #start(): Promise<number> {
    limitLog(this.place);
    const lost = !existsSync(this.place.passwordFile);
    const fresh = !existsSync(this.place.cluster);
    const account = this.#whom();
    if (lost) this.#write(this.place.passwordFile, randomBytes(24).toString('base64url'));
    if (fresh) this.#log.info(`Making a database in ${this.place.cluster}.`);
    await createCluster(this.place, this.#binaries, account, this.#durable);
    if (lost && !fresh) await resetPassword(this.place, this.#binaries, account);
    const port = await startServer(this.place, this.#binaries, account, this.#durable);
    for (const file of [this.place.portFile, this.place.log]) giveToOwner(this.place.home, file);
    // The server may still be recovering from a crash.
    await this.#waitForServer();
    return port;
  }

  #whom(): Account {
    this.#account ??= chooseAccount(this.place.home, this.#binaries.initdb);
    return this.#account;
  }

  /** Strikes this process and the dead from the register; true when nobody is left. */
  #isLastToLeave(): boolean {
    rmSync(this.#registration, { force: true });
    let living = 0;
    for (const name of readdirSync(this.#users)) {
      const file = join(this.#users, name);
      if (isRegisteredAlive(file)) living += 1;
      else rmSync(file, { force: true });
    }
    return living === 0;
  }

  #write(file: string, text: string): void {
    writeFileSync(file, text, { mode: 0o600 });
    giveToOwner(this.place.home, file);
  }
}

const registration = z.object({ pid: z.number().int(), started: z.string() });

function isRegisteredAlive(file: string): boolean {
  try {
    return isAlive(registration.parse(JSON.parse(readFileSync(file, 'utf8'))));
  } catch {
    // Half written by a process that was killed.
    return false;
  }
}

function prepareFolder(dataDir: string): PostgresPlace {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const place = placeIn(realpathSync(dataDir));
    for (const folder of [place.home, join(place.home, 'users')]) {
      if (existsSync(folder)) continue;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      giveToOwner(folder === place.home ? dataDir : place.home, folder);
    }
    return place;
  } catch (error) {
    throw new EmbeddedPostgresError(`The data folder ${dataDir} cannot be used: ${messageOf(error)}.`);
  }
}

async function connect(port: number, password: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: superuser,
    password,
    database: name,
    connectionTimeoutMillis: 5000,
  });
  // A connection that breaks later must not end the process; the pending query fails anyway.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Whether the server on that port lets us in and serves our data folder. */
async function takesConnections(port: number, place: PostgresPlace, password: string): Promise<boolean> {
  let client: pg.Client;
  try {
    client = await connect(port, password, 'postgres');
  } catch (error) {
    if (hasCode(error, '28P01')) {
      throw new EmbeddedPostgresError(
        `The PostgreSQL on ${place.cluster} refuses the password in ${place.passwordFile}: stop it and delete that file, to set a new one.`,
      );
    }
    return false;
  }
  try {
    const { rows } = await client.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    return rows[0]?.folder === place.cluster;
  } finally {
    await client.end();
  }
}

async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = await connect(port, password, 'postgres');
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}
