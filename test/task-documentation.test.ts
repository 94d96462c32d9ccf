import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { documentCode } from '../src/tasks/engine/documentation.ts';
import { type Files, TestRepository, taskTools } from './task-checkout.ts';

const data = z.object({
  paths: z.array(z.string()).nullable(),
  pages: z.array(z.object({ path: z.string(), bytes: z.number() })),
  coverage: z.object({
    publicSymbols: z.number(),
    documentedSymbols: z.number(),
    percentage: z.number().nullable(),
  }),
  missing: z.array(z.object({ name: z.string(), kind: z.string(), path: z.string(), line: z.number() })),
  findings: z.array(z.object({ path: z.string(), line: z.number(), rule: z.string() })),
});

const files: Files = {
  'README.md': '# Shop\n\nWritten by a person. See [the guide](docs/gone.md).\n',
  'docs/API_DOCUMENTATION.md': '# By hand\n',
  'pyproject.toml': '[project]\nname = "shop"\nversion = "1"\n',
  'src/shop/__init__.py': '"""A shop."""\n',
  'src/shop/cart.py':
    '"""Carts."""\n\n\nclass Cart:\n    """What somebody buys."""\n\n    def add(self, item: str) -> None:\n        self.last = item\n',
  'src/shop/tax.py':
    '"""Taxes."""\n\n\ndef vat(net: float) -> float:\n    """Value added tax of a net price."""\n    return net / 5\n',
};

async function document(prompt: string, tree: Files = files) {
  const repository = new TestRepository(tree);
  const outcome = await documentCode(repository.brief(prompt, { type: 'DOCUMENTATION' }), taskTools());
  const [finding] = outcome.findings;
  if (finding === undefined) throw new Error('a documentation task reports what it wrote');
  expect(finding.resultType).toBe('DOCUMENTATION');
  expect(repository.status()).toBe('');
  return { outcome, finding, data: data.parse(finding.data), repository };
}

describe('a documentation task', { timeout: 120_000 }, () => {
  it('writes the pages of a project beside those of a person, and never over them', async () => {
    const { outcome, repository, finding } = await document('Document this repository');
    const paths = outcome.edits.map(({ path }) => path);
    expect(paths).toContain('README_AI.md');
    expect(paths).toContain('docs/API_DOCUMENTATION_AI.md');
    expect(paths.filter((path) => repository.git('ls-files', path) !== '')).toEqual([]);
    expect(outcome.edits.every(({ before, after }) => before === null && after !== null && after.length > 50)).toBe(
      true,
    );
    expect(outcome.editSummary).toBe(`Adds ${paths.length} pages of documentation.`);
    expect(finding.content).toContain('The prompt names no file or symbol of this repository');
    // What is written can be committed as it is.
    for (const { path, after } of outcome.edits) {
      execFileSync('mkdir', ['-p', join(repository.root, path, '..')]);
      writeFileSync(join(repository.root, path), after ?? '');
    }
    expect(
      repository
        .status()
        .split('\n')
        .every((line) => line.startsWith('??')),
    ).toBe(true);
  });

  it('documents only the file in question, on a page named after it, and reports what says nothing of itself', async () => {
    const { outcome, data: told, finding } = await document('Write documentation for src/shop/cart.py');
    expect(told.paths).toEqual(['src/shop/cart.py']);
    expect(outcome.edits.map(({ path }) => path)).toEqual(['docs/API_SRC_SHOP_CART_PY.md']);
    const [page] = outcome.edits;
    expect(page?.after).toContain('What somebody buys.');
    expect(page?.after).not.toContain('vat');
    expect(told.coverage).toEqual({ publicSymbols: 2, documentedSymbols: 1, percentage: 50 });
    expect(told.missing).toEqual([{ name: 'Cart.add', kind: 'method', path: 'src/shop/cart.py', line: 7 }]);
    expect(finding.content).toMatch(/src\/shop\/cart\.py#L7\).*`Cart\.add` has no documentation/);
  });

  it('finds the file by a symbol, and a folder by its path', async () => {
    const named = await document('please document the `vat` function');
    expect(named.data.paths).toEqual(['src/shop/tax.py']);
    expect(named.finding.content).toContain('where `vat` stands');
    const folder = await document('document everything in src/shop/');
    expect(folder.data.paths).toEqual(['src/shop/__init__.py', 'src/shop/cart.py', 'src/shop/tax.py']);
    expect(folder.outcome.edits.map(({ path }) => path)).toEqual(['docs/API_SRC_SHOP.md']);
  });

  it('takes another name for a page that is there already', async () => {
    const { outcome } = await document('document src/shop/tax.py', {
      ...files,
      'docs/api_src_shop_tax_py.md': 'mine\n',
    });
    expect(outcome.edits.map(({ path }) => path)).toEqual(['docs/API_SRC_SHOP_TAX_PY_AI.md']);
  });

  it('reports what the documents say and is not so', async () => {
    const { data: told } = await document('Document this project');
    expect(told.findings).toContainEqual({ path: 'README.md', line: 3, rule: 'docs/broken-link' });
  });

  it('says that nothing can be told of a tree without code', async () => {
    const { finding } = await document('Document it', { 'notes.txt': 'nothing here\n' });
    expect(finding.summary).toContain('there is no public symbol in a language that is read');
  });
});
