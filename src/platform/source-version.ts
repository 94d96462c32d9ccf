import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const manifest = z.object({ dependencies: z.record(z.string(), z.string()) });
const MANIFEST = new URL('../../package.json', import.meta.url);

/** Every name of a module in a text: static and dynamic imports, re-exports, and URLs of threads and processes. */
const QUOTED = /['"]([\w@.][\w@./-]*)['"]/g;
const RELATIVE = /^\.{1,2}\/.+\.[jt]s$/;
const TYPES = /^(?:import|export) type [^;]*;$/gm;

/** What of a module's text a version is made of. Modules are shared by many: each is read once. */
interface ModuleFacts {
  readonly hash: string;
  /** Addresses of the modules it names. */
  readonly modules: readonly string[];
  /** Packages it names. */
  readonly packages: readonly string[];
}

const versions = new Map<string, string>();
const known = new Map<string, ModuleFacts>();
let dependencies: Readonly<Record<string, string>> | null = null;

/**
 * A short hash of a module's source, of all it imports and of the versions of the packages these use: it changes when
 * what the module makes may change, so that results kept under it are never those of older code. Read once: what a
 * process has loaded does not follow the files.
 */
export function sourceVersion(module: URL): string {
  const version = versions.get(module.href) ?? versionOf(module);
  versions.set(module.href, version);
  return version;
}

function versionOf(module: URL): string {
  const found = new Map<string, ModuleFacts>();
  const waiting = [module.href];
  for (let href = waiting.pop(); href !== undefined; href = waiting.pop()) {
    if (found.has(href)) continue;
    const facts = known.get(href) ?? factsOf(href);
    known.set(href, facts);
    found.set(href, facts);
    waiting.push(...facts.modules);
  }
  const hash = createHash('sha256');
  for (const href of [...found.keys()].sort()) hash.update(`${found.get(href)?.hash}\n`);
  const used = new Set([...found.values()].flatMap(({ packages }) => packages));
  for (const name of [...used].sort()) hash.update(`${name}@${installed()[name]}\n`);
  return hash.digest('hex').slice(0, 16);
}

function factsOf(href: string): ModuleFacts {
  const text = readText(new URL(href)).replace(TYPES, '');
  const modules: string[] = [];
  const packages: string[] = [];
  for (const [, name = ''] of text.matchAll(QUOTED)) {
    if (RELATIVE.test(name)) modules.push(new URL(name, href).href);
    const owner = name.split('/', name.startsWith('@') ? 2 : 1).join('/');
    if (Object.hasOwn(installed(), owner)) packages.push(owner);
  }
  return { hash: createHash('sha256').update(text).digest('hex'), modules, packages };
}

function installed(): Readonly<Record<string, string>> {
  dependencies ??= manifest.parse(JSON.parse(readFileSync(MANIFEST, 'utf8'))).dependencies;
  return dependencies;
}

/** A text may name a module that it only speaks of: that is none. */
function readText(file: URL): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
