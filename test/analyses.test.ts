import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Measured, scoreOf } from '../src/analyses/engine/score.ts';
import { type TestApp, testApp } from './app.ts';
import { type Caller, makeProject, newCaller, runGit } from './story.ts';

const wrong = 'export const count: number = "one";\n';
const right = 'export const count: number = 1;\n';
const config = JSON.stringify({ compilerOptions: { strict: true, module: 'esnext', target: 'es2022' } });
const started = z.object({ databaseId: z.uuid() });
const analyze = `mutation ($input: AnalyzeCodeInput!, $key: String) { r: analyzeCode(input: $input, idempotencyKey: $key) {
  __typename ... on Analysis { databaseId } ... on Error { code message } } }`;
const read = `query ($id: UUID!) { r: analysis(id: $id) {
  status percentage engine commit qualityScore codeSmells securityIssues typeErrors coveragePercent recommendations
  counts { type high medium low } comparison { types added fixed unchanged } previousId
  testCoverage { reason } artifacts { path }
  summary { filesAnalysed notAnalysed { language files } engines { engine version } gaps { engine reason } leftOut { reason files folders } }
  findings { totalCount nodes { rule engine file line state severity message } }
  fixed: findings(state: FIXED) { totalCount nodes { file state } } } }`;
const page = z.object({
  totalCount: z.int(),
  nodes: z.array(z.looseObject({ file: z.string(), state: z.string().nullable() })),
});
const result = z.looseObject({
  status: z.string(),
  codeSmells: z.int().nullable(),
  securityIssues: z.int().nullable(),
  typeErrors: z.int().nullable(),
  qualityScore: z.number().nullable(),
  recommendations: z.array(z.string()).nullable(),
  comparison: z.object({ types: z.array(z.string()), added: z.int(), fixed: z.int(), unchanged: z.int() }).nullable(),
  previousId: z.string().nullable(),
  findings: page,
  fixed: page,
  artifacts: z.array(z.object({ path: z.string() })),
});

let app: TestApp;
let ada: Caller;
beforeAll(async () => {
  app = await testApp({ worker: true }, { ALLOW_LOCAL_REPOS: 'true' });
  ada = await newCaller(app);
});
afterAll(() => app.close());

async function toEnd(input: object) {
  const { databaseId: id } = await ada.get(started, analyze, { input });
  const follow =
    'subscription ($id: UUID!) { a: analysisProgress(id: $id, after: 0) { status stage percentage lastSeq } }';
  const states: unknown[] = [];
  for await (const answer of ada.follow(follow, { id })) states.push(answer.data);
  return { id, states, found: await ada.get(result, read, { id }) };
}

describe('an analysis', () => {
  it('of files finds what is wrong with them, by place, and leaves null what was not asked for', async () => {
    const files = [
      { path: 'tsconfig.json', content: config },
      { path: 'src/a.ts', content: wrong },
      { path: 'lib.rb', content: 'puts 1\n' },
    ];
    const { found, states } = await toEnd({ projectName: 'inline', types: ['TYPES'], files });
    expect(found).toMatchObject({ status: 'COMPLETED', typeErrors: 1, codeSmells: null, securityIssues: null });
    expect(found).toMatchObject({ qualityScore: null, coveragePercent: null, commit: null, comparison: null });
    expect(found.findings.nodes).toMatchObject([
      { rule: 'TS2322', engine: 'tsc', file: 'src/a.ts', line: 1, state: null },
    ]);
    expect(found).toMatchObject({ summary: { filesAnalysed: 1, notAnalysed: [{ language: 'Ruby', files: 1 }] } });
    expect(found.recommendations).toEqual([expect.stringContaining('src/a.ts:1')]);
    expect(found.artifacts).toEqual([{ path: 'analysis.sarif' }]);
    expect(states.at(-1)).toMatchObject({ a: { status: 'COMPLETED', percentage: 100 } });
  });

  it('is compared with the one before of the same project: new, fixed, unchanged', async () => {
    const folder = await makeProject({ 'tsconfig.json': config, 'a.ts': wrong, 'b.ts': wrong, 'c.ts': right });
    const input = { projectName: 'compared', types: ['TYPES'], address: folder };
    const first = await toEnd(input);
    expect(first.found).toMatchObject({ comparison: null, commit: (await runGit(folder, 'rev-parse', 'HEAD')).trim() });
    await writeFile(join(folder, 'a.ts'), right);
    await writeFile(join(folder, 'c.ts'), wrong);
    const { found } = await toEnd(input);
    expect(found.comparison).toEqual({ types: ['TYPES'], added: 1, fixed: 1, unchanged: 1 });
    expect(found.previousId).toBe(first.id);
    expect(found.findings.nodes.map(({ file, state }) => [file, state])).toEqual([
      ['b.ts', 'UNCHANGED'],
      ['c.ts', 'ADDED'],
    ]);
    expect(found.fixed).toMatchObject({ totalCount: 1, nodes: [{ file: 'a.ts', state: 'FIXED' }] });
    expect((await toEnd({ ...input, projectName: 'another' })).found.comparison).toBeNull();
  });

  it('calls nothing fixed where nobody looked: in files that do not parse, or are left out', async () => {
    const inThree = {
      'tsconfig.json': config,
      'broken.ts': wrong,
      'made.ts': wrong,
      'gone.ts': wrong,
      'same.ts': wrong,
    };
    const input = (files: Readonly<Record<string, string>>) => ({
      projectName: 'unseen',
      types: ['TYPES'],
      files: Object.entries(files).map(([path, content]) => ({ path, content })),
    });
    await toEnd(input(inThree));
    const { 'gone.ts': _gone, ...left } = inThree;
    const made = `// Code generated by a tool. DO NOT EDIT.\n${wrong}`;
    const second = await toEnd(input({ ...left, 'broken.ts': `${wrong}}}`, 'made.ts': made }));
    expect(second.found.comparison).toEqual({ types: ['TYPES'], added: 0, fixed: 1, unchanged: 1 });
    expect(second.found.fixed.nodes.map(({ file }) => file)).toEqual(['gone.ts']);
    const third = await toEnd(input(left));
    expect(third.found.findings.nodes.map(({ file, state }) => [file, state])).toEqual([
      ['broken.ts', null],
      ['made.ts', 'ADDED'],
      ['same.ts', 'UNCHANGED'],
    ]);
  });

  it('follows files that were renamed: by what they hold, else by what is found in them', async () => {
    const flag = 'export const flag: boolean = 1;\n';
    const list = 'export const list: string[] = 2;\n';
    const input = (files: Readonly<Record<string, string>>) => ({
      projectName: 'renamed',
      types: ['TYPES'],
      files: Object.entries({ 'tsconfig.json': config, ...files }).map(([path, content]) => ({ path, content })),
    });
    await toEnd(input({ 'one.ts': wrong, 'two.ts': wrong + flag + list, 'three.ts': wrong }));
    // The first is elsewhere, the second also has a defect less and another one, the third is gone for a new one.
    const edited = `export const why = 1;\n${wrong}${list}export const other: never = 1;\n`;
    const fresh = `${right}\n${wrong.replace('count', 'found')}`.replace('count', 'first');
    const { found } = await toEnd(input({ 'deep/uno.ts': wrong, 'deep/due.ts': edited, 'deep/tre.ts': fresh }));
    expect(found.findings.nodes.map(({ file, line, state }) => [file, line, state])).toEqual([
      ['deep/due.ts', 2, 'UNCHANGED'],
      ['deep/due.ts', 3, 'UNCHANGED'],
      ['deep/due.ts', 4, 'ADDED'],
      ['deep/tre.ts', 3, 'ADDED'],
      ['deep/uno.ts', 1, 'UNCHANGED'],
    ]);
    expect(found.fixed.nodes.map(({ file }) => file)).toEqual(['three.ts', 'two.ts']);
    expect(found.comparison).toEqual({ types: ['TYPES'], added: 2, fixed: 2, unchanged: 3 });
  });

  it('names what no engine knows by its ending in capitals, and does not count it as analysed', async () => {
    const files = [
      { path: 'a.py', content: 'print(1)\n' },
      { path: 'B.PY', content: 'import os\nprint(undefined_name)\n' },
      { path: 'C.TS', content: wrong },
    ];
    const { id, found } = await toEnd({ projectName: 'capitals', types: ['QUALITY', 'TYPES'], files });
    expect(found).toMatchObject({ summary: { filesAnalysed: 1, notAnalysed: [] } });
    const query = 'query ($id: UUID!) { r: analysis(id: $id) { summary { gaps { type file reason } } } }';
    const gap = z.object({ type: z.string(), file: z.string().nullable(), reason: z.string() });
    const { summary } = await ada.get(z.object({ summary: z.object({ gaps: z.array(gap) }) }), query, { id });
    const named = summary.gaps.filter(({ reason }) => reason.includes('not in small letters'));
    expect(named.map(({ type, file }) => [type, file])).toEqual([
      ['QUALITY', 'B.PY'],
      ['QUALITY', 'C.TS'],
      ['TYPES', 'B.PY'],
      ['TYPES', 'C.TS'],
    ]);
  });

  it('compares what is found in a file that it could read in part only, each time the same part', async () => {
    const long = `// ${'x'.repeat(100)}\n`.repeat(3000);
    const token = `export const token = 'ghp_${'aB3dE5gH7jK9mN1pQ3sT5vX7zB9dF1hJ3lN5'.slice(0, 36)}';\n`;
    const ask = { projectName: 'in-part', types: ['SECURITY'], files: [{ path: 'a.ts', content: token + long }] };
    await toEnd(ask);
    const { found } = await toEnd(ask);
    expect(found.comparison).toEqual({ types: ['SECURITY'], added: 0, fixed: 0, unchanged: 1 });
    expect(found).toMatchObject({ summary: { gaps: [{ reason: expect.stringContaining('256 KiB') }] } });
  });

  it('is compared with the last one of all its types, and without one with the last that shares a type', async () => {
    const files = [
      { path: 'tsconfig.json', content: config },
      { path: 'a.ts', content: wrong },
    ];
    const analyse = async (...types: string[]) => await toEnd({ projectName: 'turns', types, files });
    const both = await analyse('SECURITY', 'TYPES');
    const security = await analyse('SECURITY');
    expect(security.found.previousId).toBe(both.id);
    expect((await analyse('TYPES')).found).toMatchObject({
      previousId: both.id,
      comparison: { types: ['TYPES'], added: 0, fixed: 0, unchanged: 1 },
    });
    expect((await analyse('SECURITY')).found.previousId).toBe(security.id);
    expect((await analyse('SECURITY', 'TYPES')).found.previousId).toBe(both.id);
    expect((await analyse('QUALITY')).found.comparison).toBeNull();
  });

  it('takes the connected repository of its name, and says the four ways when there is none', async () => {
    const answer = await ada.ask(analyze, { input: { projectName: 'nowhere' } });
    expect(answer.data?.r).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    expect(JSON.stringify(answer.data)).toMatch(/files.*id or URL.*build.*connect/);
    const folder = await makeProject({ 'a.ts': wrong });
    const connect = 'mutation ($a: String!) { r: connectRepository(address: $a) { ... on Repository { name } } }';
    const { name } = await ada.get(z.object({ name: z.string() }), connect, { a: folder });
    const { found } = await toEnd({ projectName: name, types: ['TYPES'] });
    expect(found.typeErrors).toBe(1);
  });

  it.each([
    ['../a.py', 'segments'],
    ['/etc/passwd', 'relative'],
    ['a//b.py', 'segments'],
    ['a\\b.py', 'slashes'],
    ['.git/config', '.git'],
    ['sub/.GIT/hooks/x', '.git'],
    ['C:/a.py', 'relative'],
    ['a\nb.py', 'control'],
    [`${'x'.repeat(201)}.py`, 'too long'],
  ])('refuses the path %j', async (path, word) => {
    const input = { projectName: 'p', files: [{ path, content: '' }] };
    const answer = await ada.ask(analyze, { input });
    expect(answer.data?.r).toMatchObject({ code: 'VALIDATION_ERROR', message: expect.stringContaining(word) });
  });

  it.each([
    ['no file', []],
    [
      'a file twice',
      [
        { path: 'a', content: '' },
        { path: 'a', content: '' },
      ],
    ],
    [
      'a file that is a folder',
      [
        { path: 'a', content: '' },
        { path: 'a/b', content: '' },
      ],
    ],
    ['too many', Array.from({ length: 501 }, (_, n) => ({ path: `f${n}`, content: '' }))],
  ])('refuses %s', async (_what, files) => {
    const answer = await ada.ask(analyze, { input: { projectName: 'p', files } });
    expect(answer.data?.r).toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it('lists its findings page by page in either direction, worst first, each once', async () => {
    const source = Array.from({ length: 7 }, (_, n) => `export const v${n}: number = "x";\n`).join('');
    const { id } = await toEnd({ projectName: 'pages', types: ['TYPES'], files: [{ path: 'a.ts', content: source }] });
    const form = z.object({
      findings: z.object({
        totalCount: z.int(),
        edges: z.array(z.object({ cursor: z.string(), node: z.object({ line: z.int() }) })),
        pageInfo: z.object({ hasNextPage: z.boolean(), hasPreviousPage: z.boolean() }),
      }),
    });
    const list = (args: string) =>
      ada.get(
        form,
        `query ($id: UUID!) { r: analysis(id: $id) { findings(${args}) { totalCount
        edges { cursor node { line } } pageInfo { hasNextPage hasPreviousPage } } } }`,
        { id },
      );
    const first = (await list('first: 3')).findings;
    expect([first.totalCount, first.pageInfo.hasNextPage]).toEqual([7, true]);
    const next = (await list(`first: 10, after: "${first.edges[2]?.cursor}"`)).findings;
    expect([...first.edges, ...next.edges].map(({ node }) => node.line)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(next.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: true });
    const last = (await list('last: 2')).findings;
    expect(last.edges.map(({ node }) => node.line)).toEqual([6, 7]);
    expect((await list('file: "b.ts"')).findings.totalCount).toBe(0);
  });

  it('is read by one statement, with a page of its findings and how many there are', async () => {
    const file = { path: 'count.ts', content: wrong };
    const { id, found } = await toEnd({ projectName: 'polled', types: ['TYPES'], files: [file] });
    app.statements();
    const poll = `query ($id: UUID!) { r: analysis(id: $id) { databaseId percentage qualityScore owner { username }
      findings(first: 100, type: TYPES) { totalCount nodes { rule engine file line state severity message } } } }`;
    const polled = await ada.get(z.object({ findings: page }), poll, { id });
    expect(app.statements().filter((sql) => /"(Job|Analysis|AnalysisFinding)"/.test(sql))).toHaveLength(1);
    expect(polled.findings).toEqual(found.findings);
    expect(polled.findings.totalCount).toBe(1);
  });
});

describe('the score', () => {
  const amount = fc.integer({ min: 0, max: 300 });
  const counts = fc.record({ high: amount, medium: amount, low: amount });
  const share = fc.option(fc.tuple(amount, amount).map(([a, b]) => ({ part: Math.min(a, b), of: Math.max(a, b) })));
  const measured: fc.Arbitrary<Measured> = fc.record({
    lines: fc.integer({ min: 1, max: 100_000 }),
    quality: counts,
    security: fc.option(counts),
    types: fc.option(counts),
    complexity: share,
    duplication: share,
    documentation: share,
  });

  it('never rises by one more finding', () => {
    const kinds = fc.constantFrom('quality', 'security', 'types');
    fc.assert(
      fc.property(measured, kinds, fc.constantFrom('high', 'medium', 'low'), (one, kind, severity) => {
        const present = one[kind];
        if (present === null) return;
        const more = { ...one, [kind]: { ...present, [severity]: present[severity] + 1 } };
        expect(scoreOf(more)?.value).toBeLessThanOrEqual(scoreOf(one)?.value ?? -1);
      }),
    );
  });

  it('is that of the tree for twice the tree, and stays from 0 to 10', () => {
    const twice = <Value>(value: Value): Value =>
      JSON.parse(JSON.stringify(value), (_key, n) => (typeof n === 'number' ? n * 2 : n));
    fc.assert(
      fc.property(measured, (one) => {
        const value = scoreOf(one)?.value ?? -1;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(10);
        expect(scoreOf(twice(one))?.value).toBe(value);
      }),
    );
  });

  it('is 10 for nothing amiss, and null without quality or lines', () => {
    const none = { high: 0, medium: 0, low: 0 };
    const clean = {
      lines: 10,
      quality: none,
      security: none,
      types: none,
      complexity: null,
      duplication: null,
      documentation: null,
    };
    expect(scoreOf(clean)?.value).toBe(10);
    expect(scoreOf({ ...clean, quality: null })).toBeNull();
    expect(scoreOf({ ...clean, lines: 0 })).toBeNull();
  });
});
