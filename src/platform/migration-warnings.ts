/**
 * What somebody should look at before applying a script of Prisma's schema engine: data it deletes, and statements that
 * existing rows can make fail. A sentence each; tables that the script itself makes are of no concern.
 */
export function warningsOf(script: string): string[] {
  const made = new Set([...script.matchAll(/^CREATE TABLE (\S+)/gm)].map(([, table]) => bare(table)));
  const warnings: string[] = [];
  for (const statement of statementsOf(script)) {
    warnings.push(...warningsOfStatement(statement, made));
  }
  return [...new Set(warnings)];
}

function warningsOfStatement(statement: string, made: ReadonlySet<string>): string[] {
  const dropped = /^DROP TABLE (?:IF EXISTS )?(\S+)/.exec(statement);
  if (dropped) return [`Table ${bare(dropped[1])} is dropped with all its rows.`];
  const unique = /^CREATE UNIQUE INDEX \S+ ON (\S+?)\s*\((.*)\)/.exec(statement);
  if (unique && !made.has(bare(unique[1]))) {
    return [`A unique index is put on ${bare(unique[1])} (${bare(unique[2])}): it fails where rows repeat.`];
  }
  const altered = /^ALTER TABLE (\S+)\s+([\s\S]*)$/.exec(statement);
  if (altered && !made.has(bare(altered[1]))) return warningsOfTable(bare(altered[1]), altered[2] ?? '');
  return [];
}

function warningsOfTable(table: string, changes: string): string[] {
  const warnings: string[] = [];
  const names = (pattern: RegExp) => [...changes.matchAll(pattern)].map(([, column]) => bare(column));
  const dropped = names(/DROP COLUMN\s+("[^"]+"|\w+)/g);
  const added = names(/ADD COLUMN\s+("[^"]+"|\w+)/g);
  for (const column of dropped) {
    warnings.push(
      added.includes(column)
        ? `Column ${table}.${column} is dropped and made anew with another type: its values are lost.`
        : `Column ${table}.${column} is dropped with all its values.`,
    );
  }
  if (dropped.length > 0 && added.some((column) => !dropped.includes(column))) {
    warnings.push(
      `If a column of ${table} was only renamed, write ALTER TABLE "${table}" RENAME COLUMN instead, in both scripts.`,
    );
  }
  for (const part of changes.split(/,\s*(?=ADD COLUMN|DROP COLUMN|ALTER COLUMN)/)) {
    const column = /^\s*(?:ADD COLUMN|ALTER COLUMN)\s+("[^"]+"|\w+)/.exec(part)?.[1];
    if (column === undefined) continue;
    const name = `${table}.${bare(column)}`;
    const required = /^\s*ADD COLUMN/.test(part) && /NOT NULL/.test(part) && !/DEFAULT|SERIAL/.test(part);
    if (required) warnings.push(`Column ${name} is required and has no default: adding it fails where there are rows.`);
    if (/SET NOT NULL/.test(part)) warnings.push(`Column ${name} becomes required: it fails where rows have no value.`);
    if (/SET DATA TYPE/.test(part)) warnings.push(`Column ${name} changes its type: it fails where values do not fit.`);
    if (/TYPE \S+_new"?/.test(part)) {
      warnings.push(`The enum of ${name} is replaced: it fails where rows have a value that was removed.`);
    }
  }
  return warnings;
}

/** Statements without comments; good enough for scripts of the engine, which have no function bodies. */
function statementsOf(script: string): string[] {
  return script
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** A name without quotes and without the schema. */
function bare(name: string | undefined): string {
  return (name ?? '').replaceAll('"', '').replace(/^public\./, '');
}
