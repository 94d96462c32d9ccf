import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BorrowedLine } from '../src/platform/borrowed-line.ts';
import { type TestApp, testApp } from './app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ bare: true });
});
afterAll(() => app.close());

const answer = (n: number) => ({ name: 'answer', text: 'SELECT $1::int AS n, pg_backend_pid() AS pid', values: [n] });
type Answer = { n: number; pid: number };

describe('statements one behind the other on a borrowed connection', () => {
  it('run in their order on one connection, each for itself, and it is given back after the last', async () => {
    const { pool } = app.app.database;
    const line = new BorrowedLine(pool);
    await pool.query('CREATE TABLE "Said" (n int UNIQUE)');
    const say = (n: number) => line.run({ name: 'say', text: 'INSERT INTO "Said" VALUES ($1)', values: [n] });
    const said = await Promise.allSettled([say(1), say(2), say(1), say(3)]);
    expect(said.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect((await pool.query<{ n: number }>('SELECT n FROM "Said" ORDER BY ctid')).rows).toEqual(
      [1, 2, 3].map((n) => ({ n })),
    );
    const answers = (await Promise.all([1, 2, 3].map((n) => line.run<Answer>(answer(n))))).flat();
    expect(answers.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
    await expect.poll(() => pool.idleCount === pool.totalCount).toBe(true);
  });

  it('fail with a connection that breaks, and the next ones get another', async () => {
    const { pool } = app.app.database;
    const line = new BorrowedLine(pool);
    const end = { text: 'SELECT pg_terminate_backend(pg_backend_pid())', values: [] };
    const [before, broken, behind] = await Promise.allSettled([
      line.run<Answer>(answer(1)),
      line.run(end),
      line.run<Answer>(answer(2)),
    ]);
    expect([before.status, broken.status, behind.status]).toEqual(['fulfilled', 'rejected', 'rejected']);
    const [after] = await line.run<Answer>(answer(3));
    expect(after?.n).toBe(3);
    expect(before.status === 'fulfilled' && before.value[0]?.pid).not.toBe(after?.pid);
    await expect.poll(() => pool.idleCount === pool.totalCount).toBe(true);
  });

  it('fail with the words of a server that ends their connection, and the next one gets another at once', async () => {
    const { pool } = app.app.database;
    const line = new BorrowedLine(pool);
    const [before] = await line.run<Answer>(answer(1));
    const end = line.run({ text: 'SELECT pg_terminate_backend(pg_backend_pid())', values: [] });
    const after = end.catch((error: unknown) => {
      expect(error).toMatchObject({ severity: 'FATAL', code: '57P01' });
      return line.run<Answer>(answer(2));
    });
    expect(await after).toEqual([{ n: 2, pid: expect.any(Number) }]);
    expect((await after)[0]).not.toMatchObject({ pid: before?.pid });
    await expect.poll(() => pool.idleCount === pool.totalCount).toBe(true);
  });
});
