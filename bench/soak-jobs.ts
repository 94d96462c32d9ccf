import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Mixed } from './mixed-work.ts';

const fixtures = new URL('../test/fixtures/cv-set/', import.meta.url);
const source = fileURLToPath(new URL('../src/items', import.meta.url));
/** Milliseconds between two jobs. */
const pause = 1000;

/** Jobs that are asked for one after the other, and how they ended so far. */
export interface RunningJobs {
  /** How many ended with which status. */
  readonly ended: () => Readonly<Record<string, number>>;
  /** Asks for no more, and resolves when the last one has ended. */
  close(): Promise<void>;
}

/**
 * Documents a small project whose files change each time and analyses CVs, in turn, as somebody does who waits for each
 * of them before the next.
 */
export async function startJobs(mixed: Mixed): Promise<RunningJobs> {
  const project = await makeProject();
  const askForCv = await cvAnalyses(mixed);
  const ended: Record<string, number> = {};
  const closing = Promise.withResolvers<void>();
  let isClosing = false;
  const work = async () => {
    for (let count = 0; !isClosing; count += 1) {
      const id = count % 2 === 0 ? await document(mixed, project, count) : await askForCv(count);
      const status = await endOf(mixed, id);
      ended[status] = (ended[status] ?? 0) + 1;
      await Promise.race([closing.promise, new Promise((resolve) => setTimeout(resolve, pause))]);
    }
  };
  const working = work().catch((error: unknown) => {
    ended[String(error).slice(0, 200)] = 1;
  });
  return {
    ended: () => ended,
    async close() {
      isClosing = true;
      closing.resolve();
      await working;
      await rm(project, { recursive: true });
    },
  };
}

/** Outside the server's own folders, which it does not document. */
async function makeProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-project-'));
  await cp(source, join(folder, 'src'), { recursive: true });
  const git = (...words: string[]) => execFileSync('git', ['-C', folder, ...words]);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'user.name=bench', '-c', 'user.email=bench@example.com', 'commit', '--quiet', '-m', 'first');
  return folder;
}

const created = z.object({ data: z.object({ generateDocs: z.object({ databaseId: z.uuid() }) }) });

async function document({ url, token }: Mixed, address: string, count: number): Promise<string> {
  const name = `count${count}`;
  await writeFile(join(address, 'src', 'counting.ts'), `/** The ${count}th. */\nexport const ${name} = ${count};\n`);
  const query = `mutation ($input: GenerateDocsInput!) {
    generateDocs(input: $input) { ... on DocsJob { databaseId } ... on Error { message } } }`;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables: { input: { address } } }),
  });
  const answer = await response.text();
  const read = created.safeParse(JSON.parse(answer));
  if (!read.success) throw new Error(`no documentation was begun: ${answer}`);
  return read.data.data.generateDocs.databaseId;
}

async function cvAnalyses({ url, token }: Mixed): Promise<(count: number) => Promise<string>> {
  const folder = new URL('cvs/', fixtures);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.pdf'));
  const files = await Promise.all(names.map((name) => readFile(new URL(name, folder))));
  const description = await readFile(new URL('jobs/01-backend-bullets.txt', fixtures), 'utf8');
  return async (count) => {
    const body = new FormData();
    body.append('job_description', description);
    body.append('cv_file', new Blob([new Uint8Array(files[count % files.length] ?? [])]), 'cv.pdf');
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/api/analyze`, { method: 'POST', body, headers });
    return z.object({ job_id: z.uuid() }).parse(await response.json()).job_id;
  };
}

const standing = z.object({ data: z.object({ job: z.object({ status: z.string() }) }) });

/** The status a job has ended with, as a front end learns it that asks again and again. */
async function endOf({ url, token }: Mixed, id: string): Promise<string> {
  for (;;) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: `{ job(id: "${id}") { status } }` }),
    });
    const { status } = standing.parse(await response.json()).data.job;
    if (!['QUEUED', 'RUNNING'].includes(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
