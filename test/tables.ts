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

/**
 * Every row of every table of ours as text, and binary columns as text too where they hold any, to look for secrets.
 */
export async function everythingStored({ app }: TestApp): Promise<string> {
  const { pool } = app.database;
  const tables = await pool.query<{ name: string; schema: string }>(
    `SELECT table_name AS name, table_schema AS schema FROM information_schema.tables
      WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
  );
  const texts: string[] = [];
  for (const { name, schema } of tables.rows) {
    const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM "${schema}"."${name}" AS t`);
    for (const { row } of rows) {
      const binary = [...row.matchAll(/\\x([\da-f]{8,})/g)].map(([, hex]) =>
        Buffer.from(hex ?? '', 'hex').toString('latin1'),
      );
      texts.push(row, ...binary);
    }
  }
  return texts.join('\n');
}
