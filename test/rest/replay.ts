import { expect } from 'vitest';
import { z } from 'zod';
import { signAccessToken } from '../../src/auth/tokens.ts';
import { createDialects } from '../../src/rest/dialects.ts';
import type { TestApp } from '../app.ts';
import { type Caller, newCaller } from '../story.ts';

/** A request as a script would make it. */
export interface Asked {
  /** Sent as Bearer. */
  readonly token?: string;
  readonly json?: unknown;
  readonly form?: Record<string, string>;
  readonly multipart?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed JSON; undefined when there is no body. */
  readonly body: unknown;
}

/** Makes a request; redirects are not followed. `line` is the method and the path with its query. */
export async function call({ url }: Pick<TestApp, 'url'>, line: string, asked: Asked = {}): Promise<Reply> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const response = await fetch(`${url}${path}`, { method, redirect: 'manual', ...requestOf(asked) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const body: unknown = text === '' ? undefined : isJson ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, text, body };
}

function requestOf({ token, json, form, multipart, headers = {} }: Asked): RequestInit {
  const all = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers };
  if (json !== undefined) {
    return { headers: { 'content-type': 'application/json', ...all }, body: JSON.stringify(json) };
  }
  if (form !== undefined) return { headers: all, body: new URLSearchParams(form) };
  if (multipart === undefined) return { headers: all };
  const parts = new FormData();
  for (const [name, value] of Object.entries(multipart)) parts.append(name, value);
  return { headers: all, body: parts };
}

/**
 * Replays a documented request. The reply has the row's status, the headers of every reply, and exactly the fields the
 * row declares: none is missing, of another type or undeclared. `documented` says the same in the test's own words.
 */
export async function replay<Documented>(
  app: TestApp,
  row: string,
  documented: z.ZodType<Documented>,
  { path, ...asked }: Asked & { readonly path?: string } = {},
): Promise<Documented> {
  const [method = '', template = ''] = row.split(' ');
  const declared = rowOf(app, method, template);
  const reply = await call(app, `${method} ${path ?? template}`, asked);
  expect(reply.status, reply.text).toBe(declared.status);
  expectHeaders(reply);
  if (declared.response === undefined) expect(reply.text).toBe('');
  else expect(declared.response.parse(reply.body)).toEqual(reply.body);
  return documented.parse(reply.body);
}

function rowOf({ config }: TestApp, method: string, path: string) {
  const rows = createDialects(config).flatMap((dialect) => dialect.rows);
  const found = rows.find((row) => row.method === method && row.path === path);
  if (found === undefined) throw new Error(`no row ${method} ${path}`);
  return found;
}

function expectHeaders({ headers, text }: Reply): void {
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-request-id')).toMatch(/\S/);
  if (text !== '') expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
}

/** A token of the caller's session that has run out. */
export async function expiredToken({ app }: TestApp, caller: Caller): Promise<string> {
  const user = await app.database.prisma.user.findUniqueOrThrow({ where: { id: caller.userId } });
  const session = await app.database.prisma.session.findFirstOrThrow({ where: { userId: user.id } });
  return (await signAccessToken(app, user, { ...session, accessTokenSeconds: -1 })).token;
}

/** A caller's new API key. */
export async function apiKeyOf(caller: Caller): Promise<string> {
  const made = z.object({ key: z.string() });
  return (await caller.get(made, `mutation { r: createApiKey(name: "scripts") { ... on NewApiKey { key } } }`)).key;
}

/** Somebody new whose email and username are known. */
export async function newAccount(app: TestApp, role: 'USER' | 'ADMIN' | 'VIEWER' = 'USER') {
  const caller = await newCaller(app, role);
  const { email, username } = await app.app.database.prisma.user.findUniqueOrThrow({ where: { id: caller.userId } });
  return { ...caller, email, username, password: 'correct horse battery' };
}
