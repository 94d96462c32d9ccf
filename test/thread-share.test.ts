import { describe, expect, it, onTestFinished } from 'vitest';
import { threadsFor } from '../src/code/analyser-threads.ts';
import type { SourceFile } from '../src/code/source-file.ts';
import { createThreadPool, type ThreadTask } from '../src/platform/thread-pool.ts';
import { shareOf } from '../src/platform/thread-share.ts';

const task = <Input, Output>(name: string): ThreadTask<Input, Output> => ({
  module: new URL(`./fixtures/thread-tasks/${name}.mjs`, import.meta.url),
});
const increment = task<number, number>('increment');
const hold = task<SharedArrayBuffer, void>('hold');

function poolOf(threads: number) {
  const pool = createThreadPool({ threads });
  onTestFinished(() => pool.close());
  return pool;
}

describe('a share of a thread pool', () => {
  it('uses no more threads at a time than it has, and lets what is urgent go first', async () => {
    const pool = poolOf(2);
    const share = shareOf(pool, 1);
    const flag = new SharedArrayBuffer(4);
    const order: string[] = [];
    const ended = (name: string) => () => void order.push(name);
    const first = share.run(hold, flag).then(ended('first'));
    const second = share.run(increment, 1).then(ended('second'));
    const urgent = share.run(increment, 1, { urgent: true }).then(ended('urgent'));
    // The other thread is free for everybody else: had the second one been handed on, it would be done before this.
    await pool.run(increment, 1).then(ended('beside'));
    expect(order).toEqual(['beside']);
    expect(share.busy).toBe(3);
    Atomics.store(new Int32Array(flag), 0, 1);
    Atomics.notify(new Int32Array(flag), 0);
    await Promise.all([first, second, urgent]);
    expect(order).toEqual(['beside', 'first', 'urgent', 'second']);
    expect(share.busy).toBe(0);
  });

  it('gives up a turn that is called off, and rejects what waits when it is closed, while the pool goes on', async () => {
    const pool = poolOf(2);
    const share = shareOf(pool, 1);
    const flag = new SharedArrayBuffer(4);
    const first = share.run(hold, flag);
    const stop = new AbortController();
    const called = share.run(increment, 1, { signal: stop.signal });
    const waiting = share.run(increment, 1);
    stop.abort(new Error('enough'));
    await expect(called).rejects.toThrow('enough');
    await Promise.all([share.close(), expect(waiting).rejects.toThrow('closed')]);
    Atomics.store(new Int32Array(flag), 0, 1);
    Atomics.notify(new Int32Array(flag), 0);
    await first;
    expect(await pool.run(increment, 1)).toBe(2);
  });

  it('holds threads back until they are released', async () => {
    const pool = poolOf(2);
    const share = shareOf(pool, 2, 1);
    expect(share.threads).toBe(2);
    const flag = new SharedArrayBuffer(4);
    const order: string[] = [];
    const ended = (name: string) => () => void order.push(name);
    const first = share.run(hold, flag).then(ended('first'));
    const second = share.run(increment, 1).then(ended('second'));
    await pool.run(increment, 1).then(ended('beside'));
    expect(order).toEqual(['beside']);
    share.release();
    await second;
    expect(order).toEqual(['beside', 'second']);
    Atomics.store(new Int32Array(flag), 0, 1);
    Atomics.notify(new Int32Array(flag), 0);
    await first;
  });
});

describe('the threads that analysers of a tree share', () => {
  const file = (path: string, size: number): SourceFile => ({
    path,
    size,
    language: 'Python',
    encoding: null,
    lines: 1,
    sha256: null,
  });
  const large = [file('a.py', 3_000_000), file('b.ts', 2_000_000)];

  it('are one for a small tree, and all of them for a large one', () => {
    const pool = poolOf(2);
    const most = (files: readonly SourceFile[]) => threadsFor(files, pool).ofTypes.threads;
    expect(most([file('a.py', 1_000_000), file('b.ts', 2_000_000)])).toBe(1);
    // Secrets are looked for in a tenth of the time.
    expect(most([file('a.csv', 9_000_000)])).toBe(1);
    expect(most(large)).toBe(2);
  });

  it('leave one to the types, until these have ended', async () => {
    const { ofTypes, ofOthers, typesEnded } = threadsFor(large, poolOf(2));
    const flag = new SharedArrayBuffer(4);
    const held = ofOthers.run(hold, flag);
    let isDone = false;
    const waiting = ofOthers.run(increment, 1).then(() => {
      isDone = true;
    });
    // By the second one at the latest, the other would have had its turn.
    for (const number of [1, 2]) expect(await ofTypes.run(increment, number)).toBe(number + 1);
    expect(isDone).toBe(false);
    typesEnded();
    await waiting;
    Atomics.store(new Int32Array(flag), 0, 1);
    Atomics.notify(new Int32Array(flag), 0);
    await held;
  });

  it('are shared by all of them where there is only one', async () => {
    const { ofTypes, ofOthers, typesEnded } = threadsFor(large, poolOf(1));
    expect(await Promise.all([ofTypes.run(increment, 1), ofOthers.run(increment, 2)])).toEqual([2, 3]);
    typesEnded();
    expect(await ofOthers.run(increment, 3)).toBe(4);
  });
});
