import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { root } from './source-files.ts';
import { type Caller, newCaller } from './story.ts';

const fixture = join(root, 'test/fixtures/analysis-defects');

const label = z.object({
  id: z.string(),
  type: z.enum(['security', 'quality', 'types']),
  file: z.string(),
  line: z.int(),
  endLine: z.int(),
  kind: z.string(),
  cwe: z.string().nullable(),
  why: z.string(),
});
type Label = z.infer<typeof label>;

const node = z.object({
  type: z.string().toLowerCase(),
  severity: z.string(),
  rule: z.string(),
  engine: z.string(),
  file: z.string(),
  line: z.int(),
  endLine: z.int().nullable(),
  message: z.string(),
  suggestion: z.string().nullable(),
  cwe: z.string().nullable(),
});
type Found = z.infer<typeof node>;

/** Weaknesses that lists of them tell apart more finely than a reader of the code does. */
const kin = [
  ['CWE-94', 'CWE-95', 'CWE-1336'],
  ['CWE-327', 'CWE-328', 'CWE-916'],
  ['CWE-327', 'CWE-329'],
  ['CWE-330', 'CWE-338'],
  ['CWE-321', 'CWE-798'],
  ['CWE-614', 'CWE-1004', 'CWE-1275'],
  ['CWE-377', 'CWE-379'],
];

/** What tells a defect of quality of each kind, as `engine/rule`. */
const rulesOfQuality: Readonly<Record<string, RegExp>> = {
  'cyclomatic-complexity': /complex/,
  'cognitive-complexity': /complex|nesting/,
  'duplicate-code': /duplicated-block/,
  'long-function': /long-function/,
  'unused-import': /F401|no-unused-vars|TS6133|TS6192/,
  'unused-variable': /F841|no-unused-vars|TS6133/,
  'unused-function': /no-unused-vars|unused-private|TS6133/,
  'unreachable-code': /unreachable|TS7027/,
  'mutable-default': /B006/,
  'bare-except': /E722/,
  'none-comparison': /E711/,
  'duplicate-key': /no-dupe-keys|TS1117|F601/,
  'empty-catch': /no-empty|S110/,
  fallthrough: /no-fallthrough|TS7029/,
  'assignment-in-condition': /no-cond-assign|constant-condition/,
  'nan-comparison': /use-isnan|TS2845|PLW0177/,
};

let app: TestApp;
let ada: Caller;
beforeAll(async () => {
  app = await testApp({ worker: true });
  ada = await newCaller(app);
});
afterAll(() => app.close());

function filesOf(folder: string): { path: string; content: string }[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(folder, path).replaceAll(sep, '/'), content: readFileSync(path, 'utf8') }));
}

/** Analyses one of the two projects of the fixture as anybody would, and gives everything that was found. */
async function findingsOf(name: string): Promise<Found[]> {
  const analyze =
    'mutation ($input: AnalyzeCodeInput!) { r: analyzeCode(input: $input) { ... on Analysis { databaseId } } }';
  const input = { projectName: name, files: filesOf(join(fixture, name)) };
  const { databaseId: id } = await ada.get(z.object({ databaseId: z.uuid() }), analyze, { input });
  for await (const _ of ada.follow('subscription ($id: UUID!) { e: jobEvents(id: $id) { seq } }', { id }));
  const read = `query ($id: UUID!, $after: String) { r: analysis(id: $id) { status findings(first: 100, after: $after) {
    nodes { type severity rule engine file line endLine message suggestion cwe } pageInfo { hasNextPage endCursor } } } }`;
  const page = z.object({
    status: z.literal('COMPLETED'),
    findings: z.object({
      nodes: z.array(node),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  });
  const found: Found[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { nodes, pageInfo }: z.infer<typeof page>['findings'] = (await ada.get(page, read, { id, after })).findings;
    found.push(...nodes);
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  return found;
}

/** Whether a finding is about the defect of a label: at its place, and of its kind. */
function tells(found: Found, one: Label): boolean {
  const name = `${found.engine}/${found.rule}`;
  if (one.kind === 'duplicate-code') {
    // A pair may be told at either of its places, which names the other.
    const told = `${found.file} ${found.message} ${found.suggestion}`;
    return rulesOfQuality[one.kind]?.test(name) === true && told.includes(one.file);
  }
  const end = Math.max(found.line, one.type === 'security' ? (found.endLine ?? found.line) : found.line);
  if (found.file !== one.file || end < one.line || found.line > one.endLine) return false;
  if (one.type === 'types') return found.type === 'types';
  if (one.type === 'quality') return rulesOfQuality[one.kind]?.test(name) === true;
  return found.type === 'security' && sameWeakness(found.cwe, one.cwe);
}

function sameWeakness(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return false;
  return one === other || kin.some((group) => group.includes(one) && group.includes(other));
}

it('finds each of 30 defects of security, 20 of quality and 20 of types', async () => {
  const labels = z.array(label).parse(JSON.parse(readFileSync(join(fixture, 'defects.json'), 'utf8')));
  const findings = await findingsOf('defects');
  const missed = labels.filter((one) => !findings.some((found) => tells(found, one)));
  const found = (type: Label['type']) => {
    const planted = labels.filter((one) => one.type === type).length;
    return { planted, found: planted - missed.filter((one) => one.type === type).length };
  };
  const score = { security: found('security'), quality: found('quality'), types: found('types') };
  const lines = missed.map(({ id, file, line, why }) => {
    const there = findings.filter((one) => one.file === file && Math.abs(one.line - line) <= 3);
    return `missed ${id} ${file}:${line} ${why}\n  there: ${there.map(({ rule, line: at, cwe }) => `${at} ${rule} ${cwe ?? ''}`).join(', ')}`;
  });
  const words = `${JSON.stringify(score)}\n${lines.join('\n')}`;
  if (process.env.SHOW_FINDINGS !== undefined) console.info(words);
  expect(labels).toHaveLength(70);
  expect(score.security.found, words).toBe(30);
  expect(score.quality.found, words).toBe(20);
  expect(score.types.found, words).toBe(20);
}, 120_000);

it('says at most three things of those kinds about code that only looks like it', async () => {
  const findings = await findingsOf('look-alikes');
  const isOfKind = ({ type, engine, rule }: Found) =>
    type !== 'quality' || Object.values(rulesOfQuality).some((rules) => rules.test(`${engine}/${rule}`));
  const wrong = findings.filter(isOfKind);
  const lines = wrong.map(({ severity, engine, rule, file, line, message }) =>
    [severity, `${engine}/${rule}`, `${file}:${line}`, message].join(' '),
  );
  expect(wrong.length, lines.join('\n')).toBeLessThanOrEqual(3);
  const others = findings.filter((one) => !isOfKind(one)).map(({ rule, file, line }) => `${rule} ${file}:${line}`);
  if (process.env.SHOW_FINDINGS !== undefined) console.info([...lines, 'others:', ...others].join('\n'));
}, 120_000);
