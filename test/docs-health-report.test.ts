import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { sarifLog } from './sarif-log.ts';
import { type Caller, makeProject, newCaller } from './story.ts';

const started = z.object({ databaseId: z.uuid() });
const generate = `mutation ($input: GenerateDocsInput!) { r: generateDocs(input: $input) {
  __typename ... on DocsJob { databaseId } ... on Error { code message } } }`;
const followJob = 'subscription ($id: UUID!) { e: jobEvents(id: $id) { type } }';

const found = z.object({
  rule: z.string(),
  severity: z.string(),
  state: z.string().nullable(),
  file: z.string(),
  line: z.int(),
  fingerprint: z.string(),
});
const connection = z.object({
  totalCount: z.int(),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  edges: z.array(z.object({ node: found })),
});
const report = z.object({
  health: z.object({
    counts: z.object({ high: z.int(), medium: z.int(), low: z.int() }),
    comparison: z.object({ added: z.int(), fixed: z.int(), unchanged: z.int() }).nullable(),
    findings: connection,
  }),
});
const readHealth = `query ($id: UUID!, $first: Int, $after: String, $severity: FindingSeverity, $rule: String, $file: String, $state: FindingState) {
  job(id: $id) { ... on DocsJob { health { counts { high medium low } comparison { added fixed unchanged }
    findings(first: $first, after: $after, severity: $severity, rule: $rule, file: $file, state: $state) {
      totalCount pageInfo { hasNextPage endCursor } edges { node { rule severity state file line fingerprint } } } } } } }`;

const project = {
  'package.json': JSON.stringify({
    name: 'lantern',
    version: '1.0.0',
    main: 'src/index.ts',
    scripts: { build: 'tsc' },
  }),
  'src/index.ts': 'export function light(): void {}\nexport type Kind = string;\n',
  'README.md': '# Lantern\n\n[guide](docs/none.md) and [part](#none).\n\nRun `npm run biuld`.\n',
};

describe('the health report of a documentation job', () => {
  let app: TestApp;
  let ada: Caller;
  let folder: string;
  let first: string;

  beforeAll(async () => {
    app = await testApp({ worker: true }, { ALLOW_LOCAL_REPOS: 'true' });
    ada = await newCaller(app);
    folder = await makeProject(project, { git: false });
    first = await documented(folder);
  });
  afterAll(() => app.close());

  async function documented(address: string): Promise<string> {
    const { databaseId: id } = await ada.get(started, generate, { input: { address } });
    const types: unknown[] = [];
    for await (const { data, errors } of ada.follow(followJob, { id })) {
      expect(errors).toBeUndefined();
      types.push(data?.e);
    }
    expect(types.at(-1)).toEqual({ type: 'COMPLETED' });
    return id;
  }

  async function healthOf(id: string, filter: Record<string, unknown> = {}) {
    const { health } = await ada.get(report, readHealth, { id, ...filter });
    return { ...health, found: health.findings.edges.map(({ node }) => node) };
  }

  it('counts what it found and gives it by file and line', async () => {
    const { counts, comparison, found: all } = await healthOf(first);
    expect(all.map(({ rule, file, line, severity, state }) => [rule, file, line, severity, state])).toEqual([
      ['docs/broken-link', 'README.md', 3, 'HIGH', null],
      ['docs/broken-anchor', 'README.md', 3, 'MEDIUM', null],
      ['docs/unknown-command', 'README.md', 5, 'HIGH', null],
      ['docs/undocumented-symbol', 'src/index.ts', 1, 'MEDIUM', null],
      ['docs/undocumented-symbol', 'src/index.ts', 2, 'LOW', null],
    ]);
    expect(counts).toEqual({ high: 2, medium: 2, low: 1 });
    expect(comparison).toBeNull();
  });

  it.each([
    [{ severity: 'HIGH' }, ['docs/broken-link', 'docs/unknown-command']],
    [{ rule: 'docs/broken-anchor' }, ['docs/broken-anchor']],
    [{ file: 'src/index.ts' }, ['docs/undocumented-symbol', 'docs/undocumented-symbol']],
    [{ file: 'src/index.ts', severity: 'LOW' }, ['docs/undocumented-symbol']],
    [{ rule: 'docs/nothing' }, []],
    [{ state: 'ADDED' }, []],
  ])('filtered by %j gives only those, and their number', async (filter, rules) => {
    const { findings, found: some } = await healthOf(first, filter);
    expect(some.map(({ rule }) => rule)).toEqual(rules);
    expect(findings.totalCount).toBe(rules.length);
  });

  it('is paged through without a gap, filters held', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 10; page += 1) {
      const { findings, found: some } = await healthOf(first, { first: 2, ...(after === null ? {} : { after }) });
      expect(some.length).toBeLessThanOrEqual(2);
      expect(findings.totalCount).toBe(5);
      seen.push(...some.map(({ fingerprint }) => fingerprint));
      after = findings.pageInfo.endCursor;
      if (!findings.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual((await healthOf(first)).found.map(({ fingerprint }) => fingerprint));
    const high = await healthOf(first, { first: 1, severity: 'HIGH' });
    expect(high.found.map(({ rule }) => rule)).toEqual(['docs/broken-link']);
    expect(high.findings.pageInfo.hasNextPage).toBe(true);
  });

  it('of more than a hundred at once is refused or cut to a hundred', async () => {
    const many = await makeProject(
      { 'a.ts': Array.from({ length: 130 }, (_, n) => `export const name${n} = ${n};\n`).join('') },
      { git: false },
    );
    const id = await documented(many);
    const { found: some, findings } = await healthOf(id, { first: 100 });
    expect([some.length, findings.totalCount]).toEqual([100, 130]);
    const answer = await ada.ask(readHealth, { id, first: 131 });
    const given = answer.errors === undefined ? report.parse(answer.data?.job).health.findings.edges.length : 0;
    expect(given).toBeLessThanOrEqual(100);
  });

  it('says against the run before what is new, what is fixed and what is as it was, though lines moved', async () => {
    const own = await makeProject(project, { git: false });
    const before = await documented(own);
    await writeFile(
      join(own, 'README.md'),
      '# Lantern\n\nMore words.\n\n[guide](docs/none.md) and [other](docs/other.md).\n\nRun `npm run biuld`.\n',
    );
    const after = await documented(own);
    const { comparison, counts, found: present } = await healthOf(after);
    expect(comparison).toEqual({ added: 1, fixed: 1, unchanged: 4 });
    expect(counts).toEqual({ high: 3, medium: 1, low: 1 });
    expect(present.filter(({ state }) => state === 'ADDED')).toMatchObject([{ rule: 'docs/broken-link', line: 5 }]);
    expect(present.map(({ state }) => state)).not.toContain('FIXED');
    const fixed = await healthOf(after, { state: 'FIXED' });
    expect(fixed.found).toMatchObject([{ rule: 'docs/broken-anchor', file: 'README.md', line: 3 }]);
    // A run is compared with the one before it, not with all: what was fixed once is not fixed again.
    const third = await healthOf(await documented(own));
    expect(third.comparison).toEqual({ added: 0, fixed: 0, unchanged: 5 });
    expect((await healthOf(before)).comparison).toBeNull();
  });

  it('is there as SARIF and as a badge, and both can be read as text', async () => {
    const { artifacts } = await ada.get(
      z.object({
        artifacts: z.array(z.object({ path: z.string(), mediaType: z.string(), text: z.string().nullable() })),
      }),
      'query ($id: UUID!) { job(id: $id) { artifacts { path mediaType text } } }',
      { id: first },
    );
    const named = new Map(artifacts.map(({ path, text }) => [path, text]));
    const [run] = sarifLog.parse(JSON.parse(named.get('health.sarif') ?? '')).runs;
    expect(run?.results).toHaveLength(5);
    expect(named.get('coverage-badge.svg')).toContain('<title>documented: 0 %</title>');
  });

  it('of somebody else is not found', async () => {
    const bob = await newCaller(app);
    const answer = await bob.ask(readHealth, { id: first });
    expect(answer.data?.job ?? null).toBeNull();
    expect(JSON.stringify(answer)).not.toContain('broken-link');
    // The owner still has it, though the folder is gone.
    await rm(folder, { recursive: true });
    expect((await healthOf(first)).found).toHaveLength(5);
  });
});
