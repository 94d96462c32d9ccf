import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findRow } from '../src/platform/rows.ts';
import { type TestApp, testApp } from './app.ts';
import { type Caller, newCaller } from './story.ts';

/** Every form of offset: none, whole hours on both sides, half hours. */
const zones = ['UTC', 'Asia/Tokyo', 'Asia/Kolkata', 'America/St_Johns'] as const;
const hour = 3_600_000;
/** With a fraction, on a day that differs from zone to zone, in winter and in summer, and before there were zones. */
const moments = ['2026-01-31T23:30:00.123Z', '2026-07-01T00:00:00.000Z', '1850-03-01T12:00:00.000Z'];

describe.each(zones)('a database that writes the time of %s', (zone) => {
  let first: TestApp;
  let app: TestApp;
  let ada: Caller;

  beforeAll(async () => {
    first = await testApp();
    const { pathname } = new URL(first.environment.DATABASE_URL ?? '');
    await first.app.database.pool.query(`ALTER DATABASE ${pathname.slice(1)} SET TimeZone = '${zone}'`);
    // Connections that were there before keep the zone of before.
    app = await first.another();
    ada = await newCaller(app);
  });
  afterAll(async () => {
    await app.close();
    await first.close();
  });

  it('writes and reads moments as they are, by prepared statements and by Prisma', async () => {
    const { database } = app.app;
    for (const moment of moments) {
      const id = uuidv7();
      const given = { id, ownerId: ada.userId, title: moment, createdAt: new Date(moment) };
      await database.prisma.item.create({ data: given });
      const asked = { where: { id }, select: { createdAt: true, owner: { select: { items: { where: { id } } } } } };
      const unasked = () => Promise.reject(new Error('must be one statement'));
      const row = await findRow<{ createdAt: Date; owner: { items: { createdAt: Date }[] } }>(
        database,
        'Item',
        asked,
        unasked,
      );
      expect(row?.createdAt.toISOString()).toBe(moment);
      expect(row?.owner.items[0]?.createdAt.toISOString()).toBe(moment);
      expect((await database.prisma.item.findUniqueOrThrow({ where: { id } })).createdAt.toISOString()).toBe(moment);
      const found = { where: { id, createdAt: new Date(moment) } };
      expect(await findRow(database, 'Item', { ...found, select: { id: true } }, unasked)).toEqual({ id });
      expect(await database.prisma.item.count(found)).toBe(1);
    }
  });

  it('gives a new thing the time it is now', async () => {
    const made = z.object({ createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() });
    const before = Date.now();
    const item = await ada.get(
      made,
      'mutation { r: createItem(input: { title: "now" }) { ... on Item { createdAt updatedAt } } }',
    );
    for (const moment of [item.createdAt, item.updatedAt]) {
      expect(Date.parse(moment)).toBeGreaterThan(before - hour);
      expect(Date.parse(moment)).toBeLessThan(Date.now() + hour);
    }
  });
});
