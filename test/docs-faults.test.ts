import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Finding } from '../src/code/findings.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';
import { findingsOf } from './docs-findings.ts';

const fixture = join(import.meta.dirname, 'fixtures', 'docs-faults');
const label = z.object({
  id: z.int(),
  kind: z.string(),
  file: z.string(),
  line: z.int(),
  subject: z.string(),
});
type Label = z.infer<typeof label>;

const pool = createThreadPool({ threads: 1 });
afterAll(() => pool.close());

/** A finding of the label's kind in its file, within two lines of it or naming its subject. */
function fits(finding: Finding, one: Label): boolean {
  if (finding.rule !== `docs/${one.kind}` || finding.file !== one.file) return false;
  return Math.abs(finding.line - one.line) <= 2 || finding.message.includes(one.subject);
}

/** The nearest label of its kind that a finding fits. */
function labelOf(finding: Finding, labels: readonly Label[]): Label | undefined {
  const near = labels.filter((one) => fits(finding, one));
  const distance = (one: Label): number => Math.abs(one.line - finding.line);
  return near.toSorted((a, b) => distance(a) - distance(b))[0];
}

describe('sixty faults planted in the documentation of a repository', () => {
  it('are found but for six at most, with three false findings at most', async () => {
    const labels = z.array(label).parse(JSON.parse(await readFile(join(fixture, 'faults.json'), 'utf8')));
    const findings = await findingsOf(join(fixture, 'repository'), pool);
    const missed = labels.filter((one) => !findings.some((finding) => fits(finding, one)));
    const surplus = findings.filter((finding) => labelOf(finding, labels) === undefined);
    const kinds = [...new Set(labels.map(({ kind }) => kind))].sort();
    console.table(
      kinds.map((kind) => {
        const planted = labels.filter((one) => one.kind === kind).length;
        const lost = missed.filter((one) => one.kind === kind).length;
        return {
          kind,
          planted,
          found: planted - lost,
          false: surplus.filter((one) => one.rule === `docs/${kind}`).length,
        };
      }),
    );
    for (const one of missed) console.log(`missed ${one.id} ${one.kind} ${one.file}:${one.line} ${one.subject}`);
    for (const one of surplus) console.log(`surplus ${one.rule} ${one.file}:${one.line} ${one.message}`);
    expect(labels).toHaveLength(60);
    expect(labels.length - missed.length).toBeGreaterThanOrEqual(54);
    expect(surplus.length).toBeLessThanOrEqual(3);
  });

  it('are the same faults in whatever order the files come', async () => {
    const folder = join(fixture, 'repository');
    const findings = await findingsOf(folder, pool);
    expect(findings.length).toBeGreaterThan(54);
    expect(await findingsOf(folder, pool, true)).toEqual(findings);
  });
});
