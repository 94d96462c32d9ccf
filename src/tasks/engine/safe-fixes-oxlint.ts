import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { tryGit } from '../../code/git/git-command.ts';
import { findOxlint, type InstalledEngine } from '../../code/quality/installed.ts';
import { oxlintConfig } from '../../code/quality/oxlint-rules.ts';
import { runProcess } from '../../platform/child-process.ts';
import { readDiff } from './diff-hunks.ts';
import type { FixableFile, FixFinding, SafeFix } from './safe-fix.ts';
import type { TaskTools } from './task-engine.ts';
import { lineStarts } from './text-edits.ts';

/** Rules that oxlint mends without changing what the program does but for the fault itself, and what that is. */
const safeRules: Readonly<Record<string, string>> = {
  'eslint/no-extra-boolean-cast': 'removed a negation that changes nothing',
  'eslint/no-unsafe-negation': 'negated the whole comparison, not its left side',
  'eslint/no-unused-labels': 'removed a label that nothing jumps to',
  'eslint/no-useless-rename': 'removed a renaming to the same name',
  'eslint/use-isnan': 'asked by `isNaN`: nothing equals `NaN`',
  'typescript/no-extra-non-null-assertion': 'removed a second `!`',
  'unicorn/no-useless-fallback-in-spread': 'removed a fallback that a spread does not need',
};

const config = z.object({
  plugins: z.array(z.string()),
  env: z.record(z.string(), z.boolean()),
  rules: z.record(z.string(), z.unknown()),
});

const MILLISECONDS = 60_000;
const MOST_FILES = 500;

/**
 * What oxlint would safely change in JavaScript and TypeScript files: rule by rule, on copies in a folder of their own,
 * and only where a finding stands. Nothing without oxlint. Rejects with the signal's reason only.
 */
export async function oxlintFixes(
  files: readonly FixableFile[],
  { scratch, signal }: Pick<TaskTools, 'scratch' | 'signal'>,
): Promise<SafeFix[]> {
  const wanted = new Map<string, FixableFile[]>();
  for (const file of files) {
    const rules = new Set(file.findings.flatMap(({ engine, rule }) => (engine === 'oxlint' ? [rule] : [])));
    for (const rule of rules) if (rule in safeRules) wanted.set(rule, [...(wanted.get(rule) ?? []), file]);
  }
  const engine = wanted.size === 0 ? null : await findOxlint();
  if (engine === null) return [];
  const fixes: SafeFix[] = [];
  for (const [rule, of] of wanted) {
    const folder = await realpath(await mkdtemp(join(scratch, 'oxlint-')));
    try {
      fixes.push(...(await fixRule({ engine, folder, signal, rule }, of.slice(0, MOST_FILES))));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return fixes;
}

interface FixRun {
  readonly engine: InstalledEngine;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly rule: string;
}

async function fixRule({ engine, folder, signal, rule }: FixRun, files: readonly FixableFile[]): Promise<SafeFix[]> {
  const { plugins, env, rules } = config.parse(oxlintConfig);
  const only = { plugins, env, categories: { correctness: 'off' }, rules: { [rule]: rules[rule] ?? 'warn' } };
  await writeFile(join(folder, 'oxlintrc.json'), JSON.stringify(only));
  // By number: a path of the tree could be anything, and the ending is all that counts.
  const names = files.map(({ path }, at) => `${at}/${path.slice(path.lastIndexOf('/') + 1)}`);
  for (const side of ['a', 'b']) {
    for (const [at, name] of names.entries()) {
      await mkdir(dirname(join(folder, side, name)), { recursive: true });
      await writeFile(join(folder, side, name), files[at]?.text ?? '');
    }
  }
  const options = ['-c', 'oxlintrc.json', '--disable-nested-config', '--no-ignore', '--fix', '--silent'];
  const settings = { cwd: folder, signal, timeoutMs: MILLISECONDS };
  await runProcess(process.execPath, [engine.path, ...options, ...names.map((name) => `./b/${name}`)], settings).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      // Without an answer nothing is changed.
      return error;
    },
  );
  const form = ['--no-index', '--no-ext-diff', '--no-textconv', '--no-color', '-U0', '--text', '--no-prefix'];
  const { stdout } = await tryGit(['diff', ...form, '--', 'a', 'b'], { cwd: folder, signal });
  return (await Promise.all(readDiff(stdout).map((diff) => fixesOf(diff, { folder, files, rule })))).flat();
}

async function fixesOf(
  diff: ReturnType<typeof readDiff>[number],
  { folder, files, rule }: { folder: string; files: readonly FixableFile[]; rule: string },
): Promise<SafeFix[]> {
  const file = files[Number(/^[ab]\/(\d+)\//.exec(diff.after ?? '')?.[1])];
  if (file === undefined || diff.after === null) return [];
  const [before, after] = [file.text, await readFile(join(folder, diff.after), 'utf8')];
  const starts = { before: lineStarts(before), after: lineStarts(after) };
  return diff.hunks.flatMap(({ from, fromCount, to, toCount }): SafeFix[] => {
    const meant = file.findings.filter((one) => isIn(one, rule, from, fromCount));
    if (meant.length === 0 || fromCount === 0) return [];
    const span = (lines: readonly number[], text: string, first: number, count: number) => ({
      start: lines[first - 1] ?? text.length,
      end: lines[first - 1 + count] ?? text.length,
    });
    const old = span(starts.before, before, from, fromCount);
    const made = toCount === 0 ? { start: 0, end: 0 } : span(starts.after, after, to, toCount);
    const edit = { ...old, text: after.slice(made.start, made.end) };
    return [{ path: file.path, what: safeRules[rule] ?? rule, findings: meant, edits: [edit] }];
  });
}

function isIn({ engine, rule, line }: FixFinding, wanted: string, from: number, count: number): boolean {
  return engine === 'oxlint' && rule === wanted && line >= from && line < from + count;
}
