import { type Command, InvalidArgumentError, Option } from 'commander';
import { createMigration } from '../platform/migration-author.ts';
import type { MigrationEntry, MigrationState } from '../platform/migration-standing.ts';
import { type Diagnosis, diagnose, migrateDown, migrateUp, migrationHistory } from '../platform/migrations.ts';
import type { Output } from './output.ts';

/** A database to work on for the length of one command. */
export interface OpenedDatabase {
  readonly url: string;
  close(): Promise<void>;
}

/** What the commands need from outside. */
export interface DbCommandContext {
  /** Finds, and where it is embedded starts or joins, the database that the settings name. */
  openDatabaseUrl(): Promise<OpenedDatabase>;
  /** The output of one command; `json` is its --json option. */
  output(json: boolean): Output;
  /** Folders other than the project's own. */
  readonly migrations?: string;
  readonly schema?: string;
}

interface CommonOptions {
  readonly json?: boolean;
}

/** Adds `db migrate|upgrade|downgrade|current|history` to a program. */
export function registerDbCommands(program: Command, context: DbCommandContext): void {
  const db = program.command('db').description('Change the database schema and see how it stands.');
  const folder = context.migrations === undefined ? {} : { folder: context.migrations };
  registerMigrate(db, context, folder);
  common(db.command('upgrade').description('Apply every pending migration.')).action((options: CommonOptions) =>
    withDatabase(context, options, async (url, output) => {
      const applied = await migrateUp(url, { ...folder, log: { info: (line) => output.print(line) } });
      if (applied.length === 0) output.print('Nothing to do: every migration is applied.');
      output.result({ applied });
    }),
  );
  registerDowngrade(db, context, folder);
  common(db.command('current').description('Show the migration applied last and everything that is amiss.')).action(
    (options: CommonOptions) =>
      withDatabase(context, options, async (url, output) => printDiagnosis(await diagnose(url, folder), output)),
  );
  common(db.command('history').description('List all migrations, oldest first.')).action((options: CommonOptions) =>
    withDatabase(context, options, async (url, output) => printHistory(await migrationHistory(url, folder), output)),
  );
}

function registerMigrate(db: Command, context: DbCommandContext, folder: { folder?: string }): void {
  const command = common(db.command('migrate'))
    .description('Write the migration that leads from the existing ones to prisma/schema. Does not apply it.')
    .requiredOption('-m, --message <words>', 'what the migration does; becomes part of its name')
    .option('--empty', 'write empty scripts to fill in by hand');
  command.action((options: CommonOptions & { message: string; empty?: boolean }) =>
    withDatabase(context, options, async (url, output) => {
      const written = await createMigration({
        name: options.message,
        url,
        empty: options.empty === true,
        ...folder,
        ...(context.schema !== undefined && { schema: context.schema }),
      });
      if (written === undefined) output.print('Nothing to do: the migrations lead to prisma/schema already.');
      for (const file of written?.files ?? []) output.print(`Wrote ${file}`);
      for (const warning of written?.warnings ?? []) output.note(`Warning: ${warning}`);
      if (written !== undefined) output.print('Read it, then apply it with: millwright db upgrade');
      output.result({ migration: written ?? null });
    }),
  );
}

function registerDowngrade(db: Command, context: DbCommandContext, folder: { folder?: string }): void {
  const command = common(db.command('downgrade'))
    .description('Take back the migration applied last, or several: downgrade -2. Data they added is lost.')
    .argument('[steps]', 'how many, such as 1 or -1', parseSteps)
    .addOption(new Option('--steps <number>', 'how many').argParser(parseSteps));
  // Commander takes -1 for an unknown option; options of one digit make it a number again.
  for (const digit of '123456789') command.addOption(new Option(`-${digit}`, `the same as ${digit}`).hideHelp());
  command.action((argument: number | undefined, options: CommonOptions & Record<string, unknown>) =>
    withDatabase(context, options, async (url, output) => {
      const digit = [...'123456789'].find((name) => options[name] === true);
      const named = typeof options.steps === 'number' ? options.steps : undefined;
      const steps = argument ?? named ?? Number(digit ?? 1);
      const reverted = await migrateDown(url, { ...folder, steps, log: { info: (line) => output.print(line) } });
      output.result({ reverted });
    }),
  );
}

function common(command: Command): Command {
  return command.option('--json', 'print the result as JSON');
}

function parseSteps(text: string): number {
  const steps = Math.abs(Number(text));
  if (!/^-?\d{1,4}$/.test(text) || steps === 0) throw new InvalidArgumentError('It must be a number such as 1 or -1.');
  return steps;
}

async function withDatabase(
  context: DbCommandContext,
  options: CommonOptions,
  task: (url: string, output: Output) => Promise<void>,
): Promise<void> {
  const database = await context.openDatabaseUrl();
  try {
    await task(database.url, context.output(options.json === true));
  } finally {
    await database.close();
  }
}

function printDiagnosis(diagnosis: Diagnosis, output: Output): void {
  const named = (state: MigrationState) => diagnosis.entries.filter((entry) => entry.state === state).map(nameOf);
  const pending = named('pending');
  output.print(`Current migration: ${diagnosis.current ?? 'none'}`);
  output.print(pending.length === 0 ? 'No migration is pending.' : `Pending: ${pending.join(', ')}`);
  for (const problem of diagnosis.problems) output.print(problem);
  if (diagnosis.drift !== null) {
    output.print(`The database is not as its migrations left it:\n${diagnosis.drift}`);
  } else if (diagnosis.driftUnknown !== null) {
    output.print(`Whether the database is as its migrations left it is unknown. ${diagnosis.driftUnknown}`);
  } else {
    output.print('The database is as its migrations left it.');
  }
  output.result({
    current: diagnosis.current,
    pending,
    edited: named('edited'),
    missing: named('missing'),
    failed: named('failed'),
    drift: diagnosis.drift,
    driftUnknown: diagnosis.driftUnknown,
    problems: diagnosis.problems,
    upToDate: pending.length === 0 && diagnosis.problems.length === 0 && diagnosis.drift === null,
  });
}

function nameOf(entry: MigrationEntry): string {
  return entry.name;
}

function printHistory(entries: readonly MigrationEntry[], output: Output): void {
  if (entries.length === 0) output.print('There are no migrations.');
  else {
    output.table(
      ['Migration', 'State', 'Applied at', 'Can be taken back'],
      entries.map(({ name, state, appliedAt, reversible }) => [
        name,
        state,
        appliedAt?.toISOString() ?? '',
        reversible ? 'yes' : 'no',
      ]),
    );
  }
  output.result({ migrations: entries });
}
