import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from 'graphql-ws';
import { expect } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import type { TestApp } from './app.ts';
import { makeScratch } from './scratch.ts';

/** The answer to a GraphQL request, as a client sees it. */
export const graphqlAnswer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.unknown()).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});
export type GraphqlAnswer = z.infer<typeof graphqlAnswer>;

/** A caller with a credential: speaks GraphQL over HTTP and over the socket. */
export interface Caller {
  readonly userId: string;
  readonly token: string;
  readonly refreshToken: string;
  /** Runs an operation and gives the whole answer. */
  ask(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<GraphqlAnswer>;
  /** Runs an operation that must succeed and gives one root field. */
  get<T>(form: z.ZodType<T>, query: string, variables?: Record<string, unknown>): Promise<T>;
  /** Subscribes over graphql-ws; the iterator's return() unsubscribes. */
  follow(query: string, variables?: Record<string, unknown>): AsyncIterableIterator<GraphqlAnswer, void>;
  close(): Promise<void>;
}

/** Asks without any credential, or with one that is not a Caller's. */
export async function ask(
  { url }: Pick<TestApp, 'url'>,
  query: string,
  variables: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<GraphqlAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return graphqlAnswer.parse(await response.json());
}

let people = 0;

/** Signs somebody new up. */
export async function newCaller(app: TestApp, role: 'USER' | 'ADMIN' | 'VIEWER' = 'USER'): Promise<Caller> {
  people += 1;
  const answer = await ask(
    app,
    `mutation ($input: SignUpInput!) { r: signUp(input: $input) {
      ... on Credentials { accessToken refreshToken user { databaseId } } ... on Error { message } } }`,
    { input: { email: `person${people}-${process.pid}@example.com`, password: 'correct horse battery' } },
  );
  const { r } = z
    .object({
      r: z.object({ accessToken: z.string(), refreshToken: z.string(), user: z.object({ databaseId: z.string() }) }),
    })
    .parse(answer.data);
  if (role !== 'USER') {
    await app.app.database.prisma.user.update({ where: { id: r.user.databaseId }, data: { role } });
  }
  return callerWith(app, { userId: r.user.databaseId, token: r.accessToken, refreshToken: r.refreshToken });
}

/** A caller with a credential at hand. */
export function callerWith(
  app: Pick<TestApp, 'url'>,
  { userId, token, refreshToken }: { userId: string; token: string; refreshToken: string },
): Caller {
  const client = createClient({
    url: `${app.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const caller: Caller = {
    userId,
    token,
    refreshToken,
    ask: (query, variables, headers) => ask(app, query, variables, { authorization: `Bearer ${token}`, ...headers }),
    async get(form, query, variables) {
      const answer = await caller.ask(query, variables);
      expect(answer.errors).toBeUndefined();
      return form.parse(Object.values(answer.data ?? {})[0]);
    },
    async *follow(query, variables) {
      for await (const result of client.iterate({ query, variables: variables ?? {} })) {
        yield graphqlAnswer.parse(JSON.parse(JSON.stringify(result)));
      }
    },
    async close() {
      await client.dispose();
    },
  };
  return caller;
}

/** A folder with these files, by default a git repository with one commit. */
export async function makeProject(files: Record<string, string>, { git = true } = {}): Promise<string> {
  const folder = await makeScratch('project');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  if (git) {
    await runGit(folder, 'init', '--quiet', '--initial-branch=main');
    await runGit(folder, 'add', '--all');
    await runGit(folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '-m', 'first');
  }
  return folder;
}

/** Runs git in a folder and gives what it prints. */
export async function runGit(folder: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)('git', ['-C', folder, ...args])).stdout;
}

/** A small TypeScript and Python project. */
export const smallProject = {
  'package.json': JSON.stringify({ name: 'small', version: '1.2.3', main: 'src/add.ts', scripts: { test: 'vitest' } }),
  'src/add.ts': '/** Adds two numbers. */\nexport function add(a: number, b: number): number {\n  return a + b;\n}\n',
  'src/bare.ts': "import { add } from './add.ts';\n\nexport const twice = (n: number): number => add(n, n);\n",
  'tool.py': 'def shout(text: str) -> str:\n    """Upper case with a bang."""\n    return text.upper() + "!"\n',
};
