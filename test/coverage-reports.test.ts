import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readCoverage } from '../src/code/coverage/coverage.ts';
import { readSourceTree } from '../src/code/source-tree.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

const folders: string[] = [];
const threads = createThreadPool({ threads: 1 });

afterAll(() => threads.close());

afterEach(() => {
  for (const root of folders.splice(0)) rmSync(root, { recursive: true, force: true });
});

const sources = { 'package.json': '{}', 'src/a.ts': 'a\nb\nc\n', 'src/b.ts': 'a\nb\n', 'pkg/shop/cart.py': 'a\nb\n' };

/** Coverage of a folder with these files besides `sources`; reports are newer the later they stand. */
async function look(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'coverage-test-'));
  folders.push(root);
  for (const [number, [path, text]] of Object.entries({ ...sources, ...files }).entries()) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
    utimesSync(join(root, path), 1_700_000_000 + number, 1_700_000_000 + number);
  }
  return readCoverage(root, await readSourceTree(root), { threads });
}

const lcov = (path: string, hits: readonly number[]) =>
  `TN:\nSF:${path}\n${hits.map((count, index) => `DA:${index + 1},${count}\n`).join('')}end_of_record\n`;

const cobertura = (text: string) =>
  `<?xml version="1.0" ?>\n<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">\n<coverage version="7" line-rate="0.5">${text}</coverage>`;

const istanbulFile = (path: string, hits: readonly number[]) => ({
  path,
  statementMap: Object.fromEntries(hits.map((_, index) => [index, { start: { line: index + 1, column: 0 } }])),
  s: Object.fromEntries(hits.entries()),
});

describe('coverage', () => {
  it.each<[string, string, string, number, readonly string[]]>([
    ['lcov', 'coverage/lcov.info', lcov('/builds/me/src/a.ts', [1, 0, 3]), 66.7, ['src/a.ts']],
    [
      'cobertura',
      'reports/coverage.xml',
      cobertura(
        '<sources><source>/ci/pkg</source></sources><packages><package name="."><classes><class filename="shop/cart.py" line-rate="1"><methods/><lines><line number="1" hits="1"/><line number="2" hits="0"/></lines></class></classes></package></packages>',
      ),
      50,
      ['pkg/shop/cart.py'],
    ],
    [
      'coverage.py',
      'coverage.json',
      JSON.stringify({
        meta: { format: 3, version: '7.6', branch_coverage: false },
        files: { 'pkg/shop/cart.py': { executed_lines: [1], missing_lines: [2, 3] } },
      }),
      33.3,
      ['pkg/shop/cart.py'],
    ],
    [
      'istanbul',
      'coverage/coverage-final.json',
      JSON.stringify({ '/ci/src/a.ts': istanbulFile('/ci/src/a.ts', [1, 1, 0]) }),
      66.7,
      ['src/a.ts'],
    ],
    [
      'istanbul-summary',
      'odd/place/coverage-summary.json',
      JSON.stringify({
        total: { lines: { total: 9, covered: 0, skipped: 0, pct: 0 } },
        'C:\\ci\\src\\a.ts': { lines: { total: 8, covered: 7 } },
      }),
      87.5,
      ['src/a.ts'],
    ],
    [
      'go',
      'c.out',
      'mode: set\nexample.org/shop/store.go:1.2,3.4 2 1\nexample.org/shop/store.go:5.1,5.9 1 0\n',
      75,
      ['store.go'],
    ],
  ])('is read from %s, its paths mapped into the tree', async (format, path, text, percent, files) => {
    const { coverage } = await look({ 'store.go': 'package shop\n', [path]: text });
    expect(coverage).toMatchObject({ reports: [{ format, path }], percent, staleFiles: [] });
    expect(coverage?.files.map((file) => file.path)).toEqual(files);
  });

  it('is found where git ignores it', async () => {
    const { coverage } = await look({
      '.gitignore': 'coverage/\n',
      'packages/a/coverage/lcov.info': lcov('src/a.ts', [1, 1, 1]),
    });
    expect(coverage?.percent).toBe(100);
  });

  it('comes from the report that tells of the most files, of equals from the newest', async () => {
    const { coverage } = await look({
      'old.lcov': lcov('src/a.ts', [1, 1, 1]) + lcov('src/b.ts', [1, 1]),
      'coverage/lcov.info': lcov('src/a.ts', [0, 0, 1]) + lcov('src/b.ts', [0, 0]),
      'one-file.lcov': lcov('src/a.ts', [1, 1, 1]),
    });
    expect(coverage).toMatchObject({
      reports: [{ path: 'coverage/lcov.info' }],
      percent: 20,
      coveredLines: 1,
      lines: 5,
    });
    expect(coverage?.otherReports.map(({ path }) => path).sort()).toEqual(['old.lcov', 'one-file.lcov']);
  });

  it('names the files that are gone and does not count them', async () => {
    const { coverage } = await look({ 'lcov.info': lcov('src/a.ts', [1, 0]) + lcov('src/gone.ts', [0, 0, 0, 0]) });
    expect(coverage).toMatchObject({ percent: 50, staleFiles: ['src/gone.ts'] });
  });

  it('adds up the records of one file, and counts no line twice', async () => {
    const { coverage } = await look({ 'lcov.info': lcov('src/a.ts', [1, 0, 0]) + lcov('./src/a.ts', [0, 1, 0]) });
    expect(coverage).toMatchObject({ percent: 66.7, lines: 3, coveredLines: 2 });
  });

  it('is null with the reason where there is no report, or none that can be used', async () => {
    expect(await look({})).toEqual({ coverage: null, reason: expect.stringContaining('holds no coverage report') });
    const stale = await look({ 'lcov.info': lcov('elsewhere.ts', [1]) });
    expect(stale).toEqual({ coverage: null, reason: expect.stringMatching(/lcov\.info .*None of the files/) });
    const broken = await look({ 'coverage.xml': `${cobertura('<packages>').slice(0, -5)}` });
    expect(broken).toEqual({ coverage: null, reason: expect.stringMatching(/coverage\.xml .*cannot be read/) });
  });

  it('does not expand entities', async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE coverage [<!ENTITY a "src/a.ts">]><coverage line-rate="1"><packages><package><classes><class filename="&a;"><lines><line number="1" hits="1"/></lines></class></classes></package></packages></coverage>`;
    expect((await look({ 'coverage.xml': bomb })).coverage).toBeNull();
  });

  it('knows the characters that XML itself escapes in a path', async () => {
    const report = cobertura(
      '<packages><package><classes><class filename="src/a&amp;b&#x2e;ts"><lines><line number="1" hits="1"/></lines></class></classes></package></packages>',
    );
    const { coverage } = await look({ 'src/a&b.ts': 'a\n', 'coverage.xml': report });
    expect(coverage?.files.map(({ path }) => path)).toEqual(['src/a&b.ts']);
  });

  it('reads what begins with comments', async () => {
    const { coverage } = await look({ 'lcov.info': `# made by a tool\n#\n${lcov('src/a.ts', [1, 0])}` });
    expect(coverage?.percent).toBe(50);
  });

  it('takes a path from where its report stands before one of the same words elsewhere', async () => {
    const parts = { 'parts/x/src/a.ts': 'a\nb\n', 'parts/y/src/a.ts': 'a\nb\n' };
    const one = await look({ ...parts, 'parts/x/coverage/lcov.info': lcov('src/a.ts', [1, 0]) });
    expect(one.coverage?.files.map(({ path }) => path)).toEqual(['parts/x/src/a.ts']);
    const inContainer = await look({ ...parts, 'parts/y/lcov.info': lcov('/app/src/a.ts', [1, 0]) });
    expect(inContainer.coverage?.files.map(({ path }) => path)).toEqual(['parts/y/src/a.ts']);
    const elsewhere = await look({ ...parts, 'parts/y/lcov.info': lcov('/ci/parts/x/src/a.ts', [1, 0]) });
    expect(elsewhere.coverage?.files.map(({ path }) => path)).toEqual(['parts/x/src/a.ts']);
    const profile = 'mode: set\nexample.org/shop/store.go:1.2,1.4 2 1\n';
    const go = await look({ 'x/store.go': 'package x\n', 'y/store.go': 'package y\n', 'y/c.out': profile });
    expect(go.coverage?.files.map(({ path }) => path)).toEqual(['y/store.go']);
  });

  it('takes a path from the folder that its report names before one of the same words elsewhere', async () => {
    const report = cobertura(
      '<sources><source>/ci/pkg</source></sources><packages><package><classes><class filename="a.py"><lines><line number="1" hits="1"/></lines></class></classes></package></packages>',
    );
    const { coverage } = await look({ 'a.py': 'a\n', 'pkg/a.py': 'a\n', 'coverage.xml': report });
    expect(coverage?.files.map(({ path }) => path)).toEqual(['pkg/a.py']);
  });

  it('adds up reports of different files, and counts no file from two', async () => {
    const { coverage } = await look({
      'packages/x/lcov.info': lcov('pkg/shop/cart.py', [1, 0]),
      'coverage/lcov.info': lcov('src/a.ts', [1, 1, 1]) + lcov('src/b.ts', [1, 0]),
      'later.lcov': lcov('src/b.ts', [0, 0]),
    });
    expect(coverage).toMatchObject({ percent: 71.4, coveredLines: 5, lines: 7 });
    expect(coverage?.reports.map(({ path }) => path)).toEqual(['coverage/lcov.info', 'packages/x/lcov.info']);
    expect(coverage?.otherReports.map(({ path }) => path)).toEqual(['later.lcov']);
  });

  it('does not come from what tests read as data', async () => {
    const path = 'test/fixtures/shop/lcov.info';
    const { coverage, reason } = await look({ 'test/fixtures/shop/src/c.ts': 'a\n', [path]: lcov('src/c.ts', [1]) });
    expect(coverage).toBeNull();
    expect(reason).toBe(`${path} is not used: It is data of the tests.`);
  });

  it('says of a report that is too large that it is', async () => {
    const large = lcov('src/a.ts', [1]).padEnd(64 * 1024 * 1024 + 1, '\n');
    expect(await look({ 'lcov.info': large })).toEqual({
      coverage: null,
      reason: expect.stringMatching(/lcov\.info is not used: .*67108865 bytes/),
    });
  });

  it('does not take two files of one name for each other', async () => {
    const { coverage } = await look({ 'x/same.ts': 'a\n', 'y/same.ts': 'a\n', 'lcov.info': lcov('same.ts', [1]) });
    expect(coverage).toBeNull();
  });
});
