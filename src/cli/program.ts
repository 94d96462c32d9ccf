import { Command } from 'commander';
import { version } from '../version.ts';
import { registerAnalyzeCommand } from './analyze.ts';
import { registerCvCommand } from './cv.ts';
import { registerDocsCommands } from './docs.ts';
import { createOutput, type Output } from './output.ts';
import { registerServerCommands } from './server.ts';
import { openDatabaseUrl, readSettings } from './settings.ts';
import { registerUserCommands } from './user.ts';
import { registerWorkerCommands } from './worker.ts';

const examples = `
Examples:
  $ millwright server run                      serve the API and work on jobs
  $ millwright docs run .                      document the folder you are in
  $ millwright docs run vercel/ms --out pages  document a GitHub repository and keep its pages
  $ millwright analyze . --fail-on high        look for what is wrong in the folder you are in
  $ millwright cv resume.pdf --job job.txt     how a CV fits a job, and what to learn
  $ millwright user create                     make an account, asked step by step
  $ millwright user api-key you@example.com    make a key for scripts

Settings come from the environment and from the project's .env file; README.md lists them.
Every command works beside a running server as well as alone.`;

/** Builds the command line. `words` decide what has to be loaded. */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const output = createOutput(wantsJson(words));
  const program = new Command('millwright')
    .description('One backend for long-running development work: serve it, look after it, use it from here.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .showHelpAfterError(output.json ? false : '(add --help to see what there is)')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => (output.json ? undefined : write(text)) })
    .configureHelp({ subcommandTerm })
    .addHelpText('after', examples);
  // Every command refuses settings that do not fit before it does anything.
  program.hook('preAction', () => void readSettings());
  registerServerCommands(program, output);
  registerUserCommands(program, output);
  registerDocsCommands(program, output);
  registerAnalyzeCommand(program, output);
  registerCvCommand(program, output);
  registerWorkerCommands(program, output);
  await registerDatabase(program, words, output);
  await registerOwn(program, words, output);
  addJsonOption(program);
  return program;
}

/** Whether the result is wanted as JSON: --json anywhere before a bare --. */
export function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).includes('--json');
}

function isCalled(name: string, words: readonly string[]): boolean {
  return words.find((word) => !word.startsWith('-')) === name;
}

/** The database commands bring a schema engine along, which nobody else should wait for. */
async function registerDatabase(program: Command, words: readonly string[], output: Output): Promise<void> {
  if (!isCalled('db', words)) {
    program.command('db').description('Change the database schema and see how it stands.');
    return;
  }
  const { registerDbCommands } = await import('./db.ts');
  registerDbCommands(program, { openDatabaseUrl, output: () => output });
}

/** One's own commands are loaded only when they are called: a broken one must not break the rest. */
async function registerOwn(program: Command, words: readonly string[], output: Output): Promise<void> {
  const own = program.command('cmd').description('Run a command of your own, from src/cli/commands; alone, list them.');
  if (!isCalled('cmd', words)) return;
  const { commandsFolder, registerOwnCommands } = await import('./custom.ts');
  await registerOwnCommands(own, output, commandsFolder);
}

function addJsonOption(command: Command): void {
  const present = command.options.some(({ long }) => long === '--json');
  if (!present) command.option('--json', 'print the result as JSON');
  for (const below of command.commands) addJsonOption(below);
}

/** A command and its arguments; that it has options goes without saying. */
function subcommandTerm(command: Command): string {
  const argumentsOf = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
  return [command.name(), ...argumentsOf].join(' ');
}
