import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createThreadPool } from '../src/platform/thread-pool.ts';
import type { FileEdit, TaskBrief, TaskTools } from '../src/tasks/engine/task-engine.ts';
import { memoryCache } from './analysed-tree.ts';

export type Files = Readonly<Record<string, string | Uint8Array | null>>;

/** A git repository of its own that lives as long as the test. */
export class TestRepository {
  readonly root: string = temporaryFolder('task-checkout-');

  constructor(files: Files) {
    this.git('init', '--quiet', '--initial-branch=main');
    this.commit('First', files);
  }

  git(...args: string[]): string {
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'core.autocrlf=false'];
    return execFileSync('git', ['-C', this.root, ...who, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  /** Writes files, null takes one away, and commits all. Gives the commit. */
  commit(message: string, files: Files): string {
    for (const [path, text] of Object.entries(files)) {
      const full = join(this.root, path);
      if (text === null) rmSync(full);
      else {
        mkdirSync(dirname(full), { recursive: true });
        writeFileSync(full, text);
      }
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** What a task would be asked of the checked-out branch. */
  brief(prompt: string, more: Partial<TaskBrief> = {}): TaskBrief {
    return {
      type: 'DEBUG',
      title: '',
      description: null,
      prompt,
      root: this.root,
      branch: this.git('rev-parse', '--abbrev-ref', 'HEAD'),
      commit: this.git('rev-parse', 'HEAD'),
      targetBranch: 'main',
      targetCommit: null,
      repository: { name: 'engine', fullName: 'ada/engine', url: 'https://github.com/ada/engine' },
      ...more,
    };
  }

  /** What `git status` has to say: empty when nothing of the checkout was touched. */
  status(): string {
    return this.git('status', '--porcelain');
  }
}

/** What an engine works with, for one test. */
export function taskTools(more: Partial<TaskTools> = {}): TaskTools {
  const threads = createThreadPool({ threads: 2 });
  onTestFinished(() => threads.close());
  return {
    threads,
    cache: memoryCache(),
    scratch: temporaryFolder('task-scratch-'),
    signal: new AbortController().signal,
    report: () => undefined,
    used: () => undefined,
    ...more,
  };
}

/** The new text of an edited file. @throws where it was not edited */
export function editOf(edits: readonly FileEdit[], path: string): string {
  const found = edits.find((edit) => edit.path === path)?.after;
  if (found === undefined || found === null) throw new Error(`${path} was not edited`);
  return found;
}

function temporaryFolder(prefix: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
