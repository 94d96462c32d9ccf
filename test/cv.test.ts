import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../src/app.ts';
import { cvHandler } from '../src/cv/worker.ts';
import { prune } from '../src/jobs/pruning.ts';
import { startHandler } from '../src/jobs/runner.ts';
import { createLog } from '../src/platform/log.ts';
import { type TestApp, testApp } from './app.ts';
import { modelServer } from './fakes/model-server.ts';
import { root } from './source-files.ts';
import { ask, type Caller, graphqlAnswer, newCaller } from './story.ts';
import { everythingStored } from './tables.ts';

const cvs = join(root, 'test/fixtures/cv-set/cvs');
const pdf = readFileSync(join(cvs, '01-backend-java.pdf'));
const cvText = readFileSync(join(cvs, '01-backend-java.txt'), 'utf8');
const jobDescription = readFileSync(join(root, 'test/fixtures/cv-set/jobs/01-backend-bullets.txt'), 'utf8');

let app: TestApp;
/** Nobody works here: what is asked for stays queued. */
let idle: TestApp;
let ada: Caller;
let bob: Caller;
beforeAll(async () => {
  app = await testApp({ worker: true });
  idle = await testApp();
  [ada, bob] = [await newCaller(app), await newCaller(app)];
});
afterAll(async () => {
  await app.close();
  await idle.close();
});

const analyze = `mutation ($input: AnalyzeCvInput!, $key: String) { r: analyzeCv(input: $input, idempotencyKey: $key) {
  __typename ... on CvAnalysis { databaseId status } ... on Error { code message } } }`;
const made = z.object({ r: z.object({ databaseId: z.uuid() }) });
const whole = `query ($id: UUID!) { r: cvAnalysis(id: $id) { status stage percentage engine message error { code message }
  warnings expiresAt owner { username }
  profile { name { value start end } email { value } monthsOfExperience roles { title { value } from to isCurrent } }
  skills { name category evidence { start end text section } }
  requirements { alternatives priority satisfiedBy evidence { start end text } }
  result { overallAssessment estimatedPreparationTime
    skillMatchAnalysis { totalRequiredSkills matchedSkills missingRequiredSkills matchPercentage strengths }
    skillGapRecommendations { skillGap { skillName priority } recommendedProjects { title } learningPath } } } }`;
const found = z.looseObject({
  status: z.string(),
  skills: z.array(z.looseObject({ name: z.string(), evidence: z.array(placed()) })),
  requirements: z.array(z.looseObject({ alternatives: z.array(z.string()), evidence: z.array(placed()) })),
});
function placed() {
  return z.looseObject({ start: z.int(), end: z.int(), text: z.string() });
}

/** Asks by a caller, or by nobody in particular. */
const asking = (on: TestApp, caller: Caller | null) => (query: string, variables: Record<string, unknown>) =>
  caller === null ? ask(on, query, variables) : caller.ask(query, variables);

/** Starts an analysis of a text and gives its id. */
async function start(on: TestApp, caller: Caller | null, text = cvText): Promise<string> {
  const answer = await asking(on, caller)(analyze, { input: { jobDescription, cvText: text } });
  return made.parse(answer.data).r.databaseId;
}

/** Uploads a file as clients of GraphQL do. */
async function upload(on: TestApp, file: Blob, headers: Record<string, string> = {}) {
  const body = new FormData();
  const variables = { input: { jobDescription, cvFile: null } };
  body.append('operations', JSON.stringify({ query: analyze, variables }));
  body.append('map', JSON.stringify({ 0: ['variables.input.cvFile'] }));
  body.append('0', file);
  const response = await fetch(`${on.url}/graphql`, { method: 'POST', body, headers });
  return graphqlAnswer.parse(await response.json());
}

/** Follows an analysis to its end over SSE and gives what is known of it then. */
async function ended(on: TestApp, caller: Caller | null, id: string) {
  const response = await fetch(`${on.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(caller !== null && { authorization: `Bearer ${caller.token}` }),
    },
    body: JSON.stringify({ query: `subscription { r: cvAnalysisProgress(id: "${id}") { status percentage } }` }),
  });
  expect(await response.text()).toMatch(/"status":"(COMPLETED|FAILED)"/);
  const { data } = await asking(on, caller)(whole, { id });
  return found.parse(data?.r);
}

describe('analyzeCv', () => {
  it('reads an uploaded file and gives what it found with its evidence', async () => {
    const answer = await upload(app, new File([pdf], 'cv.pdf'), { authorization: `Bearer ${ada.token}` });
    const { databaseId } = made.parse(answer.data).r;
    const read = await ended(app, ada, databaseId);
    expect(read).toMatchObject({
      status: 'COMPLETED',
      percentage: 100,
      engine: 'local',
      message: 'Complete!',
      error: null,
      expiresAt: null,
      profile: { name: { value: 'Marta Holloway' }, email: { value: 'marta.holloway@example.com' } },
    });
    expect(read.skills.map(({ name }) => name)).toEqual(expect.arrayContaining(['Java', 'PostgreSQL', 'Kafka']));
  });

  it('has evidence that stands in the texts, at the places it names', async () => {
    const plain = 'Ada Example\n\nSkills\nJava, PostgreSQL, Docker';
    const { databaseId } = made.parse((await ada.ask(analyze, { input: { jobDescription, cvText: plain } })).data).r;
    const read = await ended(app, ada, databaseId);
    expect(read.skills.length).toBeGreaterThan(2);
    expect(read.requirements.length).toBeGreaterThan(2);
    for (const { start: from, end: to, text } of read.skills.flatMap(({ evidence }) => evidence)) {
      expect(plain.slice(from, to)).toBe(text);
    }
    const asked = jobDescription.trim();
    for (const { start: from, end: to, text } of read.requirements.flatMap(({ evidence }) => evidence)) {
      expect(asked.slice(from, to)).toBe(text);
    }
  });

  it('gives the same each time', async () => {
    const [one, two] = [await start(app, ada), await start(app, ada)];
    expect(await ended(app, ada, one)).toEqual(await ended(app, ada, two));
  });

  it('with an idempotency key gives the same analysis, and to strangers with the same key their own', async () => {
    const ask2 = (caller: Caller | null, key: string) =>
      asking(idle, caller)(analyze, { input: { jobDescription, cvText }, key });
    const first = made.parse((await ask2(null, 'k')).data).r.databaseId;
    expect(made.parse((await ask2(null, 'k')).data).r.databaseId).toBe(first);
    const cleo = await newCaller(idle);
    expect(made.parse((await ask2(cleo, 'k')).data).r.databaseId).not.toBe(first);
    const other = await ask(idle, analyze, { input: { jobDescription, cvText: 'Java' }, key: 'k' });
    expect(other.data?.r ?? other.errors?.[0]?.extensions).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('of a viewer is refused, and by a cookie without a preflight too', async () => {
    const vic = await newCaller(app, 'VIEWER');
    const { data } = await vic.ask(analyze, { input: { jobDescription, cvText } });
    expect(data?.r).toMatchObject({ __typename: 'ForbiddenError' });
    const answer = await upload(app, new File([pdf], 'cv.pdf'), { cookie: 'async_coder_session=mws_anything' });
    expect(answer.data?.r).toMatchObject({ __typename: 'ForbiddenError', code: 'CSRF' });
  });

  it('of a text that names a skill thousands of times keeps a hundred places of it', async () => {
    const id = await start(app, ada, 'Docker/'.repeat(28_000));
    const read = await ended(app, ada, id);
    expect(read.skills.map(({ name, evidence }) => [name, evidence.length])).toEqual([['Docker', 100]]);
  });

  it('fails with the reason for a file that cannot be read', async () => {
    const file = new File([pdf.subarray(0, 400)], 'cv.pdf');
    const answer = await upload(app, file, { authorization: `Bearer ${ada.token}` });
    const read = await ended(app, ada, made.parse(answer.data).r.databaseId);
    expect(read).toMatchObject({ status: 'FAILED', error: { code: 'CV_DAMAGED' } });
  });
});

describe('who asks without signing in', () => {
  it('is told how it goes, and gets the result by the id alone', async () => {
    const id = await start(app, null);
    const read = await ended(app, null, id);
    expect(read).toMatchObject({ status: 'COMPLETED', owner: { username: '(anonymous)' } });
    const hours = (Date.parse(z.string().parse(read.expiresAt)) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThanOrEqual(24);
    const admin = await newCaller(app, 'ADMIN');
    for (const caller of [ada, admin]) {
      expect((await caller.ask(whole, { id })).data?.r).toMatchObject({ status: 'COMPLETED' });
    }
    // What needs a sign-in still does.
    const { errors } = await ask(app, 'query ($id: UUID!) { job(id: $id) { status } }', { id });
    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect((await bob.ask('query ($id: UUID!) { job(id: $id) { status } }', { id })).data).toEqual({ job: null });
  });

  it('can sign in to nothing by it: the account is closed and its names can be taken by nobody', async () => {
    await start(app, null);
    const account = await app.app.database.prisma.user.findFirstOrThrow({ where: { username: '(anonymous)' } });
    expect(account).toMatchObject({ isActive: false, passwordHash: null });
    const signUp = 'mutation ($input: SignUpInput!) { r: signUp(input: $input) { __typename } }';
    const input = { email: 'x@example.com', username: '(anonymous)', password: 'correct horse battery' };
    expect((await ask(app, signUp, { input })).data?.r).toEqual({ __typename: 'ValidationError' });
  });
});

describe('personal data', () => {
  it('of a CV is kept no longer than the work: not the file, nor its text', async () => {
    const secret = 'Zyxwvut Qponmlk keeps bees in Flurbington';
    const id = await start(app, ada, `${cvText}\n${secret}\n`);
    await ended(app, ada, id);
    const kept = await everythingStored(app);
    expect(kept).toContain(id);
    expect(kept).not.toContain(secret);
  });

  it('is gone as well when the work is cancelled or fails', async () => {
    const cleo = await newCaller(idle);
    const id = await start(idle, cleo);
    await cleo.ask('mutation ($id: UUID!) { cancelJob(id: $id) { __typename } }', { id });
    const row = await idle.app.database.prisma.cvAnalysis.findUniqueOrThrow({ where: { jobId: id } });
    expect(row.cv).toBeNull();
  });

  it('stands in no log, at whatever level, whether the CV can be read or not', async () => {
    const lines: string[] = [];
    const log = createLog('trace', { write: (line) => lines.push(line) });
    const worker = await createApp({ config: idle.config, log, working: true });
    await startHandler(worker, cvHandler(worker));
    const cleo = await newCaller(idle);
    const marks = ['Zyxwvut', 'zyxwvut@example.com', 'Flurbington'];
    const text = `${marks.join('\n')}\n${cvText}`;
    const ids = [await start(idle, cleo, text)];
    const answer = await upload(idle, new File([`%PDF-1.7\n${text}`], 'cv.pdf'), {
      authorization: `Bearer ${cleo.token}`,
    });
    ids.push(made.parse(answer.data).r.databaseId);
    for (const id of ids) {
      for await (const one of cleo.follow('subscription ($id: UUID!) { e: jobEvents(id: $id) { type } }', { id })) {
        expect(one.errors).toBeUndefined();
      }
    }
    const ends = await idle.app.database.prisma.job.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
    expect(ends.map(({ status }) => status)).toEqual(['COMPLETED', 'FAILED']);
    await worker.close();
    for (const mark of marks) expect(lines.join('\n')).not.toContain(mark);
  });

  it('is deleted when its owner says so, and by nobody else', async () => {
    const id = await start(app, ada);
    await ended(app, ada, id);
    const remove = `mutation ($id: UUID!) { r: deleteCvAnalysis(id: $id) {
      __typename ... on DeletedCvAnalysis { databaseId } } }`;
    for (const stranger of [bob, null]) {
      expect((await asking(app, stranger)(remove, { id })).data?.r).toEqual({ __typename: 'NotFoundError' });
    }
    expect((await ada.ask(remove, { id })).data?.r).toMatchObject({ databaseId: id });
    const { prisma } = app.app.database;
    const left = [prisma.job.count({ where: { id } }), prisma.event.count({ where: { jobId: id } })];
    expect(await Promise.all([...left, prisma.cvAnalysis.count({ where: { jobId: id } })])).toEqual([0, 0, 0]);
    expect((await ada.ask(whole, { id })).data?.r).toBeNull();
  });

  it('of an anonymous analysis goes when its time is over', async () => {
    const [old, young] = [await start(app, null), await start(app, null)];
    await ended(app, null, old);
    await ended(app, null, young);
    const { prisma } = app.app.database;
    await prisma.cvAnalysis.update({ where: { jobId: old }, data: { expiresAt: new Date() } });
    expect((await ask(app, whole, { id: old })).data?.r).toBeNull();
    await prune(app.app);
    expect(await prisma.job.count({ where: { id: { in: [old, young] } } })).toBe(1);
    expect((await ask(app, whole, { id: young })).data?.r).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('with a model', () => {
  const asked = 'We need Java and PostgreSQL. Knowing Docker would be nice. The team is small and friendly.';

  /** Analyses a CV with a model that answers so, and gives what came of it. */
  async function analysed(answers: readonly [object, object]) {
    const server = await modelServer();
    const on = await testApp({ worker: true }, server.settings.openai);
    server.play(answers.map((answer) => ({ does: 'answer', text: JSON.stringify(answer) })));
    const cleo = await newCaller(on);
    const input = { jobDescription: asked, cvText: `${cvText}\nZyxwvut Qponmlk` };
    const { databaseId } = made.parse((await cleo.ask(analyze, { input })).data).r;
    const read = await ended(on, cleo, databaseId);
    const told = server.requests.map((request) => request.told).join('\n');
    await on.close();
    await server.close();
    return { read: refined.parse(read), told };
  }
  const refined = z.looseObject({
    engine: z.string(),
    warnings: z.array(z.string()),
    requirements: z.array(z.looseObject({ alternatives: z.array(z.string()), priority: z.string() })),
    result: z.looseObject({ overallAssessment: z.string() }),
  });

  it('its priorities and its words are taken, and it is never told the CV', async () => {
    const requirements = [
      { skill: 'Docker', priority: 'required', quote: 'Knowing Docker would be nice' },
      { skill: 'Kubernetes', priority: 'required', quote: 'The team is small and friendly' },
      { skill: 'Rust', priority: 'required', quote: 'We need Rust' },
    ];
    const { read, told } = await analysed([{ requirements }, { overallAssessment: 'Java and PostgreSQL are there.' }]);
    expect(read.engine).toBe('test-model');
    expect(read.result.overallAssessment).toBe('Java and PostgreSQL are there.');
    expect(read.requirements.find(({ alternatives }) => alternatives.includes('Docker'))?.priority).toBe('REQUIRED');
    // What the text does not name is refused, whatever the model quotes.
    const names = read.requirements.flatMap(({ alternatives }) => alternatives);
    expect(names).not.toContain('Kubernetes');
    expect(names).not.toContain('Rust');
    expect(read.warnings.join()).toMatch(/2 of what test-model named has no evidence/);
    expect(told).toContain('Knowing Docker would be nice');
    for (const word of ['Zyxwvut', 'Marta', 'marta.holloway']) expect(told).not.toContain(word);
  });

  it.each([
    ['a skill that is not there', 'Java is there, and so is COBOL.', 'COBOL'],
    ['a number that was not measured', 'Java is there for 4711 years.', '4711'],
  ])('an assessment with %s is refused', async (_what, overallAssessment, named) => {
    const { read } = await analysed([{ requirements: [] }, { overallAssessment }]);
    expect(read.engine).toBe('local');
    expect(read.result.overallAssessment).not.toContain(named);
    expect(read.warnings.join()).toMatch(new RegExp(`assessment of test-model was refused: it names .*${named}`));
  });
});
