import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ValidationError } from '../platform/errors.ts';
import { canonicalOrigin } from '../platform/safe-address.ts';

/** A repository somebody named, in the one form it is stored and compared by. */
export interface RepositoryAddress {
  readonly provider: 'GITHUB' | 'GIT' | 'LOCAL';
  /**
   * https URL without `.git` and trailing slash, or the real absolute path of a local folder. GitHub's names are the
   * same in any case, so a GITHUB url is lower-cased whole; other hosts tell case apart, there only the host is.
   */
  readonly url: string;
  /** The part before the name, in the writing it was given: owner, group/subgroup, host, or parent folder. */
  readonly namespace: string;
  readonly name: string;
}

export interface AddressRules {
  /** Where `owner/name` is looked up, e.g. `https://github.com`. */
  readonly githubUrl: string;
  readonly allowLocal: boolean;
  /** Exact origins that may be reached over plain http. */
  readonly allow?: readonly string[];
  /** Folders no local address may be or lie in, e.g. the data folder. */
  readonly forbidden?: readonly string[];
  /** Name of the input field, for the error. */
  readonly field?: string;
}

const maxCharacters = 2000;
/** Includes the names of managed enterprise users (`mona_octo`) and old ones that end in a hyphen. */
const githubOwner = /^(?=.{1,39}$)[a-z\d][a-z\d-]*(?:_[a-z\d]+)?$/i;
const githubName = /^(?!\.{1,2}$)[\w.-]{1,100}$/;

/**
 * Reads what people write for a repository: an https URL with or without `.git` or trailing slash,
 * `git@host:owner/name`, `owner/name` (GitHub), and with allowLocal an absolute path or file:// URL of an existing
 * folder. Throws ValidationError for everything else; its text never repeats the input, which may hold a password.
 */
export async function parseRepositoryAddress(text: string, rules: AddressRules): Promise<RepositoryAddress> {
  const refuse = refusalFor(rules);
  const written = text.trim();
  if (written === '') {
    throw refuse('The repository is missing');
  }
  if (text.length > maxCharacters) {
    throw refuse(`The repository address is longer than ${maxCharacters} characters`);
  }
  if (/\p{Cc}|\p{Cf}|[\u2028\u2029]/u.test(written)) {
    throw refuse('The repository address holds control characters');
  }
  if (/^file:/i.test(written) || isAbsolute(written)) {
    return localAddress(written, rules, refuse);
  }
  if (/[\s\\]/.test(written)) {
    throw refuse('The repository address holds spaces or backslashes');
  }
  const secureShell = /^git@([a-z\d](?:[a-z\d.-]*[a-z\d])?):(?!\/)(.+)$/i.exec(written);
  if (secureShell !== null) {
    return remoteAddress(`https://${secureShell[1]}/${secureShell[2]}`, rules, refuse);
  }
  if (/^https?:\/\//i.test(written)) {
    return remoteAddress(written, rules, refuse);
  }
  const [owner, name, ...more] = withoutEnding(written).split('/');
  if (owner === undefined || name === undefined || more.length > 0 || written.includes(':')) {
    throw refuse('This form of address is not accepted');
  }
  return githubAddress(owner, name, rules, refuse);
}

type Refusal = (reason: string) => ValidationError;

function refusalFor({ allowLocal, field = 'repository' }: AddressRules): Refusal {
  const local = allowLocal ? ', an absolute path or a file:// URL' : '';
  return (reason) => {
    const message = `${reason}. Accepted are https://host/owner/name, git@host:owner/name and owner/name${local}`;
    return new ValidationError(message, [{ path: field, message }]);
  };
}

function remoteAddress(text: string, rules: AddressRules, refuse: Refusal): RepositoryAddress {
  const url = URL.parse(text);
  if (url === null) {
    throw refuse('This is not a URL');
  }
  if (url.username !== '' || url.password !== '' || /^https?:\/*[^/]*@/i.test(text)) {
    throw refuse('A repository URL must not hold a user name, password or token: connect the account instead');
  }
  if (/[?#]/.test(text)) {
    throw refuse('A repository URL has no query and no fragment');
  }
  const segments = withoutEnding(text.replace(/^https?:\/\/[^/]*\/?/i, '')).split('/');
  const names = segments.map((segment) => readableSegment(segment));
  if (!names.every((name) => name !== null)) {
    throw refuse('The path of the repository URL is not that of a repository');
  }
  const github = new URL(rules.githubUrl);
  const isGithub = canonicalOrigin(url.href) === github.origin || isGithubAlias(url, github);
  if (isGithub) {
    const prefix = github.pathname.split('/').filter((part) => part !== '');
    const [owner, name, ...more] = names.slice(prefix.length);
    if (owner === undefined || name === undefined || more.length > 0 || !startsWith(names, prefix)) {
      throw refuse('A GitHub URL ends after owner/name');
    }
    return githubAddress(owner, name, rules, refuse);
  }
  const origin = canonicalOrigin(url.href) ?? '';
  if (url.protocol === 'http:' && !(rules.allow ?? []).some((entry) => canonicalOrigin(entry) === origin)) {
    throw refuse('Plain http is not accepted, use https');
  }
  const name = names.at(-1) ?? '';
  const namespace = names.slice(0, -1).join('/') || new URL(origin).hostname;
  return { provider: 'GIT', url: `${origin}/${segments.join('/')}`, namespace, name };
}

/** `www.github.com` only redirects, and `git@` forms name a host, never the port or http of a test server. */
function isGithubAlias(url: URL, github: URL): boolean {
  return url.protocol === 'https:' && url.port === '' && url.hostname.replace(/^www\.|\.+$/g, '') === github.hostname;
}

function startsWith(names: readonly (string | null)[], prefix: readonly string[]): boolean {
  return prefix.every((part, index) => names[index] === part);
}

function githubAddress(owner: string, name: string, rules: AddressRules, refuse: Refusal): RepositoryAddress {
  if (!githubOwner.test(owner) || !githubName.test(name)) {
    throw refuse('This is not the owner/name of a GitHub repository');
  }
  const base = canonicalBase(rules.githubUrl);
  return { provider: 'GITHUB', url: `${base}/${owner}/${name}`.toLowerCase(), namespace: owner, name };
}

function canonicalBase(githubUrl: string): string {
  const url = new URL(githubUrl);
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function withoutEnding(path: string): string {
  return path.replace(/\/+$/, '').replace(/(?:\.git)+$/i, '');
}

/**
 * The decoded segment, or null when it is empty, climbs (`..`), hides a slash, or holds what no repository's name does.
 */
function readableSegment(segment: string): string | null {
  try {
    const name = decodeURIComponent(segment);
    const fits = /^[\p{L}\p{N}\p{M}._~+@ -]+$/u.test(name) && !/^\.{1,2}$/.test(name) && !name.startsWith('-');
    return fits ? name : null;
  } catch {
    return null;
  }
}

async function localAddress(text: string, rules: AddressRules, refuse: Refusal): Promise<RepositoryAddress> {
  if (!rules.allowLocal) {
    throw refuse('Folders of this machine are not accepted here');
  }
  const path = /^file:/i.test(text) ? filePath(text) : text;
  if (path === null || path.split('/').includes('..')) {
    throw refuse('This is not the absolute path of a folder on this machine');
  }
  const real = await realpath(path).catch(() => null);
  if (real === null || !(await stat(real).catch(() => null))?.isDirectory()) {
    throw refuse('There is no such folder on this machine');
  }
  const folder = basename(real) === '.git' ? dirname(real) : real;
  if (folder === '/' || /\p{Cc}/u.test(folder)) {
    throw refuse('This folder cannot be a repository');
  }
  for (const place of rules.forbidden ?? []) {
    if (isWithin(folder, await realpath(place).catch(() => place))) {
      throw refuse('Folders of this program itself cannot be connected');
    }
  }
  const parent = basename(dirname(folder));
  return { provider: 'LOCAL', url: folder, namespace: parent || '/', name: withoutEnding(basename(folder)) };
}

function filePath(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^file:\/\/(localhost)?\//i.test(text) || url.search !== '' || url.hash !== '') {
    return null;
  }
  try {
    // The URL parser resolves `..` silently, so what was written is looked at, not what it became.
    return /(^|\/)(\.|%2e){2}(\/|$)/i.test(text) ? null : fileURLToPath(url);
  } catch {
    return null;
  }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}
