import { afterAll, describe, expect, it } from 'vitest';
import { createThreadPool } from '../src/platform/thread-pool.ts';
import { reportIn } from './docs-findings.ts';

const pool = createThreadPool({ threads: 1 });
afterAll(() => pool.close());

describe('Markdown without measure', () => {
  it.each([
    ['quotes in quotes', '>'.repeat(15_000)],
    ['quotes with spaces', '> '.repeat(15_000)],
    ['marks that never close', '_*a'.repeat(5_000)],
    ['lists in lists', '1. '.repeat(5_000)],
    ['brackets', '![a]('.repeat(5_000)],
    ['one line of marks after the other', '_*a_ b\n'.repeat(20_000)],
    ['a table that is too wide', `${'|a'.repeat(9_000)}\n${'|-'.repeat(9_000)}\n`],
  ])('of %s is not read, which the report says, and the rest is', async (_, text) => {
    const { findings, limitsReached } = await reportIn({ 'README.md': text, 'docs/guide.md': '[a](none.md)\n' }, pool);
    expect(limitsReached).toEqual([
      'Not read, because marks are nested or repeated in them without measure: README.md.',
    ]);
    expect(findings.filter(({ file }) => file.endsWith('.md')).map(({ file, line }) => [file, line])).toEqual([
      ['docs/guide.md', 1],
    ]);
  });
});

describe('Markdown that is only long', () => {
  it('is read: many definitions, wide tables, lists of links', async () => {
    const definitions = Array.from({ length: 1_000 }, (_, n) => `[\`name${n}\`]: https://example.org/${n}\n`).join('');
    const rows = `| a | b |\n|---|---|\n${'| `a` | **b** |\n'.repeat(1_000)}`;
    const links = '- [`a`](https://example.org) and [b](https://example.org)\n'.repeat(1_000);
    const text = `${definitions}\n${rows}\n${links}\n[c](none.md)\n`;
    const { findings, limitsReached } = await reportIn({ 'README.md': text }, pool);
    expect(limitsReached).toEqual([]);
    expect(findings.map(({ rule }) => rule)).toEqual(['docs/broken-link']);
  });
});

describe('code blocks that cannot be read', () => {
  const slip = '```js\nconst sum = (1 + 2;\n```\n';
  const grammar = (number: number) =>
    `\`\`\`js\nrule Node${number} <: Base {\n  kind := "a" "b" Other;\n  rest := many Node many Base;\n}\n\`\`\`\n`;
  const specification = (blocks: number) => Array.from({ length: blocks }, (_, number) => grammar(number)).join('\n');

  it.each([
    [7, ['docs/unparsable-code']],
    [8, []],
    [300, []],
  ])('are searched for slips until %i of a document are none but its notation', async (blocks, rules) => {
    const { findings } = await reportIn({ 'docs/guide.md': `${specification(blocks)}\n${slip}` }, pool);
    expect(findings.map(({ rule }) => rule)).toEqual(rules);
  });

  it('of one document say nothing of those of another', async () => {
    const { findings } = await reportIn({ 'docs/grammar.md': specification(20), 'docs/guide.md': slip }, pool);
    expect(findings.map(({ rule, file }) => [rule, file])).toEqual([['docs/unparsable-code', 'docs/guide.md']]);
  });
});
