import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { type TestApp, testApp } from '../app.ts';
import { root } from '../source-files.ts';
import { type Caller, newCaller } from '../story.ts';
import { call, replay } from './replay.ts';

const create = 'POST /api/analysis/';
const readRow = 'GET /api/analysis/{analysis_id}';
const files = { 'a.ts': 'export const a: number = "x";\n' };
const body = { project_name: 'my-project', analysis_types: ['types'], files };
const documented = z.looseObject({
  analysis_id: z.uuid(),
  project_name: z.string(),
  timestamp: z.string(),
  performed_by: z.string(),
  status: z.string(),
  progress: z.int(),
  quality_score: z.number().nullable(),
  security_issues: z.array(z.unknown()).nullable(),
  code_smells: z.int().nullable(),
  type_errors: z.int().nullable(),
  coverage_percent: z.number().nullable(),
  recommendations: z.array(z.string()),
});
const message = z.looseObject({
  type: z.string(),
  analysis_id: z.string(),
  timestamp: z.string(),
  status: z.string().optional(),
  progress: z.int().optional(),
  seq: z.int().optional(),
});

let app: TestApp;
let idle: TestApp;
let ada: Caller;
beforeAll(async () => {
  app = await testApp({ worker: true });
  // Nobody works here: what is asked for stays queued until it is cancelled.
  idle = await testApp();
  ada = await newCaller(app);
});
afterAll(async () => {
  await app.close();
  await idle.close();
});

/** Listens to a socket until it is closed. */
async function listen({ url }: Pick<TestApp, 'url'>, path: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/ws/analysis/${path}`);
  const messages: z.infer<typeof message>[] = [];
  socket.on('message', (data) => messages.push(message.parse(JSON.parse(String(data)))));
  const closed = once(socket, 'close').then(([code]) => z.int().parse(code));
  await once(socket, 'open');
  return { socket, messages, closed };
}

describe('POST /api/analysis/', () => {
  it('waits for the result and answers it as documented; the poll says the same', async () => {
    const made = await replay(app, create, documented, { token: ada.token, json: body });
    expect(made).toMatchObject({ project_name: 'my-project', status: 'completed', progress: 100, type_errors: 1 });
    expect(made).toMatchObject({
      quality_score: null,
      security_issues: null,
      code_smells: null,
      coverage_percent: null,
    });
    const path = `/api/analysis/${made.analysis_id}`;
    const read = await replay(app, readRow, documented, { token: ada.token, path });
    expect(read).toEqual(made);
    expect((await call(app, `GET ${path}/`, { token: ada.token })).body).toEqual(read);
  });

  it('does not wait when asked not to, and without a slash is the same', async () => {
    const asked = { token: await tokenOf(idle), json: body, headers: { prefer: 'respond-async' } };
    const reply = await call(idle, 'POST /api/analysis', asked);
    expect([reply.status, reply.body]).toEqual([
      202,
      expect.objectContaining({ status: 'initializing', progress: 0, type_errors: null, recommendations: [] }),
    ]);
  });

  it('of a project nobody knows says the four ways', async () => {
    const reply = await call(app, create, { token: ada.token, json: { project_name: 'x', analysis_types: ['types'] } });
    expect([reply.status, reply.body]).toEqual([404, expect.objectContaining({ status_code: 404 })]);
    expect(reply.text).toMatch(/files.*URL.*build.*connect/);
  });

  it.each([
    ['project_name', { ...body, project_name: 'a b' }],
    ['analysis_types', { ...body, analysis_types: [] }],
    ['analysis_types', { ...body, analysis_types: ['magic'] }],
    ['files', { ...body, files: { '../x': '' } }],
  ])('refuses a bad %s by its name', async (field, json) => {
    const reply = await call(app, create, { token: ada.token, json });
    expect(reply.status).toBe(422);
    expect(reply.text).toContain(field);
  });

  it('is not for viewers, who may read; and five a minute', async () => {
    const viewer = await newCaller(app, 'VIEWER');
    expect((await call(app, create, { token: viewer.token, json: body })).status).toBe(403);
    const limited = await idle.another({}, { RATE_LIMITS: 'on' });
    const asked = { token: await tokenOf(limited), json: body, headers: { prefer: 'respond-async' } };
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await call(limited, create, asked)).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
    await limited.close();
  });
});

describe('what is somebody else’s', () => {
  it('is not there for strangers in poll and socket, and is for admins', async () => {
    const { analysis_id: id } = await replay(app, create, documented, { token: ada.token, json: body });
    const [bob, root] = [await newCaller(app), await newCaller(app, 'ADMIN')];
    const theirs = await call(app, `GET /api/analysis/${id}`, { token: bob.token });
    expect([theirs.status, theirs.body]).toMatchObject([404, { detail: 'Analysis not found' }]);
    expect((await call(app, `GET /api/analysis/${id}`, { token: root.token })).status).toBe(200);
    for (const path of [
      `${id}?token=${bob.token}`,
      `${uuidv7()}?token=${ada.token}`,
      `${id}?token=nonsense`,
      id,
      `not-a-uuid?token=${ada.token}`,
      `${id}?token=${ada.token}&since=x`,
      `${id}?token=${ada.token}&since=9999`,
    ]) {
      const { messages, closed } = await listen(app, path);
      expect([path, await closed, messages]).toEqual([path, 1008, []]);
    }
    const admin = await listen(app, `${id}?token=${root.token}`);
    expect(await admin.closed).toBe(1000);
    expect(admin.messages.map(({ type }) => type)).toEqual(['connected', 'completion']);
  });
});

describe('the socket', () => {
  it('agrees with the subscription event by event, and its end with the poll', async () => {
    const made = await replay(app, create, documented, {
      token: ada.token,
      json: body,
      headers: { prefer: 'respond-async' },
    });
    const id = made.analysis_id;
    const { messages, closed } = await listen(app, `${id}?token=${ada.token}&since=0`);
    const events: unknown[] = [];
    const query = 'subscription ($id: UUID!) { e: jobEvents(id: $id, after: 0) { seq percentage } }';
    const form = z.object({ e: z.object({ seq: z.int(), percentage: z.int() }) });
    for await (const { data } of ada.follow(query, { id })) events.push(form.parse(data).e);
    expect(await closed).toBe(1000);
    const [connected, ...rest] = messages;
    expect(connected).toMatchObject({ type: 'connected', analysis_id: id });
    expect(rest.map(({ seq, progress }) => ({ seq, percentage: progress }))).toEqual(events);
    const poll = await call(app, `GET /api/analysis/${id}`, { token: ada.token });
    expect(rest.at(-1)).toMatchObject({ type: 'completion', status: 'completed', results: poll.body });
    const late = await listen(app, `${id}?token=${ada.token}`);
    expect(await late.closed).toBe(1000);
    expect(late.messages.slice(1)).toEqual([rest.at(-1)]);
    const middle = await listen(app, `${id}?token=${ada.token}&since=2`);
    await middle.closed;
    expect(middle.messages.slice(1)).toEqual(rest.slice(2));
  });

  it('agrees with poll and subscription at every event', async () => {
    const caller = await newCaller(idle);
    const asked = { token: caller.token, json: { ...body, analysis_types: ['quality', 'security', 'types'] } };
    const { analysis_id: id } = await replay(idle, create, documented, {
      ...asked,
      headers: { prefer: 'respond-async' },
    });
    const { messages, closed } = await listen(idle, `${id}?token=${caller.token}&since=0`);
    const worker = await idle.another({ api: false, worker: true });
    const polls: { readonly after: number; readonly state: string }[] = [];
    const states: [number, string][] = [];
    const query = `subscription ($id: UUID!) { r: analysisProgress(id: $id, after: 0) { lastSeq status percentage } }`;
    const form = z.object({ r: z.object({ lastSeq: z.int(), status: z.string(), percentage: z.int() }) });
    for await (const { data } of caller.follow(query, { id })) {
      const { lastSeq, status, percentage } = form.parse(data).r;
      states.push([lastSeq, `${status === 'QUEUED' ? 'INITIALIZING' : status} ${percentage}`.toLowerCase()]);
      const { body: read } = await call(idle, `GET /api/analysis/${id}`, { token: caller.token });
      const poll = documented.parse(read);
      polls.push({ after: lastSeq, state: `${poll.status} ${poll.progress}` });
    }
    expect(await closed).toBe(1000);
    await worker.close();
    const told = messages.slice(1).map(({ seq, status, progress }) => [seq, `${status} ${progress}`] as const);
    expect(told.map(([seq]) => seq)).toEqual(told.map((_, index) => index + 1));
    // The subscription reads the job as it is by then: each of its states is the one the socket told of that number.
    expect(states.map(([seq, state]) => [seq, state])).toEqual(states.map(([seq]) => told[seq - 1]));
    // A reader that is behind, as this one is while it polls, is spared ticks that another event has overtaken; it goes
    // forward only, and ends where the socket does.
    expect(states.at(-1)?.[0]).toBe(told.length);
    expect(states.map(([seq]) => seq)).toEqual(states.map(([seq]) => seq).toSorted((one, other) => one - other));
    // A poll after an event tells that event or a later one.
    for (const { after, state } of polls) {
      expect(told.slice(after - 1).map(([, one]) => one)).toContain(state);
    }
    expect(polls.at(-1)?.state).toBe('completed 100');
  });

  it('speaks to the JavaScript of the document, run as it stands but for host, token and what is followed', async () => {
    const caller = await newCaller(idle);
    const asked = { token: caller.token, json: body, headers: { prefer: 'respond-async' } };
    const { analysis_id: id } = await replay(idle, create, documented, asked);
    const script = readFileSync(join(root, 'test/fixtures/snippets/phase2_socket.js'), 'utf8')
      .replace('localhost:8000', new URL(idle.url).host)
      .replace('your-jwt-token', caller.token)
      .replace('550e8400...', id)
      // The document: the analysis socket has the same format as the build's.
      .replace('/api/ws/build/', '/api/ws/analysis/');
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    let worker: TestApp | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      // It listens: now somebody may work.
      if (lines.length === 3) worker = await idle.another({ api: false, worker: true });
    }
    await worker?.close();
    const events = z.array(z.object({ percentage: z.int() }));
    const query = 'query ($id: UUID!) { r: jobEvents(id: $id, after: 0) { percentage } }';
    const { r: told } = z.object({ r: events }).parse((await caller.ask(query, { id })).data);
    expect(lines).toEqual([
      'Connected to build updates',
      'Progress: undefined%',
      ...told.map(({ percentage }) => `Progress: ${percentage}%`),
      'Disconnected',
    ]);
  });

  it('tells where a waiting analysis stands, then its cancelling as an error', async () => {
    const caller = await newCaller(idle);
    const asked = { token: caller.token, json: body, headers: { prefer: 'respond-async' } };
    const { analysis_id: id } = await replay(idle, create, documented, asked);
    const { messages, closed } = await listen(idle, `${id}?token=${caller.token}`);
    await expect.poll(() => messages).toHaveLength(2);
    expect(messages[1]).toMatchObject({ type: 'progress', status: 'initializing', progress: 0, seq: 1 });
    await caller.ask('mutation ($id: UUID!) { r: cancelJob(id: $id) { __typename } }', { id });
    expect(await closed).toBe(1000);
    expect(messages.at(-1)).toMatchObject({
      type: 'error',
      status: 'cancelled',
      error: expect.stringContaining('cancelled'),
    });
  });

  it('closes with 1012 at shutdown', async () => {
    const other = await idle.another();
    const caller = await newCaller(idle);
    const asked = { token: caller.token, json: body, headers: { prefer: 'respond-async' } };
    const { analysis_id: id } = await replay(idle, create, documented, asked);
    const { messages, closed } = await listen(other, `${id}?token=${caller.token}`);
    await expect.poll(() => messages).toHaveLength(2);
    await other.close();
    expect(await closed).toBe(1012);
  });
});

async function tokenOf(on: TestApp): Promise<string> {
  return (await newCaller(on)).token;
}
