// Runs before everything else, on whatever Node there is, before anything is installed: plain JavaScript without
// dependencies. Installs what package-lock.json names and generates the database client, each only when needed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
/** Scripts that need the development packages as well. */
const developmentScripts = ['pretest', 'precheck'];
const staleAfter = 15 * 60_000;

/**
 * Brings an installation up to date. Does nothing, quickly, when it is. Two at once take turns.
 * @param {string} root The project's folder.
 * @param {(line: string) => void} say Told what is done, a line each.
 */
export function prepare(root = projectRoot, say = console.error) {
  if (isInstalled(root) && isGenerated(root)) return;
  const release = acquireLock(root, say);
  try {
    if (!isInstalled(root)) install(root, say);
    if (!isGenerated(root)) generate(root, say);
  } finally {
    release();
  }
}

/** A preparation that failed, in one sentence. */
class PreparationError extends Error {}

/**
 * Whether node_modules is what the lockfile says. npm writes its own copy of the lockfile into node_modules last of
 * all, so that an interrupted installation has none; modification times say nothing in a fresh clone.
 * @param {string} root
 */
function isInstalled(root) {
  const developmentNeeded = developmentScripts.includes(process.env.npm_lifecycle_event ?? '');
  const stamp = lockStamp(root);
  if (!existsSync(pinnedNode(root))) return false;
  if (!developmentNeeded && readIfThere(installStamp(root)) === stamp) return true;
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined) throw new PreparationError(`${join(root, 'package-lock.json')} is not a lockfile of npm.`);
  if (present === undefined) return false;
  const all = Object.entries(wanted).filter(([path]) => path !== '');
  const withoutDevelopment = !all.some(([path, entry]) => entry.dev && !entry.optional && present[path]);
  return all.every(([path, entry]) => {
    const found = present[path];
    if (found !== undefined) {
      const same = (one, other) => one === undefined || other === undefined || one === other;
      return found.version === entry.version && same(found.integrity, entry.integrity);
    }
    // Packages for other platforms are left out, and the development packages of a production installation.
    return entry.optional || entry.devOptional || (entry.dev && withoutDevelopment && !developmentNeeded);
  });
}

/**
 * @param {string} file
 * @returns {Record<string, {version?: string, integrity?: string, dev?: boolean, optional?: boolean, devOptional?:
 *   boolean}> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Left after an installation of ours, so that one whose copy of the lockfile differs is not repeated for ever. */
function installStamp(root) {
  return join(root, 'node_modules', '.prepared');
}

function lockStamp(root) {
  const text = readIfThere(join(root, 'package-lock.json'));
  if (text === undefined) throw new PreparationError(`${join(root, 'package-lock.json')} is missing.`);
  return createHash('sha256').update(text).digest('hex');
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** @param {string} root */
function install(root, say) {
  say('Installing the packages of package-lock.json (npm ci) …');
  runNpm(root, ['ci', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']);
  // With ignore-scripts in somebody's npm settings the pinned Node has not been put in place.
  if (!existsSync(pinnedNode(root))) runNpm(root, ['rebuild', 'node', '--no-ignore-scripts', '--loglevel=error']);
  if (!existsSync(pinnedNode(root))) {
    throw new PreparationError('npm ci left no node_modules/.bin/node: allow install scripts and start again.');
  }
  writeFileSync(installStamp(root), lockStamp(root));
}

function runNpm(root, args) {
  // npm's own Node, not ours: that may be the one in node_modules, which npm ci is about to delete.
  const node = process.env.npm_node_execpath ?? process.execPath;
  const script = process.env.npm_execpath ?? '';
  const npm = basename(script) === 'npm-cli.js' && existsSync(script) && existsSync(node);
  const [program, first] = npm ? [node, [script]] : ['npm', []];
  const shell = !npm && process.platform === 'win32';
  const environment = { ...process.env, ...quietPrisma() };
  // A production environment or setting would leave out what the scripts above need.
  if (developmentScripts.includes(process.env.npm_lifecycle_event ?? '')) args.push('--include=dev');
  const result = spawnSync(program, [...first, ...args], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'ignore', 2],
    shell,
  });
  if (result.error) throw new PreparationError(`npm could not be started: ${result.error.message}.`);
  if (result.status !== 0) throw new PreparationError(`npm ${args[0]} failed: see above.`);
}

/** Prisma would download an engine that nothing here uses, and fail or wait where it cannot. */
function quietPrisma() {
  return {
    PRISMA_SCHEMA_ENGINE_BINARY: existsSync('/bin/true') ? '/bin/true' : process.execPath,
    PRISMA_SKIP_POSTINSTALL_GENERATE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  };
}

/** @param {string} root */
function isGenerated(root) {
  return readIfThere(stampFile(root)) === schemaStamp(root);
}

/** @param {string} root */
function generate(root, say) {
  say('Generating the database client (prisma generate) …');
  rmSync(stampFile(root), { force: true });
  const stamp = schemaStamp(root);
  const prisma = join(root, 'node_modules', 'prisma', 'build', 'index.js');
  const node = pinnedNode(root);
  const result = spawnSync(node, [prisma, 'generate', '--schema', join('prisma', 'schema')], {
    cwd: root,
    // Generators are started by their names, on the Node that is found first.
    env: {
      ...process.env,
      ...quietPrisma(),
      PATH: [join(root, 'node_modules', '.bin'), dirname(node), process.env.PATH ?? ''].join(delimiter),
    },
    encoding: 'utf8',
  });
  if (result.error || result.status !== 0) {
    const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim();
    throw new PreparationError(`prisma generate failed: ${result.error?.message ?? said}`);
  }
  writeFileSync(stampFile(root), stamp);
}

/** A fingerprint of everything the generated client depends on. */
function schemaStamp(root) {
  const hash = createHash('sha256');
  const folder = join(root, 'prisma', 'schema');
  for (const name of readdirSync(folder).sort()) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  for (const name of ['prisma', '@prisma/client', '@pothos/plugin-prisma']) {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
    hash.update(`${name}@${version}\0`);
  }
  return hash.digest('hex');
}

function stampFile(root) {
  return join(root, 'src', 'generated', '.stamp');
}

/** @param {string} root */
export function pinnedNode(root = projectRoot) {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(root, 'node_modules', 'node', 'bin', name);
}

/**
 * Waits until no other process prepares this folder. The lock is a folder that is renamed into place with its holder's
 * number already inside, which succeeds for one only.
 */
function acquireLock(root, say) {
  const generated = join(root, 'src', 'generated');
  const lock = join(generated, '.preparing');
  const own = join(generated, `.preparing-${process.pid}`);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'pid'), String(process.pid));
  let told = false;
  for (;;) {
    try {
      renameSync(own, lock);
      return () => rmSync(lock, { recursive: true, force: true });
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code) || !existsSync(lock)) throw error;
    }
    const holder = holderOf(lock);
    if (holder === undefined) breakLock(lock, `${own}-stale`);
    else if (!told) say(`Waiting for process ${holder}, which prepares the same folder …`);
    told = holder !== undefined;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, holder === undefined ? 0 : 100);
  }
}

/** The living process that holds the lock; undefined when it was killed. */
function holderOf(lock) {
  try {
    const pid = Number(readFileSync(join(lock, 'pid'), 'utf8'));
    // By then the number is more likely to be somebody else's.
    if (Date.now() - statSync(lock).mtimeMs > staleAfter) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error.code === 'EPERM' ? 'of another user' : undefined;
  }
}

/** Takes the lock away in one step, so that of several that find it stale only one does, and gives back a fresh one. */
function breakLock(lock, aside) {
  try {
    renameSync(lock, aside);
    if (holderOf(aside) !== undefined) renameSync(aside, lock);
    else rmSync(aside, { recursive: true, force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

/** @param {unknown} error */
export function reportAndFail(error) {
  if (!(error instanceof PreparationError) && error?.code === undefined) throw error;
  console.error(error.message);
  process.exit(1);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    prepare();
  } catch (error) {
    reportAndFail(error);
  }
}
