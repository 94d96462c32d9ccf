import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { type TestApp, testApp } from '../app.ts';
import { root } from '../source-files.ts';
import { type Caller, newCaller } from '../story.ts';
import { call, replay } from './replay.ts';

const run = promisify(execFile);
const submitRow = 'POST /api/analyze';
const statusRow = 'GET /api/status/{job_id}';
const resultsRow = 'GET /api/results/{job_id}';
const set = join(root, 'test/fixtures/cv-set');
const pdf = join(set, 'cvs/01-backend-java.pdf');
const jobDescription =
  'Senior Full Stack Developer with 5+ years experience. Requirements: Java, PostgreSQL, Kubernetes and GraphQL.';
const cvText = 'Ada Example\nada@example.com\n\nSkills\nJava, PostgreSQL, Docker\n';

const submitted = z.strictObject({
  job_id: z.uuid(),
  status: z.string(),
  message: z.string(),
  created_at: z.string(),
});
const state = z.strictObject({
  job_id: z.uuid(),
  status: z.string(),
  progress_percentage: z.int(),
  current_step: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  error: z.string().nullable(),
});
const results = z.looseObject({
  job_id: z.uuid(),
  status: z.string(),
  result: z
    .looseObject({
      skill_match_analysis: z.looseObject({ matched_skills: z.array(z.string()), match_percentage: z.number() }),
      skill_gap_recommendations: z.array(z.looseObject({ learning_path: z.string() })),
      overall_assessment: z.string(),
      estimated_preparation_time: z.string(),
    })
    .nullable(),
  error: z.string().nullable(),
});
const message = z.strictObject({
  job_id: z.uuid(),
  state: z.enum(['PENDING', 'PROCESSING', 'SUCCESS', 'FAILURE']),
  progress: z.int(),
  message: z.string(),
  seq: z.int(),
});
const refused = z.strictObject({ error: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) });

let app: TestApp;
/** Nobody works here: what is asked for stays queued. */
let idle: TestApp;
let ada: Caller;
beforeAll(async () => {
  app = await testApp({ worker: true });
  idle = await testApp();
  ada = await newCaller(app);
});
afterAll(async () => {
  await app.close();
  await idle.close();
});

/** Submits the parts of a form, of which one may be a file. */
async function submit({ url }: Pick<TestApp, 'url'>, parts: Record<string, string | Blob>, token?: string) {
  const body = new FormData();
  for (const [name, value] of Object.entries(parts)) body.append(name, value);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/analyze`, { method: 'POST', body, headers });
  const answer: unknown = await response.json();
  return { status: response.status, answer, headers: response.headers };
}

/** Submits and gives the job's id. */
async function submitText(on: Pick<TestApp, 'url'>, text = cvText, token?: string): Promise<string> {
  const { answer } = await submit(on, { job_description: jobDescription, cv_text: text }, token);
  return submitted.parse(answer).job_id;
}

/** Everything a socket says until it is closed. */
async function listen({ url }: Pick<TestApp, 'url'>, jobId: string, query = '') {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/ws/${jobId}${query}`);
  const messages: z.infer<typeof message>[] = [];
  socket.on('message', (data) => messages.push(message.parse(JSON.parse(String(data)))));
  const [code] = await once(socket, 'close');
  return { messages, code: z.int().parse(code) };
}

const python = '/usr/bin/python3';
const hasClient = await run(python, ['-c', 'import requests']).then(
  () => true,
  () => false,
);
if (!hasClient && process.env.CI) throw new Error('CI needs python3-requests');

describe('the documented calls', () => {
  it('of curl submit a real PDF, and the results are as documented', async () => {
    const { stdout } = await run('curl', [
      ...['-s', '-X', 'POST', `${app.url}/api/analyze`],
      ...['-F', `job_description=${jobDescription}`, '-F', `cv_file=@${pdf}`],
    ]);
    const made = submitted.parse(JSON.parse(stdout));
    expect(made).toMatchObject({ status: 'pending', message: 'Analysis job created successfully' });
    const { messages } = await listen(app, made.job_id);
    expect(messages.at(-1)).toMatchObject({ state: 'SUCCESS', progress: 100, message: 'Complete!' });
    const path = `/api/results/${made.job_id}`;
    const found = await replay(app, resultsRow, results, { path });
    expect(found).toMatchObject({ status: 'completed', error: null });
    expect(found.result?.skill_match_analysis.matched_skills).toEqual(expect.arrayContaining(['Java', 'PostgreSQL']));
    expect(found.result).toMatchObject({ engine: 'local', profile: { name: 'Marta Holloway' } });
    const status = await replay(app, statusRow, state, { path: `/api/status/${made.job_id}` });
    expect(status).toMatchObject({ status: 'completed', progress_percentage: 100, error: null });
  });

  it.skipIf(!hasClient)('of the Python client run to their end', async () => {
    const script = (await readFile(join(root, 'test/fixtures/snippets/cv_analysis.py'), 'utf8'))
      .replaceAll('http://localhost:8000', app.url)
      .replace('cv.pdf', pdf)
      // The document's own is shorter than the 50 characters it demands.
      .replace('Senior Full Stack Developer...', jobDescription);
    const { stdout } = await run(python, ['-c', script]);
    expect(stdout).toMatch(/Job created: [0-9a-f-]{36}/);
    expect(stdout).toMatch(/Status: completed - 100%/);
    expect(stdout).toMatch(/Match percentage: \d+(\.\d)?%\nRecommendations: \d+/);
  });
});

describe('POST /api/analyze', () => {
  it('takes a text, urlencoded too, and empty fields count as absent', async () => {
    const form = { job_description: jobDescription, cv_text: cvText, cv_file: '' };
    expect(await replay(idle, submitRow, submitted, { multipart: form })).toMatchObject({ status: 'pending' });
    expect(await replay(idle, submitRow, submitted, { form })).toMatchObject({ status: 'pending' });
  });

  it('takes a file by its content, whatever its name says', async () => {
    const file = new File([await readFile(pdf)], 'cv.txt', { type: 'text/plain' });
    expect((await submit(idle, { job_description: jobDescription, cv_file: file })).status).toBe(200);
  });

  const png = new Blob([Buffer.from('\x89PNG\r\n\x1a\n0000', 'latin1')]);
  it.each<[string, Record<string, string | Blob>, string]>([
    ['neither file nor text', { job_description: jobDescription }, 'cv_file'],
    ['both', { job_description: jobDescription, cv_text: cvText, cv_file: new Blob(['Java']) }, 'cv_text'],
    ['a short job description', { job_description: 'Java', cv_text: cvText }, 'job_description'],
    ['a long job description', { job_description: 'Java '.repeat(2001), cv_text: cvText }, 'job_description'],
    ['no job description', { cv_text: cvText }, 'job_description'],
    ['a picture', { job_description: jobDescription, cv_file: png }, 'cv_file'],
    ['an empty file', { job_description: jobDescription, cv_file: new File([], 'cv.pdf') }, 'cv_file'],
    ['a file that is no file', { job_description: jobDescription, cv_file: 'cv.pdf' }, 'cv_file'],
  ])('refuses %s with 400, naming the field', async (_what, parts, field) => {
    const { status, answer } = await submit(idle, parts);
    expect([status, refused.parse(answer)]).toEqual([
      400,
      { error: 'ValidationError', message: expect.stringContaining(field), details: expect.anything() },
    ]);
  });

  it('refuses a file past 10 MB with 413', async () => {
    const { status, answer } = await submit(idle, {
      job_description: jobDescription,
      cv_file: new Blob([Buffer.alloc(10_000_001, 97)]),
    });
    expect([status, refused.parse(answer).error]).toEqual([413, 'PayloadTooLarge']);
  });

  it('is limited by address for who is not signed in, and only for them', async () => {
    const limited = await idle.another({}, { RATE_LIMITS: 'on', RATE_LIMIT_REQUESTS: '1000' });
    const signedIn = await newCaller(limited);
    const statuses: number[] = [];
    for (let n = 0; n < 31; n += 1) {
      statuses.push((await submit(limited, { job_description: jobDescription, cv_text: cvText })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 200), 429]);
    const over = await submit(limited, { job_description: jobDescription, cv_text: cvText });
    expect(refused.parse(over.answer).error).toBe('TooManyRequests');
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await submit(limited, { job_description: jobDescription, cv_text: cvText }, signedIn.token)).status).toBe(
      200,
    );
    await limited.close();
  });

  it('is for who is signed in only, where ANONYMOUS_CV is off', async () => {
    const closed = await idle.another({}, { ANONYMOUS_CV: 'false' });
    const { status, answer } = await submit(closed, { job_description: jobDescription, cv_text: cvText });
    expect([status, refused.parse(answer).error]).toEqual([401, 'Unauthorized']);
    await closed.close();
  });
});

describe('an analysis', () => {
  it('that nobody has begun is pending, without a result', async () => {
    const id = await submitText(idle);
    expect(await replay(idle, statusRow, state, { path: `/api/status/${id}` })).toMatchObject({
      status: 'pending',
      progress_percentage: 0,
    });
    expect(await replay(idle, resultsRow, results, { path: `/api/results/${id}` })).toEqual({
      job_id: id,
      status: 'pending',
      result: null,
      error: null,
    });
  });

  it('of a file that cannot be read fails with a clear sentence, in poll and socket', async () => {
    const file = new Blob([(await readFile(pdf)).subarray(0, 300)]);
    const { answer } = await submit(app, { job_description: jobDescription, cv_file: file });
    const { job_id } = submitted.parse(answer);
    const { messages } = await listen(app, job_id);
    const found = await replay(app, resultsRow, results, { path: `/api/results/${job_id}` });
    expect(found).toMatchObject({ status: 'failed', result: null, error: expect.stringMatching(/damaged|read/) });
    expect(messages.at(-1)).toMatchObject({ state: 'FAILURE', message: found.error });
  });

  it('tells its steps in order, from the beginning when asked, and its end at once to who comes late', async () => {
    const id = await submitText(app);
    await listen(app, id);
    const { messages, code } = await listen(app, id, '?since=0');
    expect(code).toBe(1000);
    expect(messages[0]).toMatchObject({ state: 'PENDING', progress: 0 });
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
    const steps = [...new Set(messages.map((one) => one.message))];
    expect(steps).toEqual(
      expect.arrayContaining([
        'Parsing CV...',
        'Analyzing job description...',
        'Identifying skill gaps...',
        'Generating project recommendations...',
        'Complete!',
      ]),
    );
    const percentages = messages.map(({ progress }) => progress);
    expect(percentages).toEqual(percentages.toSorted((one, other) => one - other));
    for (const { progress } of messages) expect([0, 10, 25, 30, 45, 50, 60, 65, 100]).toContain(progress);
    const late = await listen(app, id);
    expect(late.messages).toEqual([messages.at(-1)]);
  });

  it('of somebody signed in is theirs alone, in the words of what there is not', async () => {
    const id = await submitText(app, cvText, ada.token);
    await listen(app, id, `?token=${ada.token}`);
    const bob = await newCaller(app);
    const nothing = uuidv7();
    for (const token of [undefined, bob.token]) {
      const asked = token === undefined ? {} : { token };
      for (const path of ['status', 'results']) {
        const theirs = await call(app, `GET /api/${path}/${id}`, asked);
        const none = await call(app, `GET /api/${path}/${nothing}`, asked);
        expect([theirs.status, theirs.body]).toEqual([404, none.body]);
      }
      expect((await listen(app, id, token === undefined ? '' : `?token=${token}`)).code).toBe(1008);
    }
    expect((await call(app, `GET /api/results/${id}`, { token: ada.token })).status).toBe(200);
  });

  it('that was asked for anonymously is known to whoever knows its id, until it expires', async () => {
    const id = await submitText(app);
    await listen(app, id);
    expect((await call(app, `GET /api/results/${id}`, { token: ada.token })).status).toBe(200);
    await app.app.database.prisma.cvAnalysis.update({ where: { jobId: id }, data: { expiresAt: new Date() } });
    expect((await call(app, `GET /api/results/${id}`)).status).toBe(404);
    expect((await listen(app, id)).code).toBe(1008);
  });
});

describe('the description', () => {
  it('shows a form with a file to choose', async () => {
    const description = z
      .object({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))) })
      .parse((await call(app, 'GET /api/openapi/cv-analysis.json')).body);
    expect(JSON.stringify(description.paths['/api/analyze']?.post)).toMatch(
      /"multipart\/form-data":\{"schema":.*"cv_file":\{[^}]*"format":"binary"/,
    );
  });
});
