import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prisma } from '../src/generated/prisma/client.ts';
import { AnalysisType, FindingState } from '../src/generated/prisma/enums.ts';
import { rowModel } from '../src/platform/row-models.ts';
import { findRow, findRows, type RowQuery } from '../src/platform/rows.ts';
import { type TestApp, testApp } from './app.ts';
import { newJob, newViewer } from './spine.ts';
import { localModel } from './task-shell.ts';

/** A selection of columns, of links and of lists, at most three tables deep; in lists without bytes and arrays. */
function selectionOf(name: string, depth: number, isInList = false): fc.Arbitrary<object> {
  const model = rowModel(name);
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const { name: column, type, isList } of model.columns.values()) {
    if (!isInList || (type !== 'Bytes' && !isList)) fields[column] = fc.constant(true);
  }
  const requiredKeys = Object.keys(fields).slice(0, 1);
  if (depth > 0) {
    for (const [link, { model: other }] of model.links) fields[link] = selectionOf(other, depth - 1, isInList);
    for (const [list, { model: other }] of model.lists) {
      const [first = ''] = rowModel(other).columns.keys();
      const part = { orderBy: { [first]: 'desc' }, take: 3 };
      fields[list] = selectionOf(other, depth - 1, true).map((selection) => ({ ...selection, ...part }));
    }
  }
  return fc.record(fields, { requiredKeys }).map((select) => ({ select }));
}

/** Of every type, standing in every way. */
function findingsOf(jobId: string) {
  return [...Object.values(AnalysisType), ...Object.values(AnalysisType)].flatMap((type, index) =>
    [null, ...Object.values(FindingState)].map((state) => ({
      ...({ id: uuidv7(), jobId, type, severity: 'LOW', state, rule: 'r', engine: 'e', file: `${index}.ts` } as const),
      ...{
        line: index,
        column: null,
        endLine: 7,
        message: 'é "🦊"',
        suggestion: null,
        cwe: 'CWE-89',
        fingerprint: 'f',
      },
    })),
  );
}

describe('rows read by one statement', () => {
  let app: TestApp;
  let ownerId = '';
  beforeAll(async () => {
    app = await testApp();
    const { prisma } = app.app.database;
    const viewer = await newViewer(app.app);
    ownerId = viewer.id;
    const owner = { ownerId, provider: 'GITHUB', url: 'https://example.com/a/b', namespace: 'a', name: 'b' } as const;
    const repository = await prisma.repository.create({
      data: { ...owner, githubId: 9_007_199_254_740_993n, pushedAt: new Date('0999-12-31T23:59:59.999Z') },
    });
    for (let n = 0; n < 4; n += 1) {
      const title = n === 0 ? 'a "quoted" \\ title\n' : `item ${n}`;
      await prisma.item.create({ data: { ownerId, title, description: n % 2 === 0 ? null : 'é 🦊' } });
      const jobId = await newJob(app.app, viewer);
      await prisma.job.update({ where: { id: jobId }, data: { input: { n, list: [1, null, 'x'] } } });
      if (n === 0) await prisma.docsJob.create({ data: { jobId, repositoryId: repository.id, skipped: [] } });
      if (n === 1) {
        await prisma.analysis.create({ data: { jobId, projectName: 'p', types: ['TYPES', 'QUALITY'] } });
        await prisma.analysisFinding.createMany({ data: findingsOf(jobId) });
      }
      if (n === 2) {
        const asked = { type: 'ASK', title: 't', prompt: 'p', branch: 'main', targetBranch: 'main' } as const;
        const by = { repositoryId: repository.id, aiModelId: localModel, estimatedCredits: 10 };
        await prisma.task.create({ data: { jobId, ...asked, ...by } });
        for (const summary of ['one', 'two']) {
          const result = { resultType: 'ANALYSIS', content: 'c', summary, data: { deep: [{ a: 1.5 }] } } as const;
          await prisma.taskResult.create({ data: { id: uuidv7(), jobId, ...result } });
        }
      }
      if (n === 3) {
        const cv = new Uint8Array([0, 255, 10]);
        await prisma.cvAnalysis.create({ data: { jobId, jobDescription: 'd', cv, expiresAt: new Date() } });
      }
    }
  });
  afterAll(() => app.close());

  it.each(['Job', 'Item', 'Repository', 'User', 'Task', 'DocsJob', 'Event'] as const)(
    'are those Prisma gives of a %s, whatever is selected',
    async (model) => {
      const { prisma } = app.app.database;
      const name = `${model.charAt(0).toLowerCase()}${model.slice(1)}` as Uncapitalize<typeof model>;
      await fc.assert(
        fc.asyncProperty(selectionOf(model, 2), async (selection) => {
          const [order = ''] = rowModel(model).columns.keys();
          // A page comes otherwise than a few rows.
          for (const take of [2, 10]) {
            const query: RowQuery = { ...selection, orderBy: { [order]: 'asc' }, take };
            const theirs = await Reflect.apply(prisma[name].findMany, prisma[name], [query]);
            const ours = findRows<object>(app.app.database, model, query, () => {
              throw new Error('asked of Prisma');
            });
            expect(await ours).toEqual(theirs);
          }
        }),
        { numRuns: 25 },
      );
    },
  );

  const moment = new Date();
  const conditions: [string, Prisma.JobWhereInput][] = [
    ['an owner', { ownerId: '' }],
    ['alternatives', { OR: [{ kind: 'DOCS' }, { cv: { expiresAt: { lte: moment } } }, { percentage: { gt: 0 } }] }],
    ['no alternative', { OR: [] }],
    ['several', { AND: [{ ownerId: '' }, { status: 'QUEUED' }, {}], kind: 'DOCS', message: null }],
    ['a linked row of a linked row', { task: { repository: { name: 'b' } } }],
    ['a linked row by its number', { docs: { number: { gte: 1, lt: 1_000_000 } } }],
    ['what is left to Prisma', { kind: { in: ['DOCS'] }, NOT: { status: 'FAILED' } }],
  ];
  it.each(conditions)('fulfil the condition of %s', async (_what, condition) => {
    const { prisma } = app.app.database;
    const own = JSON.parse(JSON.stringify(condition), (name, value) => (name === 'ownerId' ? ownerId : value));
    for (const take of [2, -2, 100]) {
      const query = { select: { id: true, kind: true }, where: own, orderBy: { id: 'desc' as const }, take };
      const theirs = await prisma.job.findMany(query);
      expect(await findRows(app.app.database, 'Job', query, async () => theirs)).toEqual(theirs);
    }
  });

  it('have of a list the rows that fulfil a condition, and how many there are', async () => {
    const { prisma } = app.app.database;
    const present = { OR: [{ state: null }, { state: { not: 'FIXED' as const } }] };
    const all = await prisma.analysisFinding.findMany({ where: { job: { ownerId } }, orderBy: { id: 'asc' } });
    const middle = all[Math.floor(all.length / 2)]?.id ?? '';
    const wheres: Prisma.AnalysisFindingWhereInput[] = [
      {},
      present,
      ...Object.values(AnalysisType).map((type) => ({ type, ...present })),
      { AND: [{ file: '1.ts', ...present }, { id: { gt: middle } }] },
      { AND: [{ state: 'FIXED' }, { id: { lt: middle } }] },
      { state: { not: 'ADDED' } },
      { job: { kind: 'DOCS', percentage: 0 }, line: { gte: 1 } },
      { file: 'x'.repeat(20_000) },
    ];
    const lengths = new Set<number>();
    // More than once, as a statement is kept prepared from the third time on.
    for (const where of [...wheres, ...wheres.toReversed(), ...wheres]) {
      for (const take of [2, 100]) {
        const findings = { where, orderBy: { id: 'desc' as const }, take };
        const counts = { _count: { select: { findings: { where }, artifacts: true } } };
        const select = { id: true, findings, analysis: { select: { report: true } }, ...counts };
        const query = { select, where: { ownerId, percentage: { gte: 0 } }, orderBy: { id: 'asc' as const }, take: 9 };
        const theirs = await prisma.job.findMany(query);
        const ours = findRows<(typeof theirs)[number]>(app.app.database, 'Job', query, () => {
          throw new Error('asked of Prisma');
        });
        expect(await ours).toEqual(theirs);
        for (const { _count } of theirs) lengths.add(_count.findings);
      }
    }
    expect(lengths.size).toBeGreaterThan(4);
  });

  it('are refused in the words of Prisma when a value does not fit', async () => {
    const { prisma } = app.app.database;
    const query = { select: { id: true }, where: { id: 'no uuid' } };
    const refused = findRow(app.app.database, 'Job', query, () => prisma.job.findFirst(query));
    await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^P20/) });
  });

  it('come when the connection they travel on was broken before', async () => {
    const { database } = app.app;
    const query = { select: { id: true }, where: { ownerId }, orderBy: { id: 'asc' as const } };
    const ask = () =>
      findRows(database, 'Item', query, () => {
        throw new Error('asked of Prisma');
      });
    expect(await ask()).toHaveLength(4);
    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'millwright statements' AND datname = current_database()`,
    );
    // Each of the two may be met once before it is known to be broken.
    for (let n = 0; n < 2; n += 1) await ask().catch(() => {});
    expect(await ask()).toHaveLength(4);
  });
});
