import { type GitAccess, runGit } from '../code/git/git-command.ts';
import { RepositoryError } from '../code/git/repository-error.ts';
import { AddressError, resolvePublicAddress } from '../platform/safe-address.ts';
import type { RepositoryAddress } from './repository-address.ts';

/**
 * Checks where a remote address leads and binds git to it: this protocol, these network addresses, this token.
 * Throws RepositoryError ADDRESS_NOT_ALLOWED or REPOSITORY_UNREACHABLE.
 */
export async function remoteAccess(
  address: RepositoryAddress,
  { allow, token, signal }: { allow: readonly string[]; token?: string | undefined; signal?: AbortSignal | undefined },
): Promise<GitAccess> {
  const url = new URL(address.url);
  const protocol = url.protocol === 'http:' ? 'http:' : 'https:';
  const port = url.port === '' ? undefined : Number(url.port);
  const checked = await checkedAddress(url.hostname, { allow, port, protocol, signal });
  // GitHub's name is the operator's choice; any other may belong to somebody who moves it after the check.
  if (address.provider === 'GIT' && !(await canPin())) {
    throw new RepositoryError('GIT_UNAVAILABLE', 'Repositories of this host need git 2.37 or newer on this server');
  }
  const addresses = checked.all.map((one) => (one.family === 6 ? `[${one.address}]` : one.address)).join(',');
  const config: [string, string][] = [];
  if (!url.hostname.startsWith('[')) {
    config.push(['http.curloptResolve', `${url.hostname}:${port ?? (protocol === 'http:' ? 80 : 443)}:${addresses}`]);
  }
  const secrets: string[] = [];
  if (token !== undefined) {
    const basic = Buffer.from(`x-access-token:${headerSafe(token)}`).toString('base64');
    config.push([`http.${url.origin}/.extraHeader`, `Authorization: Basic ${basic}`]);
    secrets.push(token, basic);
  }
  return { protocol: protocol === 'http:' ? 'http' : 'https', config, secrets };
}

async function checkedAddress(host: string, question: Parameters<typeof resolvePublicAddress>[1]) {
  try {
    return await resolvePublicAddress(host, question);
  } catch (error) {
    if (!(error instanceof AddressError)) {
      throw error;
    }
    const code = error.code === 'ADDRESS_NOT_ALLOWED' ? 'ADDRESS_NOT_ALLOWED' : 'REPOSITORY_UNREACHABLE';
    throw new RepositoryError(code, error.message, { retryable: error.retryable, cause: error });
  }
}

function headerSafe(token: string): string {
  if (!/^[\x21-\x7e]{1,1000}$/.test(token)) {
    throw new RepositoryError(
      'REPOSITORY_NOT_FOUND',
      'The access token of this account is not usable, connect it again',
    );
  }
  return token;
}

let knownCanPin: Promise<boolean> | undefined;

/** http.curloptResolve came with git 2.37; older ones ignore it. */
function canPin(): Promise<boolean> {
  knownCanPin ??= runGit(['version'], {}).then((text) => {
    const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(text)?.map(Number) ?? [];
    return major > 2 || (major === 2 && minor >= 37);
  });
  knownCanPin.catch(() => {
    knownCanPin = undefined;
  });
  return knownCanPin;
}
