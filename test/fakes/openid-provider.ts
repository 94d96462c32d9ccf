import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';

/** Who is signed in at the provider, as its claims say. */
export interface ProviderAccount {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly picture?: string;
}

/** A real OpenID provider on this machine, with somebody who signs in as a test says. */
export interface FakeProvider {
  readonly issuer: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** Who sits at the provider's sign-in page; null declines. */
  account: ProviderAccount | null;
  /**
   * `down`: every connection is broken. `failing`: the token address answers 500. `forging`: the
   * published keys are not those it signs with. */
  state: 'up' | 'down' | 'failing' | 'forging';
  /** Paths that were asked for since the last call. */
  requests(): string[];
  /** A browser that follows redirects at the provider, and gives the address it is sent back to. */
  browse(authorizationUrl: string): Promise<URL>;
  close(): Promise<void>;
}

export interface ProviderOptions {
  /** Where it may send browsers back to. */
  readonly redirectUris: string[];
  /** Whether the ID token carries the claims, as Google's does, or only the userinfo address gives them. */
  readonly claimsInToken?: boolean;
}

/** Starts the provider on a free port. PKCE is required. */
export async function openidProvider(options: ProviderOptions): Promise<FakeProvider> {
  const client = { id: 'millwright-test', secret: randomBytes(24).toString('base64url') };
  let handler: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  const seen: string[] = [];
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...otherKey } = await newKey();
  const otherKeys = JSON.stringify({ keys: [otherKey] });
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    seen.push(path);
    if (fake.state === 'down') request.socket.destroy();
    else if (fake.state === 'failing' && path === '/token') response.writeHead(500).end('out of order');
    else if (fake.state === 'forging' && path === '/jwks')
      response.setHeader('content-type', 'application/json').end(otherKeys);
    else handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const issuer = `http://127.0.0.1:${address.port}`;
  const fake: FakeProvider = {
    issuer,
    client,
    account: null,
    state: 'up',
    requests: () => seen.splice(0),
    browse: (url) => browse(url, issuer),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const signedIn = new Map<string, ProviderAccount>();
  const provider = new Provider(issuer, {
    ...configuration(client, signedIn, options),
    jwks: { keys: [await newKey()] },
  });
  const serve = provider.callback();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { account } = fake;
    if (account === null) return provider.interactionFinished(request, response, { error: 'access_denied' });
    signedIn.set(account.sub, account);
    return provider.interactionFinished(request, response, { login: { accountId: account.sub, remember: false } });
  };
  handler = (request, response) =>
    request.url?.startsWith('/interaction/') === true ? answer(request, response) : serve(request, response);
  return fake;
}

async function newKey() {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'only' };
}

function configuration(
  client: FakeProvider['client'],
  signedIn: ReadonlyMap<string, ProviderAccount>,
  options: ProviderOptions,
): Configuration {
  return {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: options.redirectUris,
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    cookies: { keys: [randomBytes(16).toString('hex')] },
    pkce: { required: () => true },
    conformIdTokenClaims: options.claimsInToken === false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => Promise.resolve({ ...signedIn.get(sub), sub }),
    }),
    // Nobody is asked whether this client may know them.
    async loadExistingGrant({ oidc }) {
      const [clientId, accountId] = [oidc.client?.clientId, oidc.session?.accountId];
      if (clientId === undefined || accountId === undefined) return undefined;
      const grant = new oidc.provider.Grant({ clientId, accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  };
}

async function browse(start: string, issuer: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  for (let steps = 0; url.origin === issuer; steps += 1) {
    if (steps > 10) throw new Error('the provider redirects without end');
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split(/=(.*)/s);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
    url = new URL(location, url);
  }
  return url;
}
