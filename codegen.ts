import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { printSchema } from 'graphql';
import { createSchema } from './src/schema.ts';

const file = fileURLToPath(new URL('schema.graphql', import.meta.url));

/** What schema.graphql must hold. */
export function printedSchema(): string {
  return `${printSchema(createSchema())}\n`;
}

/** Writes schema.graphql, or with `--check` only says whether it is fresh. Gives the exit code. */
async function codegen(args: readonly string[]): Promise<number> {
  const printed = printedSchema();
  const present = await readFile(file, 'utf8').catch(() => '');
  if (args.includes('--check')) {
    if (present === printed) return 0;
    console.error('schema.graphql is stale: run `node codegen.ts`.');
    return 1;
  }
  if (present !== printed) await writeFile(file, printed);
  return 0;
}

if (import.meta.main) process.exitCode = await codegen(process.argv.slice(2));
