import type { TestApp } from './app.ts';

/** A fingerprint of every row of every table of ours, to see whether anything has changed. */
export async function fingerprint({ app }: TestApp): Promise<Record<string, string>> {
  const { pool } = app.database;
  const tables = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  );
  const prints: Record<string, string> = {};
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ print: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS print FROM "${name}" AS t`,
    );
    prints[name] = rows[0]?.print ?? '';
  }
  return prints;
}
