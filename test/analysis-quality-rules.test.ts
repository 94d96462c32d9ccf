import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawFinding } from '../src/code/findings.ts';
import { analyseQuality } from '../src/code/quality/quality.ts';
import { readSourceTree, resolveFolder } from '../src/code/source-tree.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';
import { type QualityCase, qualityCases } from './quality-cases.ts';

/** Where a case's text stands in the tree; each has a folder, so that no name of one is another's. */
const placeOf = (at: number, { language }: QualityCase, kind: 'defect' | 'alike') =>
  `src/case-${at}/${kind}.${language}`;

describe('each rule says what is a defect and nothing of what only looks like it', () => {
  const root = mkdtempSync(join(tmpdir(), 'quality-rules-'));
  const byFile = new Map<string, RawFinding[]>();

  beforeAll(async () => {
    const texts = new Map<string, string>();
    for (const [at, one] of qualityCases.entries()) {
      texts.set(placeOf(at, one, 'defect'), `${one.defect.trim()}\n`);
      texts.set(placeOf(at, one, 'alike'), `${one.alike.trim()}\n`);
    }
    for (const [path, text] of texts) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const folder = await resolveFolder(root);
    const { files } = await readSourceTree(folder);
    const hashes = new Map(
      [...texts].map(([path, text]) => [path, createHash('sha256').update(text).digest('hex')] as const),
    );
    const threads = createThreadPool({ threads: 1 });
    const cache = { read: () => new Map(), write: () => undefined, close: () => undefined };
    const signal = new AbortController().signal;
    const { findings, gaps } = await analyseQuality({ root: folder, files, hashes, threads, cache, signal });
    await threads.close();
    expect(gaps).toEqual([]);
    for (const one of findings) byFile.set(one.file, [...(byFile.get(one.file) ?? []), one]);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(qualityCases.map((one, at) => ({ ...one, at })))('$rule in $language: $severity ($at)', (one) => {
    const said = (kind: 'defect' | 'alike') =>
      (byFile.get(placeOf(one.at, one, kind)) ?? []).map(({ rule, severity }) => `${severity} ${rule}`);
    expect(said('defect')).toContain(`${one.severity} ${one.rule}`);
    expect(said('alike')).toEqual([]);
  });
});
