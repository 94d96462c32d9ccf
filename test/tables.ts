import type { TestApp } from './app.ts';

/**
 * A fingerprint of every row of every table of ours, to see whether anything has changed, but for when a credential was
 * last used.
 */
export async function fingerprint({ app }: TestApp): Promise<Record<string, string>> {
  const { pool } = app.database;
  const tables = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  );
  const prints: Record<string, string> = {};
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ print: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(row, '|' ORDER BY row)), '') AS print FROM
        (SELECT (to_jsonb(t) - 'lastUsedAt')::text AS row FROM "${name}" AS t) AS rows`,
    );
    prints[name] = rows[0]?.print ?? '';
  }
  return prints;
}
