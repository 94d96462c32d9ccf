import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { z } from 'zod';
import { createThreadPool } from '../src/platform/thread-pool.ts';
import type { TaskBrief, TaskEngine, TaskFinding } from '../src/tasks/engine/task-engine.ts';

const threads = createThreadPool({ threads: 2 });
const folders: string[] = [];

afterAll(async () => {
  await threads.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export type Files = Readonly<Record<string, string>>;

/** A folder with these files, removed after the tests. */
export function checkout(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'task-checkout-'));
  folders.push(root);
  write(root, files);
  return root;
}

export function write(root: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Commits all that stands in a folder. `day` counts from the first of January 2026. */
export function commit(root: string, { day, author = 'ada' }: { day: number; author?: string }): string {
  const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString();
  const env = { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, env, encoding: 'utf8' }).trim();
  if (!existsSync(join(root, '.git'))) git('init', '-q', '-b', 'main');
  git('add', '-A');
  const who = ['-c', `user.name=${author}`, '-c', `user.email=${author}@example.com`, '-c', 'commit.gpgsign=false'];
  git(...who, 'commit', '-q', '--allow-empty', '-m', `Day ${day}`);
  return git('rev-parse', 'HEAD');
}

const namedPlaces = z.array(
  z.object({ path: z.string(), line: z.int().min(1), endLine: z.int().optional(), what: z.string() }),
);

/** What one run of an engine gives: its only finding, and how far it said it was. */
export interface EngineRun extends TaskFinding {
  readonly places: z.infer<typeof namedPlaces>;
  readonly message: string;
  readonly reports: readonly number[];
}

/** Runs an engine that gives one finding and changes nothing. */
export async function runEngine(
  engine: TaskEngine,
  root: string,
  prompt: string,
  { signal = new AbortController().signal, ...more }: Partial<TaskBrief> & { signal?: AbortSignal } = {},
): Promise<EngineRun> {
  const reports: number[] = [];
  const brief: TaskBrief = {
    type: 'ASK',
    title: 'A task',
    description: null,
    prompt,
    root,
    branch: 'main',
    commit: null,
    targetBranch: 'main',
    targetCommit: null,
    repository: { name: 'sample', fullName: 'ada/sample', url: null },
    ...more,
  };
  const outcome = await engine(brief, {
    threads,
    cache: { read: () => new Map(), write: () => undefined, close: () => undefined },
    scratch: root,
    signal,
    report: (done) => void reports.push(done),
    used: () => undefined,
  });
  const [finding, ...others] = outcome.findings;
  if (finding === undefined || others.length > 0 || outcome.edits.length > 0) throw new Error('Not one finding alone');
  return { ...finding, places: namedPlaces.parse(finding.data?.places), message: outcome.message, reports };
}

/** Places that are not in a folder: there should be none. */
export function missingPlaces(root: string, places: EngineRun['places']): string[] {
  return places.flatMap(({ path, line, endLine = line, what }) => {
    const file = join(root, path);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').length : 0;
    return endLine <= lines && line <= endLine ? [] : [`${what}: ${path}:${line}`];
  });
}
