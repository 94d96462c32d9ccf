import { describe, expect, it } from 'vitest';
import { type Earlier, type Later, withRenames } from '../src/analyses/engine/renamed-files.ts';
import { compareAnalyses } from '../src/analyses/engine/typed-findings.ts';
import type { FileGap } from '../src/analyses/engine/unseen-files.ts';
import { fingerprinted, type RawFinding } from '../src/code/findings.ts';

/** Files by path: what they hold, and what is found in them by subject. */
type Files = Readonly<Record<string, { readonly content: string; readonly subjects: readonly string[] }>>;

function rawOf(files: Files): RawFinding[] {
  return Object.entries(files).flatMap(([file, { subjects }]) =>
    subjects.map((subject, index) => ({
      ...{ rule: 'R1', engine: 'ruff', severity: 'low' as const, file, line: index + 1, column: 1, endLine: null },
      ...{ message: `Told of ${subject}.`, suggestion: null, cwe: null, subject },
    })),
  );
}

function comparable(files: Files, gaps: readonly FileGap[]) {
  const findings = fingerprinted(rawOf(files)).map((one) => ({ ...one, type: 'QUALITY' as const }));
  const contents = new Map(Object.entries(files).map(([file, { content }]) => [file, content]));
  return { findings, types: ['QUALITY' as const], absent: new Set<string>(), gaps, contents, isLeftOut: () => false };
}

function earlier(files: Files, gaps: readonly FileGap[] = []): Earlier {
  return comparable(files, gaps);
}

function later(files: Files, gaps: readonly FileGap[] = []): Later {
  return { ...comparable(files, gaps), raw: Map.groupBy(rawOf(files), ({ file }) => file) };
}

/** Each finding's place and state, in order of place. */
function statesOf(before: Earlier, now: Later) {
  const { findings } = compareAnalyses(...withRenames(before, now)) ?? { findings: [] };
  return findings.map(({ file, line, state }) => `${file}:${line} ${state}`).sort();
}

describe('a file that has another name than before', () => {
  it('is found by what it holds, even if only one thing is amiss in it; of several by its last name', () => {
    const before = { 'a/x.py': { content: '1', subjects: ['s'] }, 'b/y.py': { content: '1', subjects: ['s'] } };
    const now = { 'c/y.py': { content: '1', subjects: ['s'] }, 'c/z.py': { content: '1', subjects: ['s'] } };
    const [{ findings }] = withRenames(earlier(before), later(now));
    expect(findings.map(({ file }) => file)).toEqual(['c/z.py', 'c/y.py']);
    expect(statesOf(earlier(before), later(now))).toEqual(['c/y.py:1 UNCHANGED', 'c/z.py:1 UNCHANGED']);
  });

  it('is found by half of what is amiss in it, each equal finding counted by its number', () => {
    const before = earlier({ 'old.py': { content: '1', subjects: ['s', 's', 't', 'u'] } });
    const half = later({ 'new.py': { content: '2', subjects: ['s', 's', 's', 'v'] } });
    expect(statesOf(before, half)).toEqual([
      ...['new.py:1 UNCHANGED', 'new.py:2 UNCHANGED', 'new.py:3 ADDED', 'new.py:4 ADDED'],
      ...['old.py:3 FIXED', 'old.py:4 FIXED'],
    ]);
    const less = later({ 'new.py': { content: '2', subjects: ['s', 'v', 'w', 'x', 'y'] } });
    expect(statesOf(before, less).filter((one) => one.endsWith('UNCHANGED'))).toEqual([]);
  });

  it('is not found by a single finding, unless its last name is the same', () => {
    const before = earlier({ 'a/old.py': { content: '1', subjects: ['s'] } });
    const other = later({ 'b/new.py': { content: '2', subjects: ['s'] } });
    expect(statesOf(before, other)).toEqual(['a/old.py:1 FIXED', 'b/new.py:1 ADDED']);
    const namesake = later({ 'b/old.py': { content: '2', subjects: ['s'] } });
    expect(statesOf(before, namesake)).toEqual(['b/old.py:1 UNCHANGED']);
  });

  it('is another one where the first is still there, or was left out', () => {
    const old = { 'old.py': { content: '1', subjects: ['s', 't'] } };
    const copy = { 'new.py': { content: '1', subjects: ['s', 't'] } };
    const both = later({ ...old, ...copy });
    expect(statesOf(earlier(old), both).slice(0, 2)).toEqual(['new.py:1 ADDED', 'new.py:2 ADDED']);
    const leftOut = { ...later(copy), isLeftOut: (file: string) => file === 'old.py' };
    expect(statesOf(earlier(old), leftOut)).toEqual(['new.py:1 ADDED', 'new.py:2 ADDED']);
  });

  it('is compared as far as both could be read alike, under whatever name', () => {
    const gap = { type: 'QUALITY' as const, engine: 'ruff', reason: 'It is read in part.' };
    const old = { 'old.py': { content: '1', subjects: ['s', 't', 'u'] } };
    const now = { 'new.py': { content: '2', subjects: ['s', 't'] } };
    const before = earlier(old, [{ ...gap, file: 'old.py' }]);
    const alike = later(now, [{ ...gap, file: 'new.py' }]);
    expect(statesOf(before, alike)).toEqual(['new.py:1 UNCHANGED', 'new.py:2 UNCHANGED', 'old.py:3 FIXED']);
    expect(statesOf(before, later(now))).toEqual(['new.py:1 null', 'new.py:2 null']);
  });

  it('is the likeliest of many in whatever order they come', () => {
    const count = 300;
    const names = Array.from({ length: count }, (_, n) => n);
    const subjects = (n: number) => ['everywhere', `in ${n}`, `in ${n} too`, `of ${n % 7}`];
    const made = (folder: string, numbers: readonly number[], content: string): Files =>
      Object.fromEntries(
        numbers.map((n) => [`${folder}/${n}.py`, { content: `${content} ${n}`, subjects: subjects(n) }]),
      );
    const turned = names.map((n) => count - 1 - n);
    const renamed = Object.fromEntries(
      Object.entries(made('new', turned, 'b')).map(([file, one]) => [file.replace('.py', '-new.py'), one]),
    );
    const states = statesOf(earlier(made('old', names, 'a')), later(renamed));
    expect(states).toHaveLength(4 * count);
    expect(states.every((one) => one.endsWith('UNCHANGED'))).toBe(true);
  });
});
