import { execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface GitServer {
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  /** The Authorization headers that came, in order. */
  readonly authorizations: (string | undefined)[];
  /** Resolves once a stalled answer has sent its first bytes and stopped. */
  readonly stalled: Promise<void>;
  close(): Promise<void>;
}

export interface GitServerBehaviour {
  /** Folder of bare repositories: `owner/name` is served from `owner/name.git`, in any case of letters. */
  readonly folder: string;
  /** Exact Authorization header that `private/…` repositories want. */
  readonly authorization?: string;
  /** Path prefix to redirect, and where to. */
  readonly redirects?: Readonly<Record<string, string>>;
  /** Answers to requests under a path prefix: nothing at all, a status, or the pack's first bytes and then nothing. */
  readonly faults?: Readonly<Record<string, 'silent' | 'stall' | number>>;
}

/**
 * A real git server over HTTP on a free port of this machine (`git http-backend`), with the faults that are asked for.
 */
export async function startGitServer(behaviour: GitServerBehaviour): Promise<GitServer> {
  const authorizations: (string | undefined)[] = [];
  const stalled = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    answer(behaviour, request, response, stalled.resolve);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') {
    throw new Error('The git server has no port');
  }
  return {
    origin: `http://127.0.0.1:${bound.port}`,
    authorizations,
    stalled: stalled.promise,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** Commits files to a new repository and answers the commit. Names that end in `/` are not supported. */
export async function makeRepository(folder: string, files: Readonly<Record<string, string | Uint8Array>>) {
  await mkdir(folder, { recursive: true });
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  return commitFiles(folder, files);
}

/** Adds a commit to a repository of makeRepository and answers its id. */
export async function commitFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'Change');
  return git(folder, 'rev-parse', 'HEAD');
}

/** Publishes a repository under a server's folder, as `owner/name.git`. */
export async function publish(repository: string, folder: string, name: string): Promise<void> {
  await run('git', ['clone', '--quiet', '--bare', '--', repository, join(folder, `${name}.git`)], { env: environment });
}

/** Runs git as an ordinary developer would, in a folder; answers its trimmed output. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const running = run('git', args, { cwd: folder, env: environment });
  running.child.stdin?.end();
  return (await running).stdout.trim();
}

const environment = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  HOME: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
};

function answer(
  behaviour: GitServerBehaviour,
  request: IncomingMessage,
  response: ServerResponse,
  onStall: () => void,
): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, fault] = Object.entries(behaviour.faults ?? {}).find(([prefix]) => url.pathname.startsWith(prefix)) ?? [];
  const target = Object.entries(behaviour.redirects ?? {}).find(([prefix]) => url.pathname.startsWith(prefix));
  if (target !== undefined) {
    const [prefix, to] = target;
    response.writeHead(301, { location: to + url.pathname.slice(prefix.length) + url.search }).end();
  } else if (url.pathname.startsWith('/private/') && request.headers.authorization !== behaviour.authorization) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('Sign in');
  } else if (typeof fault === 'number') {
    response.writeHead(fault).end();
  } else if (fault !== 'silent') {
    const stall = fault === 'stall' && url.pathname.endsWith('/git-upload-pack') ? onStall : undefined;
    serveGit(behaviour.folder, url, request, response, { onStall: stall });
  }
}

/** Answers one request for a bare repository under a folder; `mayPush` lets it be changed. */
export function serveGit(
  folder: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  { onStall, mayPush = false }: { onStall?: (() => void) | undefined; mayPush?: boolean } = {},
): void {
  const [, path = '', rest = ''] =
    /^(\/.+?)(?:\.git)?(\/(?:info\/refs|git-(?:upload|receive)-pack|HEAD|objects\/.*))$/.exec(url.pathname) ?? [];
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...environment,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_1: 'http.receivepack',
      GIT_CONFIG_VALUE_1: String(mayPush),
      GIT_CONFIG_KEY_0: 'uploadpack.allowAnySHA1InWant',
      GIT_CONFIG_VALUE_0: 'true',
      PATH_INFO: `${path.toLowerCase()}.git${rest}`,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(backend.stdin);
  backend.stdin.on('error', () => undefined);
  response.on('close', () => backend.kill());
  let head: Buffer | undefined = Buffer.alloc(0);
  let sent = 0;
  backend.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      send(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end >= 0) {
      writeHead(response, head.subarray(0, end).toString('latin1'));
      const body = head.subarray(end + 4);
      head = undefined;
      send(body);
    }
  });
  backend.stdout.on('end', () => {
    if (onStall === undefined || sent < stallAfterBytes) {
      response.end();
    }
  });
  function send(chunk: Buffer): void {
    const isStalled = onStall !== undefined && sent >= stallAfterBytes;
    sent += chunk.length;
    if (!isStalled) {
      response.write(chunk, () => {
        if (onStall !== undefined && sent >= stallAfterBytes) {
          onStall();
        }
      });
    }
  }
}

/** More than any answer but a pack. */
const stallAfterBytes = 1024 * 1024;

function writeHead(response: ServerResponse, head: string): void {
  let status = 200;
  for (const line of head.split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+): *(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === 'status') {
      status = Number.parseInt(value, 10);
    } else if (name !== '') {
      response.setHeader(name, value);
    }
  }
  response.writeHead(status);
}
