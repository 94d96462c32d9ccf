import { readdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import type { App } from '../app.ts';
import { CommandError } from './failure.ts';
import type { Output } from './output.ts';
import { withApp } from './settings.ts';

/** Where one's own commands are. */
export const commandsFolder = new URL('./commands/', import.meta.url);

/** What a command of one's own says of itself. */
export interface CommandDefinition<Options extends z.ZodObject> {
  /** Lower case, with dashes. */
  readonly name: string;
  readonly description: string;
  /** The options: what each accepts, its default and, by `describe`, what it is for. */
  readonly options: Options;
  /** How an option is written, such as `-c, --count <number>`; else `--count <value>`, or `--flag` for a boolean. */
  readonly flags?: { readonly [Name in keyof z.output<Options>]?: string };
  /** Options that are written without a dash, in their order. */
  readonly positional?: readonly (keyof z.output<Options> & string)[];
  /** Does the work. Prints for people with `output.print` and gives programs their result with `output.result`. */
  readonly run: (app: App, options: z.output<Options>, output: Output) => Promise<void>;
}

/** A command of one's own, ready to be added to the command line. */
export class OwnCommand {
  readonly name: string;
  readonly description: string;
  readonly addTo: (parent: Command, output: Output) => void;

  constructor(name: string, description: string, addTo: (parent: Command, output: Output) => void) {
    this.name = name;
    this.description = description;
    this.addTo = addTo;
  }
}

/** Makes a command of one's own; the file it stands in exports it as its default. */
export function defineCommand<Options extends z.ZodObject>(definition: CommandDefinition<Options>): OwnCommand {
  const { name, description, positional = [] } = definition;
  return new OwnCommand(name, description, (parent, output) => {
    const command = parent.command(name).description(description);
    for (const argument of positional) {
      const field = definition.options.shape[argument];
      const optional = z.safeParse(fieldOf(field), undefined).success;
      command.argument(optional ? `[${argument}]` : `<${argument}>`, fieldOf(field).description);
    }
    for (const [option, field] of Object.entries(definition.options.shape)) {
      if (positional.includes(option)) continue;
      command.option(flagsOf(definition, option, fieldOf(field)), describeOption(fieldOf(field)));
    }
    command.action(async () => {
      const given = Object.fromEntries(positional.map((argument, index) => [argument, command.args[index]]));
      const options = parseOptions(definition.options, { ...command.opts(), ...given });
      await withApp((app) => definition.run(app, options, output));
    });
  });
}

function parseOptions<Options extends z.ZodObject>(schema: Options, given: unknown): z.output<Options> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
  throw new CommandError(`The options do not fit: ${issues.join('; ')}.`, { code: 'VALIDATION_ERROR' });
}

function fieldOf(field: unknown): z.ZodType {
  if (field instanceof z.ZodType) return field;
  throw new TypeError('An option is described by a zod type.');
}

function flagsOf<Options extends z.ZodObject>(
  { flags }: CommandDefinition<Options>,
  name: string,
  field: z.ZodType,
): string {
  const chosen = Object.entries(flags ?? {}).find(([option]) => option === name)?.[1];
  if (typeof chosen === 'string') return chosen;
  const dashed = name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  return z.safeParse(field, true).success && !z.safeParse(field, '1').success ? `--${dashed}` : `--${dashed} <value>`;
}

function describeOption(field: z.ZodType): string {
  const standard = z.safeParse(field, undefined);
  const hint = standard.success && standard.data !== undefined ? ` (default: ${JSON.stringify(standard.data)})` : '';
  return `${field.description ?? ''}${hint}`;
}

/** A file whose command cannot be used, and why. */
interface BrokenCommand {
  readonly file: string;
  readonly error: string;
}

/**
 * Loads every command of a folder and adds it to `parent`, which alone lists them. A file that cannot be used is named
 * and does not stand in the way of the others.
 */
export async function registerOwnCommands(parent: Command, output: Output, folder: URL): Promise<void> {
  const { commands, broken } = await loadCommands(folder);
  const loaded: OwnCommand[] = [];
  for (const { file, command } of commands) {
    try {
      if (loaded.some(({ name }) => name === command.name))
        throw new Error(`another file has a command ${command.name}`);
      command.addTo(parent, output);
      loaded.push(command);
    } catch (error) {
      broken.push({ file, error: messageOf(error) });
    }
  }
  parent.argument('[name]').allowExcessArguments().usage('[name] [options]');
  parent.action((name: string | undefined) => {
    if (name !== undefined) throw unknownCommand(name, loaded, broken);
    listCommands(loaded, broken, output);
  });
}

async function loadCommands(folder: URL) {
  const commands: { file: string; command: OwnCommand }[] = [];
  const broken: BrokenCommand[] = [];
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
  for (const file of files.sort()) {
    try {
      const loaded: { default?: unknown } = await import(new URL(file, folder).href);
      if (!(loaded.default instanceof OwnCommand)) throw new Error('its default export is not made by defineCommand');
      if (!/^[a-z][a-z0-9-]*$/.test(loaded.default.name)) throw new Error('its name is not lower case with dashes');
      commands.push({ file, command: loaded.default });
    } catch (error) {
      broken.push({ file, error: messageOf(error) });
    }
  }
  return { commands, broken };
}

function listCommands(commands: readonly OwnCommand[], broken: readonly BrokenCommand[], output: Output): void {
  output.table(
    ['Command', 'What it does'],
    commands.map(({ name, description }) => [name, description]),
  );
  for (const { file, error } of broken) output.note(`${file} cannot be used: ${error}`);
  output.print(
    '\nRun one with millwright cmd <name>. Each is a file in src/cli/commands; seed.ts shows how to add one.',
  );
  output.result({ commands: commands.map(({ name, description }) => ({ name, description })), broken });
}

function unknownCommand(name: string, commands: readonly OwnCommand[], broken: readonly BrokenCommand[]): CommandError {
  const culprit = broken.find(({ file }) => file === `${name}.ts`);
  if (culprit !== undefined) return new CommandError(`${culprit.file} cannot be used: ${culprit.error}`);
  const names = commands.map((command) => command.name).join(', ');
  const unusable = broken.map(({ file, error }) => ` ${file} cannot be used: ${error}.`).join('');
  return new CommandError(`There is no command ${name}. There is: ${names || 'none'}.${unusable}`, {
    code: 'NOT_FOUND',
  });
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
