import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { git, makeRepository, publish, serveGit } from './git-server.ts';
import type { Reply } from './github-description.ts';
import type { FakePullRequest, FakeRepository, FakeUser } from './github-objects.ts';
import * as shape from './github-objects.ts';

interface FakeToken {
  readonly user: FakeUser;
  /** Null for a fine-grained one. */
  readonly scopes: readonly string[] | null;
  /** Whether a fine-grained token may write what its owner may. */
  readonly mayWrite: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as it reached the fake. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

const documentation = 'https://docs.github.com/rest';

/** A small GitHub on a free port of this machine: REST API, OAuth web flow and git over HTTP, with its faults. */
export class FakeGitHub {
  origin = '';
  /** Where the OAuth application's browser is sent back to. */
  callbackUrl = 'http://127.0.0.1:1/auth/github/callback';
  readonly client = { id: 'Iv1.test', secret: 'client-secret-of-the-test' };
  /** Who sits at the browser that opens the authorisation page; nobody presses Cancel. */
  atBrowser: FakeUser | null = null;
  /** How the next requests to the API are refused. */
  limit: 'primary' | 'secondary' | 'sso' | null = null;
  /** Requests to the API that are left; what has not changed costs none. */
  left = 5000;
  /** Told of each request that is held back. */
  onHeld: () => void = () => undefined;
  readonly seen: SeenRequest[] = [];
  readonly replies: Reply[] = [];
  /** Every token there ever was. */
  readonly tokens: string[] = [];
  readonly #folder: string;
  readonly #tokens = new Map<string, FakeToken>();
  readonly #codes = new Map<string, FakeUser>();
  readonly repositories: FakeRepository[] = [];
  readonly #renamed = new Map<string, FakeRepository>();
  readonly #pulls = new Map<FakeRepository, FakePullRequest[]>();
  #fault: { readonly request: RegExp; readonly status: number } | null = null;
  #hold: { readonly request: RegExp; readonly until: Promise<unknown> } | null = null;
  #onGone: () => void = () => undefined;
  #nextId = 1000;
  readonly #server = createServer((request, response) => {
    this.#handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<FakeGitHub> {
    const fake = new FakeGitHub(await mkdtemp(join(tmpdir(), 'fake-github-')));
    await new Promise<void>((listening) => fake.#server.listen(0, '127.0.0.1', listening));
    const bound = fake.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    fake.origin = `http://127.0.0.1:${bound.port}`;
    return fake;
  }

  get apiUrl(): string {
    return `${this.origin}/api/v3`;
  }

  /** Settings of a server that uses this GitHub. */
  get settings(): Record<string, string> {
    const { id, secret } = this.client;
    return { GITHUB_URL: this.origin, GITHUB_API_URL: this.apiUrl, GITHUB_CLIENT_ID: id, GITHUB_CLIENT_SECRET: secret };
  }

  addUser(
    login: string,
    { email = `${login}@example.com`, verified = true, name = null as string | null } = {},
  ): FakeUser {
    this.#nextId += 1;
    const spare = { email: `spare-${login}@example.com`, primary: false, verified: true };
    const user = { id: this.#nextId, login, name, emails: [spare, { email, primary: true, verified }] };
    return user;
  }

  /** A token of a user; without scopes a fine-grained one. */
  addToken(
    user: FakeUser,
    options: { scopes?: readonly string[] | null; mayWrite?: boolean; token?: string } = {},
  ): string {
    const { scopes = ['repo', 'user:email'], mayWrite = true } = options;
    const random = randomBytes(18).toString('hex');
    const token = options.token ?? (scopes === null ? `github_pat_${random}` : `ghp_${random}`);
    this.#tokens.set(token, { user, scopes, mayWrite });
    this.tokens.push(token);
    return token;
  }

  revoke(token: string): void {
    this.#tokens.delete(token);
  }

  /** Makes a repository; one without files is empty. */
  async addRepository(
    owner: FakeUser,
    name: string,
    files: Record<string, string>,
    options: Partial<Pick<FakeRepository, 'isPrivate' | 'isArchived' | 'rights'>> = {},
  ): Promise<FakeRepository> {
    this.#nextId += 1;
    const isEmpty = Object.keys(files).length === 0;
    const work = await mkdtemp(join(this.#folder, 'work-'));
    if (isEmpty) await git(work, 'init', '--quiet', '--initial-branch=main');
    else await makeRepository(work, files);
    await publish(work, this.#folder, `${owner.login}/${name}`.toLowerCase());
    const { isPrivate = false, isArchived = false, rights = {} } = options;
    const repository = {
      id: this.#nextId,
      owner,
      name,
      isPrivate,
      isArchived,
      defaultBranch: 'main',
      size: isEmpty ? 0 : 1,
      rights: { [owner.login]: 'push' as const, ...rights },
    };
    this.repositories.push(repository);
    return repository;
  }

  /** Makes repositories that are only listed: nothing is in them. */
  addListed(owner: FakeUser, count: number, options: Partial<FakeRepository> = {}): FakeRepository[] {
    return Array.from({ length: count }, (_, index) => {
      this.#nextId += 1;
      const repository = {
        id: this.#nextId,
        owner,
        name: `listed-${index}`,
        isPrivate: false,
        isArchived: false,
        defaultBranch: 'main',
        size: 1,
        rights: { [owner.login]: 'push' as const },
        ...options,
      };
      this.repositories.push(repository);
      return repository;
    });
  }

  /** Changes what GitHub says of a repository; what is in it stays under its old name. */
  alter(repository: FakeRepository, changes: Partial<FakeRepository>): void {
    Object.assign(repository, changes);
  }

  remove(repository: FakeRepository): void {
    this.repositories.splice(this.repositories.indexOf(repository), 1);
  }

  /** The body of a webhook about a repository. */
  payload(event: string, repository: FakeRepository, more: object): object {
    const sender = shape.simpleUser(this.apiUrl, this.origin, repository.owner);
    return { ...more, repository: shape.webhookRepository(this.apiUrl, this.origin, repository, event), sender };
  }

  /** The same about a pull request. */
  pullPayload(action: string, repository: FakeRepository, number: number, merged = false): object {
    const pull = this.pulls(repository).find((one) => one.number === number);
    if (pull === undefined) throw new Error(`no pull request ${number}`);
    const body = shape.pullRequest(this.apiUrl, this.origin, repository, pull);
    return this.payload('pull_request', repository, { action, number, pull_request: { ...body, merged } });
  }

  /** Lets an old name lead to a repository by a redirect. */
  rename(oldName: string, repository: FakeRepository): void {
    this.#renamed.set(oldName.toLowerCase(), repository);
  }

  /** Answers the next request that fits with a status, once. */
  failOnce(request: RegExp, status: number): void {
    this.#fault = { request, status };
  }

  /** Holds requests that fit back until the promise is settled. */
  holdUntil(request: RegExp, until: Promise<unknown>): void {
    this.#hold = { request, until };
  }

  /** Resolves when the next caller hangs up without having got its answer. */
  nextGone(): Promise<void> {
    return new Promise((gone) => {
      this.#onGone = gone;
    });
  }

  pulls(repository: FakeRepository): readonly FakePullRequest[] {
    return this.#pulls.get(repository) ?? [];
  }

  /** Runs git in the bare repository. */
  git(repository: FakeRepository, ...args: string[]): Promise<string> {
    return git(this.#bare(repository), ...args);
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
    await rm(this.#folder, { recursive: true, force: true });
  }

  #bare({ owner, name }: FakeRepository): string {
    return join(this.#folder, `${owner.login}/${name}.git`.toLowerCase());
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const method = request.method ?? 'GET';
    this.seen.push({ method, path: url.pathname + url.search, authorization: request.headers.authorization });
    const line = `${method} ${url.pathname}${url.search}`;
    response.once('close', () => {
      if (!response.writableFinished) this.#onGone();
    });
    if (this.#hold?.request.test(line) === true) {
      this.onHeld();
      await this.#hold.until;
    }
    if (this.#fault?.request.test(line) === true) {
      const { status } = this.#fault;
      this.#fault = null;
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"message":"Server Error"}');
    } else if (url.pathname.startsWith('/api/v3/')) {
      await this.#answerApi(request, response, url);
    } else if (url.pathname === '/login/oauth/authorize') {
      this.#authorize(response, url);
    } else if (url.pathname === '/login/oauth/access_token') {
      const body: unknown = JSON.parse(await textOf(request));
      response
        .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify(this.#exchange(body)));
    } else {
      this.#answerGit(request, response, url);
    }
  }

  #authorize(response: ServerResponse, url: URL): void {
    const back = new URL(this.callbackUrl);
    back.searchParams.set('state', url.searchParams.get('state') ?? '');
    if (url.searchParams.get('client_id') !== this.client.id) {
      response.writeHead(404).end('Not Found');
      return;
    }
    if (this.atBrowser === null) back.searchParams.set('error', 'access_denied');
    else {
      const code = randomBytes(10).toString('hex');
      this.#codes.set(code, this.atBrowser);
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  /** GitHub says no with status 200. */
  #exchange(body: unknown): object {
    const asked = z.object({ client_id: z.string(), client_secret: z.string(), code: z.string() }).parse(body);
    const refuse = (error: string) => ({ error, error_description: `No: ${error}.`, error_uri: documentation });
    if (asked.client_id !== this.client.id || asked.client_secret !== this.client.secret) {
      return refuse('incorrect_client_credentials');
    }
    const user = this.#codes.get(asked.code);
    this.#codes.delete(asked.code);
    if (user === undefined) return refuse('bad_verification_code');
    const token = this.addToken(user, { token: `gho_${randomBytes(18).toString('hex')}` });
    return { access_token: token, scope: 'repo,user:email', token_type: 'bearer' };
  }

  #answerGit(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const [, owner = '', name = ''] = /^\/([^/]+)\/([^/]+?)(?:\.git)?\//.exec(url.pathname) ?? [];
    const repository = this.#find(owner, name);
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const [, password] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString().split(':');
    const token = this.#tokens.get(password ?? '');
    const wantsPush = `${url.pathname}${url.search}`.includes('git-receive-pack');
    // A bad token is refused even for what is public.
    if ((password !== undefined && token === undefined) || (wantsPush && token === undefined)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end('Bad credentials');
    } else if (repository === undefined || this.#rightOf(repository, token) === 'none') {
      response
        .writeHead(token === undefined ? 401 : 404, { 'www-authenticate': 'Basic realm="GitHub"' })
        .end('Not Found');
    } else if (wantsPush && !this.#mayWrite(repository, token)) {
      response.writeHead(403).end('Write access to repository not granted.');
    } else {
      serveGit(this.#folder, url, request, response, { mayPush: wantsPush });
    }
  }

  #find(owner: string, name: string): FakeRepository | undefined {
    const wanted = `${owner}/${name}`.toLowerCase();
    return this.repositories.find((one) => `${one.owner.login}/${one.name}`.toLowerCase() === wanted);
  }

  #rightOf({ isPrivate, rights }: FakeRepository, token: FakeToken | undefined): 'push' | 'pull' | 'none' {
    const mine = token === undefined ? undefined : rights[token.user.login];
    const mayReadPrivate = token !== undefined && (token.scopes === null || token.scopes.includes('repo'));
    if (isPrivate && !mayReadPrivate) return 'none';
    return mine ?? (isPrivate ? 'none' : 'pull');
  }

  #mayWrite(repository: FakeRepository, token: FakeToken | undefined): boolean {
    if (token === undefined || repository.isArchived || this.#rightOf(repository, token) !== 'push') return false;
    if (token.scopes === null) return token.mayWrite;
    return token.scopes.includes('repo') || (!repository.isPrivate && token.scopes.includes('public_repo'));
  }

  async #answerApi(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname.slice('/api/v3'.length);
    const method = request.method ?? 'GET';
    const given = /^(?:Bearer|token) (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const token = this.#tokens.get(given ?? '');
    const reset = String(Math.floor(Date.now() / 1000) + 1200);
    const remaining = () => (this.limit === 'primary' ? '0' : String(Math.max(0, this.left)));
    const exhausted = this.left <= 0;
    const headers: Record<string, string> = {
      'x-ratelimit-limit': '5000',
      'x-ratelimit-reset': reset,
      'x-ratelimit-used': '1',
      'x-ratelimit-resource': 'core',
      'x-github-request-id': `C0DE:${this.seen.length}`,
      ...(token !== undefined && token.scopes !== null && { 'x-oauth-scopes': token.scopes.join(', ') }),
    };
    const body = method === 'GET' ? '' : await textOf(request);
    const answer = this.#refusal(given, token, exhausted) ?? (await this.#route(method, path, url, token, body));
    const text = answer.body === null ? '' : JSON.stringify(answer.body);
    const etag = `"${createHash('sha256').update(text).digest('hex')}"`;
    const isKnown = method === 'GET' && answer.status === 200 && request.headers['if-none-match'] === etag;
    this.replies.push({ method, path, status: isKnown ? 304 : answer.status, body: isKnown ? null : answer.body });
    if (!isKnown && answer.status < 400) this.left -= 1;
    headers['x-ratelimit-remaining'] = remaining();
    if (method === 'GET' && answer.status === 200) headers.etag = etag;
    const type = { 'content-type': 'application/json; charset=utf-8' };
    response.writeHead(isKnown ? 304 : answer.status, { ...headers, ...(isKnown ? {} : type), ...answer.headers });
    response.end(isKnown ? undefined : text);
  }

  #refusal(given: string | undefined, token: FakeToken | undefined, exhausted: boolean): Answer | null {
    const error = (status: number, message: string, headers = {}): Answer => ({
      status,
      body: { message, documentation_url: documentation, status: String(status) },
      headers,
    });
    if (this.limit === 'primary' || exhausted) return error(403, 'API rate limit exceeded for user ID 1.');
    if (this.limit === 'secondary') {
      return error(429, 'You have exceeded a secondary rate limit.', { 'retry-after': '60' });
    }
    if (this.limit === 'sso') {
      const url = `${this.origin}/orgs/x/sso?authorization_request=1`;
      const message = 'Resource protected by organization SAML enforcement. You must grant your token access.';
      return error(403, message, { 'x-github-sso': `required; url=${url}` });
    }
    return given !== undefined && token === undefined ? error(401, 'Bad credentials') : null;
  }

  async #route(method: string, path: string, url: URL, token: FakeToken | undefined, body: string): Promise<Answer> {
    const [api, web] = [this.apiUrl, this.origin];
    const [, root, ...parts] = path.split('/').map(decodeURIComponent);
    if (root === 'user') return this.#answerUser(method, parts, url, token);
    if (root === 'search' && parts[0] === 'repositories') return this.#answerSearch(url, token);
    const [owner = '', name = '', ...rest] = parts;
    const moved = this.#renamed.get(`${owner}/${name}`.toLowerCase());
    if (root === 'repos' && moved !== undefined) {
      const location = `${api}/repositories/${moved.id}`;
      return {
        status: 301,
        body: { message: 'Moved Permanently', url: location, documentation_url: documentation },
        headers: { location },
      };
    }
    const byId = root === 'repositories' ? this.repositories.find(({ id }) => String(id) === owner) : undefined;
    const repository = byId ?? (root === 'repos' ? this.#find(owner, name) : undefined);
    const right = repository === undefined ? 'none' : this.#rightOf(repository, token);
    if (repository === undefined || right === 'none') return notFound();
    if (rest.length === 0) {
      return { status: 200, body: shape.fullRepository(api, web, repository, token === undefined ? null : right) };
    }
    const [what, ...more] = rest;
    if (what === 'branches' && method === 'GET') return this.#answerBranches(repository, more.join('/'), url);
    if (what === 'git' && more[0] === 'ref') return this.#answerRef(repository, more.slice(1).join('/'));
    if (what === 'git' && more[0] === 'refs' && method === 'POST') return this.#makeRef(repository, token, body);
    if (what === 'pulls') return this.#answerPulls(method, repository, more[0], url, token, body);
    return notFound();
  }

  /** Words in a name or description; of the qualifiers only those of stars and visibility. */
  #answerSearch(url: URL, token: FakeToken | undefined): Answer {
    const query = url.searchParams.get('q') ?? '';
    const least = Number(/\bstars:>=(\d+)/.exec(query)?.[1] ?? 0);
    const words = [...query.replaceAll(/\S+:\S+/g, '').matchAll(/"([^"]+)"|(\S+)/g)].map(([, quoted, bare]) =>
      (quoted ?? bare ?? '').toLowerCase(),
    );
    const found = this.repositories
      .filter((one) => {
        const text = `${one.name} ${one.description ?? ''}`.toLowerCase();
        const isSeen = this.#rightOf(one, token) !== 'none' && !(one.isPrivate && query.includes('is:public'));
        return isSeen && (one.stars ?? 0) >= least && words.every((word) => text.includes(word));
      })
      .sort((one, other) => (other.stars ?? 0) - (one.stars ?? 0));
    const items = found
      .slice(0, Number(url.searchParams.get('per_page') ?? 30))
      .map((one) => ({ ...shape.repository(this.apiUrl, this.origin, one, null), score: 1 }));
    return { status: 200, body: { total_count: found.length, incomplete_results: false, items } };
  }

  #answerUser(method: string, [what]: readonly string[], url: URL, token: FakeToken | undefined): Answer {
    const [api, web] = [this.apiUrl, this.origin];
    if (method !== 'GET') return notFound();
    if (token === undefined) return basic(401, 'Requires authentication');
    if (what === undefined) return { status: 200, body: shape.privateUser(api, web, token.user) };
    if (what === 'emails') {
      const mayRead = token.scopes?.some((scope) => scope === 'user:email' || scope === 'user') ?? token.mayWrite;
      if (!mayRead) return notFound();
      return {
        status: 200,
        body: token.user.emails.map((one) => ({ ...one, visibility: one.primary ? 'private' : null })),
      };
    }
    if (what !== 'repos') return notFound();
    const mine = this.repositories
      .filter((one) => token.user.login in one.rights && this.#rightOf(one, token) !== 'none')
      .sort((one, other) => one.id - other.id);
    return page(mine, url, (one) =>
      shape.repository(api, web, one, this.#rightOf(one, token) === 'push' ? 'push' : 'pull'),
    );
  }

  async #answerBranches(repository: FakeRepository, branch: string, url: URL): Promise<Answer> {
    if (branch !== '') {
      const sha = await this.#shaOf(repository, `refs/heads/${branch}`);
      if (sha === null) return basic(404, 'Branch not found');
      return { status: 200, body: shape.branchDetail(this.apiUrl, this.origin, repository, branch, sha) };
    }
    const listing = await this.git(
      repository,
      'for-each-ref',
      '--format=%(refname:lstrip=2) %(objectname)',
      'refs/heads',
    );
    const branches = listing
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '));
    return page(
      branches.map(([one = '', sha = '']) => shape.branchSummary(this.apiUrl, repository, one, sha)),
      url,
    );
  }

  async #answerRef(repository: FakeRepository, name: string): Promise<Answer> {
    const sha = await this.#shaOf(repository, `refs/${name}`);
    return sha === null
      ? notFound()
      : { status: 200, body: shape.reference(this.apiUrl, repository, `refs/${name}`, sha) };
  }

  async #makeRef(repository: FakeRepository, token: FakeToken | undefined, body: string): Promise<Answer> {
    if (!this.#mayWrite(repository, token)) return basic(403, 'Resource not accessible by personal access token');
    const { ref, sha } = z.object({ ref: z.string(), sha: z.string() }).parse(JSON.parse(body));
    if ((await this.#shaOf(repository, ref)) !== null) return invalid('Reference already exists');
    await this.git(repository, 'update-ref', ref, sha);
    return { status: 201, body: shape.reference(this.apiUrl, repository, ref, sha) };
  }

  async #answerPulls(
    method: string,
    repository: FakeRepository,
    number: string | undefined,
    url: URL,
    token: FakeToken | undefined,
    body: string,
  ): Promise<Answer> {
    const [api, web] = [this.apiUrl, this.origin];
    const pulls = this.#pulls.get(repository) ?? [];
    if (number !== undefined) {
      const pull = pulls.find((one) => String(one.number) === number);
      return pull === undefined ? notFound() : { status: 200, body: shape.pullRequest(api, web, repository, pull) };
    }
    if (method === 'GET') {
      const [state, head] = [url.searchParams.get('state') ?? 'open', url.searchParams.get('head')];
      const found = pulls.filter(
        (one) =>
          (state === 'all' || one.state === state) &&
          (head === null || head === `${repository.owner.login}:${one.head.branch}`),
      );
      return page(
        found.map((one) => shape.pullRequestSimple(api, web, repository, one)),
        url,
      );
    }
    const right = token === undefined ? 'none' : this.#mayWrite(repository, token);
    if (token === undefined || right !== true) return basic(403, 'Resource not accessible by personal access token');
    const wanted = z
      .object({ title: z.string().min(1), head: z.string(), base: z.string(), body: z.string().optional() })
      .parse(JSON.parse(body));
    const [headSha, baseSha] = await Promise.all([
      this.#shaOf(repository, `refs/heads/${wanted.head}`),
      this.#shaOf(repository, `refs/heads/${wanted.base}`),
    ]);
    if (headSha === null || baseSha === null) return invalid('Validation Failed');
    if (pulls.some((one) => one.state === 'open' && one.head.branch === wanted.head)) {
      return invalid(`A pull request already exists for ${repository.owner.login}:${wanted.head}.`);
    }
    const pull: FakePullRequest = {
      number: pulls.length + 1,
      title: wanted.title,
      body: wanted.body ?? null,
      head: { branch: wanted.head, sha: headSha },
      base: { branch: wanted.base, sha: baseSha },
      author: token.user,
      state: 'open',
    };
    this.#pulls.set(repository, [...pulls, pull]);
    return { status: 201, body: shape.pullRequest(api, web, repository, pull) };
  }

  #shaOf(repository: FakeRepository, ref: string): Promise<string | null> {
    return this.git(repository, 'rev-parse', '--verify', '--quiet', ref).catch(() => null);
  }
}

function basic(status: number, message: string): Answer {
  return { status, body: { message, documentation_url: documentation, status: String(status) } };
}

function notFound(): Answer {
  return basic(404, 'Not Found');
}

function invalid(message: string): Answer {
  const errors = [{ resource: 'PullRequest', code: 'custom', message }];
  return {
    status: 422,
    body: { message: 'Validation Failed', errors, documentation_url: documentation, status: '422' },
  };
}

/** One page of a list, with the links to the others. */
function page<Item>(bodies: readonly Item[], url: URL, shown: (item: Item) => unknown = (item) => item): Answer {
  const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30));
  const number = Number(url.searchParams.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(bodies.length / size));
  const link = (to: number, relation: string) => {
    const target = new URL(url);
    target.searchParams.set('page', String(to));
    return `<${target.href}>; rel="${relation}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev'), link(1, 'first')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
  ];
  const body = bodies.slice((number - 1) * size, number * size).map(shown);
  return { status: 200, body, ...(links.length > 0 && { headers: { link: links.join(', ') } }) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
