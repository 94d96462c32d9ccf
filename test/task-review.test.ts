import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readDiff } from '../src/tasks/engine/diff-hunks.ts';
import { reviewChanges } from '../src/tasks/engine/review.ts';
import { silencesTests, testsIn } from '../src/tasks/engine/review-tests.ts';
import { type Files, TestRepository, taskTools } from './task-checkout.ts';

const place = { path: z.string(), line: z.number() };
const comment = z.strictObject({
  ...place,
  side: z.enum(['RIGHT', 'LEFT']),
  severity: z.enum(['high', 'medium', 'low']),
  body: z.string().min(1),
});
const data = z.object({
  verdict: z.enum(['APPROVE', 'COMMENT', 'REQUEST_CHANGES']),
  base: z.string(),
  head: z.string(),
  caveat: z.string().nullable(),
  comments: z.array(comment),
  review: z.strictObject({
    commit_id: z.string(),
    event: z.enum(['APPROVE', 'COMMENT', 'REQUEST_CHANGES']),
    body: z.string().min(1),
    comments: z.array(comment.omit({ severity: true })),
  }),
  files: z.array(z.object({ path: z.string(), isBinary: z.boolean(), size: z.number().nullable() })),
  findings: z.array(z.object({ ...place, rule: z.string() })),
  elsewhere: z.array(z.object({ ...place, rule: z.string() })),
  fixed: z.number(),
  complexity: z.array(
    z.object({ ...place, name: z.string(), cognitive: z.object({ before: z.number().nullable(), after: z.number() }) }),
  ),
  symbols: z.array(z.object({ path: z.string(), how: z.string(), name: z.string() })),
  secrets: z.array(z.object({ ...place })),
  deletedTests: z.array(z.object({ ...place, name: z.string() })),
});

const lines = (...all: string[]) => `${all.join('\n')}\n`;
const main: Files = {
  'shop/cart.py': lines(
    '"""Carts."""',
    'import os',
    '',
    '',
    'def total(rows):',
    '    """The sum of all rows."""',
    '    if rows == None:',
    '        return 0',
    '    return sum(rows)',
    '',
    '',
    'def old_name():',
    '    """Is called elsewhere."""',
    '    return 1',
  ),
  'shop/use.py': lines('"""Uses."""', 'from shop.cart import old_name', '', 'VALUE = old_name()'),
  'tests/test_cart.py': lines('from shop.cart import total', '', '', 'def test_total():', '    assert total([1]) == 1'),
};

/** A repository with a branch `work` checked out that changes what `main` has. */
async function review(change: Files, { base = main, later = {} }: { base?: Files; later?: Files } = {}) {
  const repository = new TestRepository(base);
  repository.git('checkout', '--quiet', '-b', 'work');
  repository.commit('Change', change);
  repository.git('checkout', '--quiet', 'main');
  const targetCommit = repository.commit('Meanwhile', later);
  repository.git('checkout', '--quiet', 'work');
  const tools = taskTools();
  const brief = repository.brief('review this', { type: 'PR_REVIEW', targetBranch: 'main', targetCommit });
  const outcome = await reviewChanges(brief, tools);
  expect(repository.status()).toBe('');
  expect(readdirSync(tools.scratch)).toEqual([]);
  expect(outcome.edits).toEqual([]);
  const [finding] = outcome.findings;
  if (finding === undefined) throw new Error('a review says something');
  return { content: finding.content, summary: finding.summary, told: data.parse(finding.data), repository };
}

describe('a review of a project that declares files generated', () => {
  it('does not take what is left out now for fixed', async () => {
    const base = { ...main, 'shop/made.py': 'import os\n', '.gitattributes': 'shop/made.py linguist-generated\n' };
    const { told } = await review({ 'README.md': '# Shop\n' }, { base });
    expect(told.fixed).toBe(0);
  });
});

describe('a review', { timeout: 120_000 }, () => {
  it('tells what is new on changed lines, and nothing of what was there before', async () => {
    const cart = String(main['shop/cart.py']).replace('    return sum(rows)', '    return sum(rows) + missing');
    const { told, content } = await review({ 'shop/cart.py': cart });
    expect(told.findings.map(({ path, line, rule }) => [path, line, rule])).toEqual([['shop/cart.py', 9, 'F821']]);
    expect(told.verdict).toBe('REQUEST_CHANGES');
    expect(told.comments[0]).toMatchObject({ path: 'shop/cart.py', line: 9, side: 'RIGHT', severity: 'high' });
    expect(told.review).toMatchObject({ commit_id: told.head, event: 'REQUEST_CHANGES' });
    expect(told.review.comments).toHaveLength(told.comments.length);
    // They stand on lines nobody touched.
    expect(content).not.toMatch(/F401|E711/);
  });

  it('compares with where the branch left its target, not with what the target gained since', async () => {
    const { told } = await review(
      { 'shop/new.py': lines('"""New."""', 'ONE = 1') },
      { later: { 'shop/later.py': lines('"""Later."""', 'x = gone') } },
    );
    expect(told.files.map(({ path }) => path)).toEqual(['shop/new.py']);
    expect(told.verdict).toBe('APPROVE');
    expect(told.caveat).toBeNull();
  });

  it('does not call a finding new because its line was rewritten or its file renamed', async () => {
    const file = (name: string) =>
      lines(
        '"""Rows."""',
        '',
        '',
        'def count(rows):',
        '    """How many."""',
        `    ${name} = len(rows)`,
        '    return 1',
      );
    const moved = String(main['shop/cart.py']).replace('if rows == None:', 'if rows == None or rows == []:');
    const { told } = await review(
      { 'shop/cart.py': null, 'shop/basket.py': moved, 'shop/use.py': null, 'shop/rows.py': file('total') },
      { base: { ...main, 'shop/rows.py': file('number') } },
    );
    expect(told.findings).toEqual([]);
  });

  it('tells what a change breaks elsewhere, and that a public name is gone', async () => {
    const cart = String(main['shop/cart.py']).replace('def old_name()', 'def new_name()');
    const { told } = await review({ 'shop/cart.py': cart });
    expect(told.elsewhere.map(({ path, line }) => [path, line])).toContainEqual(['shop/use.py', 2]);
    expect(told.symbols).toEqual([
      { path: 'shop/cart.py', how: 'added', name: 'new_name' },
      { path: 'shop/cart.py', how: 'removed', name: 'old_name' },
    ]);
    const gone = told.comments.find(({ side }) => side === 'LEFT');
    expect(gone).toMatchObject({ path: 'shop/cart.py', line: 12, severity: 'medium' });
    expect(gone?.body).toContain('shop/use.py:2');
    expect(told.comments.find(({ body }) => body.includes('new_name'))?.body).toContain('no test mentions it');
  });

  it('finds secrets on added lines and does not repeat them', async () => {
    const key = `AKIA${'Q7WZ3XN5T2RM8KJD'}`;
    const { told, content } = await review({
      'shop/settings.py': lines(
        '"""Settings."""',
        `AWS_ACCESS_KEY_ID = "${key}"`,
        'aws_secret = "wJ4lrXUtnFEMIK7MDENGbPxRfiCYzQ8vT2hLcSd9"',
      ),
    });
    expect(told.secrets.length).toBeGreaterThan(0);
    expect(told.verdict).toBe('REQUEST_CHANGES');
    expect(JSON.stringify(told) + content).not.toContain(key);
  });

  it('tells of tests that are taken away or skipped, of large and of binary files', async () => {
    const noise = Buffer.from(Array.from({ length: 4_000 }, (_, at) => (at * 7919) % 256));
    const { told, content } = await review({
      'tests/test_cart.py': lines('import pytest', '', '', '@pytest.mark.skip', 'def test_other():', '    assert True'),
      'model.bin': noise,
      'rows.csv': 'a,b\n'.repeat(300_000),
    });
    expect(told.deletedTests).toEqual([{ path: 'tests/test_cart.py', name: 'test_total', line: 4 }]);
    expect(told.comments).toContainEqual({
      path: 'tests/test_cart.py',
      line: 4,
      side: 'LEFT',
      severity: 'medium',
      body: 'The test `test_total` is taken away.',
    });
    expect(told.comments.map(({ body }) => body)).toContain('This test is skipped from now on.');
    expect(told.files.find(({ path }) => path === 'model.bin')).toEqual({
      path: 'model.bin',
      isBinary: true,
      size: 4_000,
    });
    expect(content).toContain('`model.bin` is a new binary file of 4,000 bytes');
    expect(content).toContain('`rows.csv` is 1.2 MB large');
    expect(told.verdict).toBe('COMMENT');
  });

  it('measures how the complexity of a function changes', async () => {
    const base = { 'src/a.ts': 'export function walk(list: number[]): number {\n  return list.length;\n}\n' };
    const deep = `export function walk(list: number[]): number {
  let found = 0;
  for (const one of list) {
    if (one > 0) {
      for (const other of list) {
        if (other > one && other % 2 === 0) {
          while (found < other) {
            if (found % 3 === 0) found += 2;
            else found += 1;
          }
        }
      }
    }
  }
  return found;
}
`;
    const { told } = await review({ 'src/a.ts': deep }, { base });
    // for 1, if 2, for 3, if 4 and && 1, while 5, if 6 and else 1.
    expect(told.complexity).toMatchObject([{ name: 'walk', cognitive: { before: 0, after: 23 } }]);
  });

  it('reviews the last commit of the target branch itself, and says so', async () => {
    const repository = new TestRepository(main);
    repository.commit('More', { 'shop/more.py': 'x = gone\n' });
    const brief = repository.brief('review', { type: 'PR_REVIEW', targetBranch: 'main', targetCommit: null });
    const { findings } = await reviewChanges(brief, taskTools());
    const told = data.parse(findings[0]?.data);
    expect(told.files.map(({ path }) => path)).toEqual(['shop/more.py']);
    expect(told.caveat).toContain('its last commit is reviewed');
  });

  it('says that there is nothing to review where there is nothing', async () => {
    const repository = new TestRepository(main);
    const alone = await reviewChanges(repository.brief('review', { type: 'PR_REVIEW' }), taskTools());
    expect(alone.message).toContain('nothing to compare with');
    repository.git('checkout', '--quiet', '-b', 'work');
    const targetCommit = repository.git('rev-parse', 'main');
    repository.commit('Empty', {});
    const empty = await reviewChanges(repository.brief('review', { type: 'PR_REVIEW', targetCommit }), taskTools());
    expect(empty.message).toBe('work changes nothing against main.');
  });
});

describe('a difference', () => {
  it('is read whatever its paths and lines look like', () => {
    const repository = new TestRepository({
      'a b.txt': 'one\n',
      'ü"x.txt': 'one\n',
      'gone.txt': '-- x\n',
      'mode.sh': 'x\n',
    });
    repository.commit('Change', {
      'a b.txt': '++ two\nthree\n',
      'ü"x.txt': 'two\n',
      'gone.txt': null,
      'new.txt': '@@ -1 +1 @@\n',
    });
    const text = repository.git('diff', '--no-prefix', '-U0', 'HEAD~1', 'HEAD');
    const files = readDiff(text).map(({ before, after, hunks }) => ({ before, after, hunks }));
    expect(files.map(({ before, after }) => [before, after]).sort()).toEqual(
      [
        ['a b.txt', 'a b.txt'],
        ['gone.txt', null],
        [null, 'new.txt'],
        ['ü"x.txt', 'ü"x.txt'],
      ].sort(),
    );
    const changed = files.find(({ after }) => after === 'a b.txt');
    expect(changed?.hunks).toEqual([
      { from: 1, fromCount: 1, to: 1, toCount: 2, removed: ['one'], added: ['++ two', 'three'] },
    ]);
  });
});

describe('tests of a file', () => {
  it.each([
    ['a_test.go', ['func TestSum(t *testing.T) {'], ['TestSum']],
    ['a.test.ts', ["  it('adds', () => {", "test.each([1])('maps', () => {", 'edit("no");'], ['adds', 'maps']],
    ['test_a.py', ['async def test_one():', 'def helper():'], ['test_one']],
    ['a.rs', ['#[test]', 'fn sums() {', '', '', '', '', 'fn other() {'], ['sums']],
    ['ATest.java', ['  @Test', '  public void sums() {', '}', '', '', '', '  void other() {'], ['sums']],
    ['a_spec.rb', ["  it 'adds' do"], ['adds']],
  ])('are found by name in %s', (path, text, names) => {
    expect(testsIn(path, text).map(({ name }) => name)).toEqual(names);
  });

  it('are told apart from those that are skipped or run alone', () => {
    expect(
      ["it.skip('a')", '@pytest.mark.skip', '\tt.Skip()', '\t\tt.Skip()', "it.only('a')", "it('a')", 'skip(x)'].map(
        silencesTests,
      ),
    ).toEqual(['skipped', 'skipped', 'skipped', null, 'focused', null, null]);
  });
});
