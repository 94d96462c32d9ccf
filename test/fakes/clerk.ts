import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

type Algorithm = 'RS256' | 'ES256';

/** A pair of keys that Clerk signs with. */
export interface ClerkKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly privateKey: CryptoKey;
  /** As the key set publishes it. */
  readonly jwk: JWK;
  /** As CLERK_JWT_KEY takes it. */
  readonly pem: string;
}

/** A user as the Backend API shows them. */
export interface ClerkUser {
  readonly id: string;
  readonly object: 'user';
  readonly username: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly image_url: string;
  readonly has_image: boolean;
  readonly primary_email_address_id: string | null;
  readonly email_addresses: readonly {
    readonly id: string;
    readonly object: 'email_address';
    readonly email_address: string;
    readonly verification: { readonly status: 'verified' | 'unverified'; readonly strategy: string } | null;
  }[];
  readonly banned: boolean;
  readonly locked: boolean;
  readonly created_at: number;
  readonly updated_at: number;
}

/** What a test says of a new user. */
export interface NewClerkUser {
  readonly email?: string | null;
  readonly verified?: boolean;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly username?: string | null;
  readonly imageUrl?: string;
  readonly banned?: boolean;
}

/** How a token departs from an ordinary one; a claim that is null is left out. */
export interface Departure {
  readonly key?: ClerkKey;
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  /** Seconds from now at which it ends. */
  readonly seconds?: number;
}

/** Makes a pair of keys. */
export async function newClerkKey(algorithm: Algorithm = 'RS256'): Promise<ClerkKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const kid = `ins_${randomBytes(6).toString('hex')}`;
  const jwk = { ...(await exportJWK(publicKey)), use: 'sig', alg: algorithm, kid };
  return { kid, algorithm, privateKey, jwk, pem: await exportSPKI(publicKey) };
}

/** A small Clerk on a free port of this machine: its keys and its Backend API's users, with their faults. */
export class FakeClerk {
  origin = '';
  readonly secret = `sk_test_${randomBytes(20).toString('hex')}`;
  /** `down`: connections break. `hanging`: nothing is answered. `failing`: 500. `garbled`: 200 and no JSON. */
  state: 'up' | 'down' | 'hanging' | 'failing' | 'garbled' = 'up';
  /** Lets the next request to the API be refused for coming too often. */
  limited = false;
  /** Paths that were asked for, in order. */
  readonly seen: string[] = [];
  readonly users = new Map<string, ClerkUser>();
  /** What is published; the first one signs. */
  keys: ClerkKey[] = [];
  readonly #server = createServer((request, response) => this.#handle(request, response));

  static async start(): Promise<FakeClerk> {
    const fake = new FakeClerk();
    fake.keys = [await newClerkKey()];
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    const bound = fake.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    fake.origin = `http://127.0.0.1:${bound.port}`;
    return fake;
  }

  /** Settings of a server that uses this Clerk. */
  get settings() {
    return {
      CLERK_ISSUER: this.origin,
      CLERK_JWKS_URL: `${this.origin}/.well-known/jwks.json`,
      CLERK_SECRET_KEY: this.secret,
      CLERK_API_URL: this.origin,
    };
  }

  /** The key it signs with. */
  get key(): ClerkKey {
    const [key] = this.keys;
    if (key === undefined) throw new Error('no key');
    return key;
  }

  /** Signs with a new key from now on, and publishes it alone. */
  async rotate(algorithm: Algorithm = 'RS256'): Promise<void> {
    this.keys = [await newClerkKey(algorithm)];
  }

  addUser(user: NewClerkUser = {}): ClerkUser {
    const name = randomUUID().slice(0, 8);
    const { email = `c${name}@example.com`, verified = true, firstName = 'Ada', lastName = 'Lovelace' } = user;
    const primary = `idn_${name}`;
    const verification = { status: verified ? 'verified' : 'unverified', strategy: 'email_code' } as const;
    const address = { object: 'email_address', verification } as const;
    const made: ClerkUser = {
      id: `user_${randomBytes(12).toString('hex')}`,
      object: 'user',
      username: user.username ?? null,
      first_name: firstName,
      last_name: lastName,
      image_url: user.imageUrl ?? `https://img.clerk.example/${name}`,
      has_image: true,
      primary_email_address_id: email === null ? null : primary,
      // The first address is not the primary one, so that who takes the first is found out.
      email_addresses: [
        { ...address, id: `idn_spare_${name}`, email_address: `spare-${name}@example.com` },
        ...(email === null ? [] : [{ ...address, id: primary, email_address: email }]),
      ],
      banned: user.banned ?? false,
      locked: false,
      created_at: Date.now(),
      updated_at: Date.now(),
    };
    this.users.set(made.id, made);
    return made;
  }

  /** A session token, as Clerk makes one for a minute. */
  token({ id }: Pick<ClerkUser, 'id'>, { key = this.key, header, claims = {}, seconds = 60 }: Departure = {}) {
    const now = Math.floor(Date.now() / 1000);
    const ordinary = {
      azp: 'http://localhost:3000',
      exp: now + seconds,
      fva: [0, -1],
      iat: now + Math.min(0, seconds - 60),
      iss: this.origin,
      nbf: now + Math.min(0, seconds - 60) - 10,
      sid: `sess_${randomBytes(8).toString('hex')}`,
      sts: 'active',
      sub: id,
      v: 2,
    };
    const all = Object.entries({ ...ordinary, ...claims }).filter(([, value]) => value !== null);
    const payload: JWTPayload = Object.fromEntries(all);
    const ordinaryHeader = { alg: key.algorithm, kid: key.kid, typ: 'JWT', cat: 'cl_B7d4PD111AAA' };
    return new SignJWT(payload).setProtectedHeader({ ...ordinaryHeader, ...header }).sign(key.privateKey);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    this.seen.push(path);
    const send = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    const refuse = (status: number, code: string, headers = {}) =>
      send(status, { errors: [{ message: code, long_message: code, code }], clerk_trace_id: randomUUID() }, headers);
    if (this.state === 'down') request.socket.destroy();
    else if (this.state === 'failing') refuse(500, 'internal_clerk_error');
    else if (this.state === 'garbled') response.writeHead(200, { 'content-type': 'application/json' }).end('<html>');
    else if (this.state === 'hanging') return;
    else if (path === '/.well-known/jwks.json') send(200, { keys: this.keys.map(({ jwk }) => jwk) });
    else if (request.headers.authorization !== `Bearer ${this.secret}`) refuse(401, 'authentication_invalid');
    else if (path === '/v1/jwks') send(200, { keys: this.keys.map(({ jwk }) => jwk) });
    else if (this.limited) {
      this.limited = false;
      refuse(429, 'too_many_requests', { 'retry-after': '17' });
    } else this.#sendUser(path, send, refuse);
  }

  #sendUser(
    path: string,
    send: (status: number, body: unknown) => unknown,
    refuse: (status: number, code: string) => unknown,
  ): void {
    const id = /^\/v1\/users\/([^/]+)$/.exec(path)?.[1];
    const user = this.users.get(decodeURIComponent(id ?? ''));
    if (user === undefined) refuse(404, 'resource_not_found');
    else send(200, user);
  }
}
