import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generate } from '@graphql-codegen/cli';
import { printSchema } from 'graphql';
import { widerTables } from './src/cv/wider-vocabulary.ts';
import { createSchema } from './src/schema.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

/** What schema.graphql must hold. */
function printedSchema(): string {
  return `${printSchema(createSchema())}\n`;
}

/** The typed documents of the REST layer, from the queries written in its rows. */
async function typedDocuments(): Promise<{ filename: string; content: string }[]> {
  const files: { filename: string; content: string }[] = await generate(
    {
      cwd: root,
      schema: printedSchema(),
      documents: ['src/rest/**/*.ts'],
      silent: true,
      generates: {
        'src/gql/': {
          preset: 'client',
          presetConfig: { fragmentMasking: false },
          config: {
            useTypeImports: true,
            enumsAsTypes: true,
            importExtension: '.ts',
            emitLegacyCommonJSImports: false,
            strictScalars: true,
            scalars: { UUID: 'string', DateTime: 'string', JSON: 'unknown', Upload: 'File' },
          },
        },
      },
    },
    false,
  );
  // A barrel nobody needs.
  return files.filter(({ filename }) => !filename.endsWith('/index.ts'));
}

/** Writes the generated files, or with `--check` only says which are stale. Gives the exit code. */
async function codegen(args: readonly string[]): Promise<number> {
  const generated = [
    { filename: 'schema.graphql', content: printedSchema() },
    ...(await typedDocuments()),
    ...(await widerTables()),
  ];
  let stale = 0;
  for (const { filename, content } of generated) {
    const path = fileURLToPath(new URL(filename, import.meta.url));
    if ((await readFile(path, 'utf8').catch(() => '')) === content) continue;
    stale += 1;
    if (args.includes('--check')) console.error(`${filename} is stale: run \`npm run codegen\`.`);
    else await writeFile(path, content);
  }
  return args.includes('--check') && stale > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await codegen(process.argv.slice(2));
