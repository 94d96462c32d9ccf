import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

const busy = 5;

/**
 * Waits for a file's lock, runs the task and gives the lock back. The lock is SQLite's on an empty database: one of the
 * operating system, so that it dies with its holder, however that was killed.
 */
export async function withFolderLock<Result>(file: string, task: () => Promise<Result>): Promise<Result> {
  for (;;) {
    const release = tryLock(file, 0);
    if (release !== undefined) {
      try {
        return await task();
      } finally {
        release();
      }
    }
    await delay(10 + Math.random() * 20);
  }
}

/**
 * The same for a process that is about to exit and cannot wait for promises: blocks for at most `milliseconds`.
 * Gives false, without running the task, when the lock could not be had.
 */
export function withFolderLockSync(file: string, milliseconds: number, task: () => void): boolean {
  const release = tryLock(file, milliseconds);
  if (release === undefined) return false;
  try {
    task();
  } finally {
    release();
  }
  return true;
}

function tryLock(file: string, timeout: number): (() => void) | undefined {
  const database = new DatabaseSync(file, { timeout });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return undefined;
    throw error;
  }
}
