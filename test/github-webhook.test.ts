import { createHmac, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keepConnection, readAccount } from '../src/github/service.ts';
import { receiveDelivery } from '../src/github-webhook/service.ts';
import { prune } from '../src/jobs/pruning.ts';
import { startHandler } from '../src/jobs/runner.ts';
import { taskHandler } from '../src/tasks/worker.ts';
import { type TestApp, testApp } from './app.ts';
import { FakeGitHub } from './fakes/github.ts';
import type { FakeRepository } from './fakes/github-objects.ts';
import { type Caller, newCaller, smallProject } from './story.ts';
import { connect, outcomeOf, readTask, toEnd } from './task-shell.ts';

const secret = "It's a Secret to Everybody";
let github: FakeGitHub;
let app: TestApp;
let worker: TestApp;

beforeAll(async () => {
  github = await FakeGitHub.start();
  app = await testApp({}, { ...github.settings, GITHUB_WEBHOOK_SECRET: secret });
  worker = await app.another({ bare: true });
  const before = smallProject['tool.py'];
  const edited = outcomeOf([{ path: 'tool.py', before, after: before.replace('"!"', '"?"') }]);
  await startHandler(
    worker.app,
    taskHandler(worker.app, async () => ({ name: 'scripted', run: async () => edited, countsTokens: true })),
  );
});
afterAll(async () => {
  await worker.close();
  await app.close();
  await github.close();
});

interface Post {
  readonly event?: string;
  readonly id?: string;
  readonly type?: string;
  readonly signature?: string | null;
  readonly at?: string;
}

const signed = (body: string | Buffer) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

async function post(body: string | Buffer, options: Post = {}) {
  const {
    event = 'ping',
    id = randomUUID(),
    type = 'application/json',
    signature = signed(body),
    at = app.url,
  } = options;
  const response = await fetch(`${at}/api/webhooks/github`, {
    method: 'POST',
    headers: {
      'content-type': type,
      'x-github-event': event,
      'x-github-delivery': id,
      ...(signature !== null && { 'x-hub-signature-256': signature }),
    },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  const answer: unknown = await response.json();
  return { status: response.status, answer, headers: response.headers };
}
const deliver = (event: string, payload: object, options: Post = {}) =>
  post(JSON.stringify(payload), { event, ...options });

const processed = { success: true, data: { message: 'Webhook processed successfully' } };

let people = 0;
/** Somebody with a repository at GitHub, connected here. */
async function owner(): Promise<{ caller: Caller; repository: FakeRepository; row: () => Promise<Row>; id: string }> {
  people += 1;
  const user = github.addUser(`Hook-${people}`);
  const token = github.addToken(user);
  const caller = await newCaller(app);
  await keepConnection(app.app, caller.userId, await readAccount(app.app, token), token);
  const repository = await github.addRepository(user, 'hooked', smallProject);
  const id = await connect(caller, `${user.login}/hooked`);
  const row = () => app.app.database.prisma.repository.findUniqueOrThrow({ where: { id } });
  return { caller, repository, row, id };
}
type Row = Awaited<ReturnType<TestApp['app']['database']['prisma']['repository']['findUniqueOrThrow']>>;

const deliveries = (id: string) => app.app.database.prisma.gitHubDelivery.count({ where: { id } });

describe('a delivery', () => {
  it('with the right signature is taken, as JSON and as a form, and says what is documented', async () => {
    expect(await post('{"zen":"Design for failure."}')).toMatchObject({ status: 200, answer: processed });
    const form = `payload=${encodeURIComponent('{"zen":"Ümlaut & more"}')}`;
    expect(await post(form, { type: 'application/x-www-form-urlencoded' })).toMatchObject({ status: 200 });
    expect(await deliver('star', { action: 'created' })).toMatchObject({ status: 200, answer: processed });
  });

  it('is checked as GitHub’s own example says', async () => {
    const example = 'Hello, World!';
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const delivery = { body: Buffer.from(example), contentType: 'application/json', event: 'ping', id: randomUUID() };
    // The signature is good, so it is the text that is refused.
    await expect(receiveDelivery(app.app, { ...delivery, signature })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
    const other = signature.replace('757', '758');
    await expect(receiveDelivery(app.app, { ...delivery, signature: other })).rejects.toMatchObject({
      code: 'INVALID_SIGNATURE',
    });
  });

  it.each([
    ['no signature', null],
    ['an empty one', ''],
    ['that of another body', signed('{}')],
    ['one by SHA-1', `sha1=${createHmac('sha1', secret).update('{"a":1}').digest('hex')}`],
    ['a short one', signed('{"a":1}').slice(0, -2)],
    ['one of another secret', `sha256=${createHmac('sha256', 'guess').update('{"a":1}').digest('hex')}`],
  ])('with %s is refused', async (_what, signature) => {
    const id = randomUUID();
    const { status, answer } = await post('{"a":1}', { signature, id });
    expect([status, answer]).toMatchObject([401, { success: false, error: { code: 'INVALID_SIGNATURE' } }]);
    expect(await deliveries(id)).toBe(0);
  });

  it('is refused by a server without a secret, however it is signed', async () => {
    const open = await app.another({}, { GITHUB_WEBHOOK_SECRET: '' });
    const empty = `sha256=${createHmac('sha256', '').update('{}').digest('hex')}`;
    for (const signature of [signed('{}'), empty, null]) {
      const { status, answer } = await post('{}', { signature, at: open.url });
      expect([status, answer]).toMatchObject([401, { error: { code: 'INVALID_SIGNATURE' } }]);
    }
    await open.close();
  });

  it.each([
    ['without an event', { event: '' }, '{}', 400],
    ['without an id', { id: '' }, '{}', 400],
    ['that is not JSON', {}, '{"a":', 400],
    ['of a form without a payload', { type: 'application/x-www-form-urlencoded' }, 'a=b', 400],
    ['of another type', { type: 'text/plain' }, '{}', 415],
    ['of another form than GitHub’s', { event: 'push' }, '{"repository":{"id":"x"}}', 400],
  ])('%s is refused and not remembered', async (_what, options, body, status) => {
    const id = randomUUID();
    const answer = await post(body, { id, ...options });
    expect([answer.status, answer.answer]).toMatchObject([status, { success: false }]);
    expect(await deliveries(id)).toBe(0);
  });

  it('may have 25 MB and no more', async () => {
    const most = 25 * 1024 * 1024;
    const padded = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect((await post(padded(most))).status).toBe(200);
    expect(await statusOfHead(most + 1)).toBe(413);
    // Other routes keep their own limit.
    const response = await fetch(`${app.url}/api/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: padded(1_500_000),
    });
    expect(response.status).toBe(413);
  });

  /** Only announces a body: what is too long is refused before it is sent. */
  function statusOfHead(length: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': String(length) };
      const asked = httpRequest(`${app.url}/api/webhooks/github`, { method: 'POST', headers });
      asked.on('response', (response) => {
        resolve(response.statusCode ?? 0);
        asked.destroy();
      });
      asked.on('error', reject);
      asked.flushHeaders();
    });
  }

  it('is handled once, however often and at once it comes', async () => {
    const { repository, row } = await owner();
    const id = randomUUID();
    const moved = (branch: string) => {
      github.alter(repository, { defaultBranch: branch });
      return github.payload('push', repository, { ref: `refs/heads/${branch}` });
    };
    const first = moved('first');
    const answers = await Promise.all(Array.from({ length: 12 }, () => deliver('push', first, { id })));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
    expect(await row()).toMatchObject({ defaultBranch: 'first' });
    // Were it handled again, this would be seen.
    await deliver('push', moved('second'), { id });
    expect(await row()).toMatchObject({ defaultBranch: 'first' });
    expect(await deliveries(id)).toBe(1);
    const parts = { contentType: 'application/json', event: 'push', id: randomUUID() };
    const body = Buffer.from(JSON.stringify(first));
    const received = await Promise.all(
      Array.from({ length: 12 }, () => receiveDelivery(app.app, { ...parts, body, signature: signed(body) })),
    );
    expect(received.toSorted()).toEqual(['handled', ...Array(11).fill('repeated')]);
  });

  it('that failed is not remembered, and is handled when it comes again', async () => {
    const { repository, row } = await owner();
    const id = randomUUID();
    github.alter(repository, { defaultBranch: 'after-failure' });
    const payload = github.payload('push', repository, { ref: 'refs/heads/x' });
    const { pool } = app.app.database;
    await pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'not now'; END $$`);
    await pool.query('CREATE TRIGGER refuse BEFORE UPDATE ON "Repository" FOR EACH ROW EXECUTE FUNCTION refuse()');
    expect((await deliver('push', payload, { id })).status).toBe(500);
    await pool.query('DROP TRIGGER refuse ON "Repository"');
    expect(await deliveries(id)).toBe(0);
    expect((await deliver('push', payload, { id })).status).toBe(200);
    expect(await row()).toMatchObject({ defaultBranch: 'after-failure' });
  });

  it('is forgotten after 30 days', async () => {
    const [old, young] = [randomUUID(), randomUUID()];
    for (const id of [old, young]) await post('{}', { id });
    const receivedAt = new Date(Date.now() - 31 * 86_400_000);
    await app.app.database.prisma.gitHubDelivery.update({ where: { id: old }, data: { receivedAt } });
    expect((await prune(app.app)).deliveries).toBe(1);
    expect([await deliveries(old), await deliveries(young)]).toEqual([0, 1]);
  });

  it('may come a thousand times an hour, whatever else its sender may', async () => {
    const limited = await app.another({}, { RATE_LIMITS: 'on' });
    const { status, headers } = await post('{}', { at: limited.url });
    expect(status).toBe(200);
    expect([headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual(['1000', '999']);
    const statuses: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => post('{}', { at: limited.url, signature: null })),
      );
      statuses.push(...answers.map((answer) => answer.status));
    }
    expect(statuses.filter((one) => one === 401)).toHaveLength(999);
    expect(statuses.filter((one) => one === 429)).toHaveLength(1);
    const last = await post('{}', { at: limited.url });
    expect([last.status, last.answer]).toMatchObject([
      429,
      { error: { code: 'RATE_LIMIT_EXCEEDED', retryAfter: expect.any(Number) } },
    ]);
    await limited.close();
  });
});

describe('news of a repository', () => {
  it('a push refreshes it, and one that comes late takes nothing back', async () => {
    const { repository, row } = await owner();
    github.alter(repository, { pushedAt: '2025-07-01T10:00:00Z', defaultBranch: 'trunk', language: 'Python' });
    await deliver('push', github.payload('push', repository, { ref: 'refs/heads/trunk' }));
    const pushedAt = new Date('2025-07-01T10:00:00Z');
    expect(await row()).toMatchObject({ pushedAt, defaultBranch: 'trunk', language: 'Python' });
    github.alter(repository, { pushedAt: '2025-06-01T10:00:00Z' });
    await deliver('push', github.payload('push', repository, { ref: 'refs/heads/trunk' }));
    expect(await row()).toMatchObject({ pushedAt });
  });

  it('renamed and transferred: the row stays and gets the new address', async () => {
    const { repository, row, id } = await owner();
    const before = await row();
    github.alter(repository, { name: 'Rebaptised' });
    await deliver('repository', github.payload('repository', repository, { action: 'renamed', changes: {} }));
    const home = `${github.origin}/${repository.owner.login}`.toLowerCase();
    expect(await row()).toMatchObject({ id, name: 'Rebaptised', url: `${home}/rebaptised`, number: before.number });
    const buyer = github.addUser(`Buyer-${people}`);
    github.alter(repository, { owner: buyer });
    await deliver('repository', github.payload('repository', repository, { action: 'transferred', changes: {} }));
    const url = `${github.origin}/${buyer.login}/rebaptised`.toLowerCase();
    expect(await row()).toMatchObject({ namespace: buyer.login, url });
  });

  it('a new name at whose address its owner has another row is left to the next sync', async () => {
    const { repository, row, caller } = await owner();
    const url = `${github.origin}/${repository.owner.login}/taken`.toLowerCase();
    const data = { ownerId: caller.userId, provider: 'GITHUB', url, namespace: 'x', name: 'taken' } as const;
    await app.app.database.prisma.repository.create({ data });
    const before = await row();
    github.alter(repository, { name: 'taken', description: 'told' });
    const payload = github.payload('repository', repository, { action: 'renamed', changes: {} });
    expect((await deliver('repository', payload)).status).toBe(200);
    expect(await row()).toMatchObject({ url: before.url, name: before.name, description: 'told' });
  });

  it('made private, public and described anew', async () => {
    const { repository, row } = await owner();
    for (const [action, changes] of [
      ['privatized', { isPrivate: true }],
      ['publicized', { isPrivate: false }],
      ['edited', { description: 'Better words', defaultBranch: 'next' }],
    ] as const) {
      github.alter(repository, changes);
      await deliver('repository', github.payload('repository', repository, { action }));
      expect(await row()).toMatchObject(changes);
    }
  });

  it('deleted: it is inactive for everybody, and later news do not wake it', async () => {
    const { repository, row } = await owner();
    await deliver('repository', github.payload('repository', repository, { action: 'deleted' }));
    expect(await row()).toMatchObject({ isActive: false });
    github.alter(repository, { defaultBranch: 'late' });
    await deliver('push', github.payload('push', repository, { ref: 'refs/heads/late' }));
    expect(await row()).toMatchObject({ isActive: false, defaultBranch: 'main' });
  });

  it('knows what was connected while GitHub could not be asked by its address', async () => {
    const { repository, row, id } = await owner();
    await app.app.database.prisma.repository.update({ where: { id }, data: { githubId: null, language: null } });
    github.alter(repository, { language: 'Go' });
    await deliver('push', github.payload('push', repository, { ref: 'refs/heads/main' }));
    expect(await row()).toMatchObject({ githubId: BigInt(repository.id), language: 'Go' });
  });

  it('reaches everybody who has it, and nobody who has another', async () => {
    const [one, other] = [await owner(), await owner()];
    const second = await newCaller(app);
    const id = await connect(second, `${one.repository.owner.login}/hooked`);
    const before = await other.row();
    github.alter(one.repository, { description: 'for all' });
    await deliver('repository', github.payload('repository', one.repository, { action: 'edited' }));
    const theirs = await app.app.database.prisma.repository.findUniqueOrThrow({ where: { id } });
    expect([(await one.row()).description, theirs.description]).toEqual(['for all', 'for all']);
    expect(await other.row()).toEqual(before);
  });
});

describe('news of a pull request', () => {
  /** A task that has opened a pull request. */
  async function delivered() {
    const { caller, repository, id: repositoryId } = await owner();
    const { id, pullRequest } = await toEnd(caller, { repositoryId, title: 'Repair', pullRequest: true });
    const number = z.int().parse(pullRequest?.number);
    const news = async (action: string, merged = false) => {
      const pull = github.pulls(repository)[number - 1];
      if (pull !== undefined) pull.state = action === 'closed' ? 'closed' : 'open';
      expect((await deliver('pull_request', github.pullPayload(action, repository, number, merged))).status).toBe(200);
    };
    const now = async () => {
      const { status, pullRequest: pull, results } = await readTask(caller, id);
      const told = results.find(({ resultType }) => resultType === 'PR_CREATED');
      return [status, pull?.state, told?.summary, told?.data?.state];
    };
    return { id, caller, repository, repositoryId, news, now, number };
  }

  it('merged: the task that opened it says so, for good', async () => {
    const { news, now, number } = await delivered();
    expect(await now()).toEqual(['COMPLETED', 'OPEN', `Opened pull request #${number}.`, undefined]);
    await news('opened');
    expect((await now()).slice(0, 2)).toEqual(['COMPLETED', 'OPEN']);
    await news('closed', true);
    const merged = ['COMPLETED', 'MERGED', `Opened pull request #${number}; it has been merged.`, 'merged'];
    expect(await now()).toEqual(merged);
    await news('synchronize');
    await news('reopened');
    expect(await now()).toEqual(merged);
  });

  it('closed and opened again; what comes late changes nothing', async () => {
    const { news, now, number } = await delivered();
    await news('closed');
    const closed = [
      'COMPLETED',
      'CLOSED',
      `Opened pull request #${number}; it was closed without being merged.`,
      'closed',
    ];
    expect(await now()).toEqual(closed);
    await news('opened');
    expect(await now()).toEqual(closed);
    await news('reopened');
    expect(await now()).toEqual(['COMPLETED', 'OPEN', `Opened pull request #${number}.`, 'open']);
  });

  it('of another number or repository concerns no task', async () => {
    const [one, other] = [await delivered(), await delivered()];
    expect(one.number).toBe(other.number);
    await one.news('closed', true);
    expect((await other.now()).slice(0, 2)).toEqual(['COMPLETED', 'OPEN']);
    const payload = { ...github.pullPayload('closed', other.repository, other.number, true), number: 77 };
    await deliver('pull_request', payload);
    expect((await other.now()).slice(0, 2)).toEqual(['COMPLETED', 'OPEN']);
  });
});
