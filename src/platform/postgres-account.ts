import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './postgres-binaries.ts';

/** As whom PostgreSQL's programs run: it refuses root, and initdb refuses a user without a name. */
export interface Account {
  /** What to start, with which arguments and as which user, so that `program` runs as that account. */
  command(program: string, args: readonly string[]): Command;
}

/** The arguments of child_process.spawn. */
export interface Command {
  readonly program: string;
  readonly args: string[];
  readonly as: { uid?: number; gid?: number };
}

const asOurselves: Account = { command: (program, args) => ({ program, args: [...args], as: {} }) };

/**
 * Chooses the account for a home folder (PostgreSQL's part of DATA_DIR). Somebody who is not root runs PostgreSQL as
 * they are. Root runs it as the folder's owner; a folder of root's own is served from inside a user namespace, where
 * root carries another number, and where those are forbidden by the system user `postgres`, who then gets the folder.
 * @throws EmbeddedPostgresError when none of that is possible.
 */
export function chooseAccount(home: string, program: string): Account {
  if (process.geteuid === undefined) return asOurselves;
  const owner = statSync(home);
  const user = process.geteuid();
  if (user !== 0) {
    if (owner.uid !== user) {
      throw new EmbeddedPostgresError(
        `${home} belongs to another user (${owner.uid}): set DATA_DIR to another folder.`,
      );
    }
    return hasName() ? asOurselves : (namespaceAccount(program) ?? asOurselves);
  }
  if (owner.uid !== 0) return switchedAccount(owner.uid, owner.gid);
  return namespaceAccount(program) ?? systemAccount(home, program);
}

/** Gives a file that root made in somebody's folder to that somebody. */
export function giveToOwner(folder: string, file: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  if (uid !== 0) chownSync(file, uid, gid);
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/**
 * Root's files stay root's: inside the namespace they appear as those of the mapped user, whose name initdb looks up.
 */
function namespaceAccount(program: string): Account | undefined {
  const named = namedUsers();
  const user = named.find(({ name }) => name === 'postgres') ?? named.find(({ uid }) => uid !== 0);
  if (process.platform !== 'linux' || user === undefined) return undefined;
  const account: Account = {
    command: (inner, args) => ({
      program: 'unshare',
      args: ['--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`, inner, ...args],
      as: {},
    }),
  };
  return canRun(account, program) ? account : undefined;
}

function systemAccount(home: string, program: string): Account {
  const user = namedUsers().find(({ name }) => name === 'postgres' || name === '_postgres');
  const refused = 'PostgreSQL refuses to run as root, user namespaces are forbidden here';
  const advice = 'start as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own';
  if (user === undefined) {
    throw new EmbeddedPostgresError(`${refused} and there is no system user postgres: ${advice}.`);
  }
  const account = switchedAccount(user.uid, user.gid);
  openPath(dirname(home));
  giveTree(home, user);
  if (!canRun(account, program) || !canRun(account, '/bin/sh', ['-c', 'cd "$0"', home])) {
    giveTree(home, { uid: 0, gid: 0 });
    throw new EmbeddedPostgresError(
      `${refused} and the system user postgres cannot reach ${home} or ${program}: set DATA_DIR to a folder it can reach, ${advice}.`,
    );
  }
  return account;
}

function switchedAccount(uid: number, gid: number): Account {
  return { command: (program, args) => ({ program, args: [...args], as: { uid, gid } }) };
}

function canRun(account: Account, program: string, args: readonly string[] = ['--version']): boolean {
  const command = account.command(program, args);
  return spawnSync(command.program, command.args, { ...command.as, cwd: '/', stdio: 'ignore' }).status === 0;
}

function namedUsers(): { name: string; uid: number; gid: number }[] {
  let text = '';
  try {
    text = readFileSync('/etc/passwd', 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/** Lets others pass through, but not list, the data folder. */
function openPath(folder: string): void {
  chmodSync(folder, statSync(folder).mode | 0o011);
}

function giveTree(path: string, owner: { uid: number; gid: number }): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  if (stat.isDirectory()) for (const name of readdirSync(path)) giveTree(join(path, name), owner);
  chownSync(path, owner.uid, owner.gid);
}
