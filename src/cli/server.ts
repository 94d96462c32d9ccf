import { type Command, InvalidArgumentError } from 'commander';
import type { Running } from '../main.ts';
import type { Config } from '../platform/config.ts';
import { CommandError } from './failure.ts';
import type { Output } from './output.ts';
import { runUntilStopped } from './run.ts';
import { readSettings } from './settings.ts';

interface RunOptions {
  readonly reload?: boolean;
  readonly port?: string;
  readonly host?: string;
}

const runExamples = `
Examples:
  $ millwright server run                      on PORT (8000) of HOST (127.0.0.1)
  $ millwright server run --port 3000 --reload start again whenever the source changes
  $ millwright server run --port 0 --json      on a free port, which the result names`;

/** Adds `server run` and `server routes`. */
export function registerServerCommands(program: Command, output: Output): void {
  const server = program.command('server').description('Serve the API, or see what it serves.');
  server
    .command('run')
    .description('Serve the API, work on jobs and watch the clock, all in this process, until stopped.')
    .option('--reload', 'start again whenever a file below src changes')
    .option('-p, --port <number>', 'port to listen on, or several separated by commas; 0 takes a free one', parsePorts)
    .option('--host <address>', 'address to listen on')
    .addHelpText('after', runExamples)
    .action((options: RunOptions) => runServer(options, output));
  server
    .command('routes')
    .description('List every HTTP route and socket. Starts nothing.')
    .action(async () => {
      const { listRoutes } = await import('./routes.ts');
      const routes = await listRoutes(readSettings());
      output.table(
        ['Method', 'Path', 'Purpose'],
        routes.map(({ method, path, purpose }) => [method, path, purpose]),
      );
      output.result({ routes });
    });
}

async function runServer(options: RunOptions, output: Output): Promise<void> {
  const config = readSettings({ PORT: options.port, HOST: options.host });
  if (options.reload === true) {
    const { superviseServer } = await import('./reload.ts');
    await superviseServer(process.argv.slice(2).filter((word) => word !== '--reload'));
    return;
  }
  try {
    await runUntilStopped(config, { api: true, worker: true, scheduler: true }, (running) => welcome(running, output));
  } catch (error) {
    throw listeningFailure(error, config) ?? error;
  }
}

function parsePorts(text: string): string {
  const fits = text.split(',').every((port) => /^\s*\d{1,5}\s*$/.test(port) && Number(port) <= 65_535);
  if (!fits) throw new InvalidArgumentError('A port is a number from 0 to 65535; separate several by commas.');
  return text;
}

function welcome({ addresses, signIn, app }: Running, output: Output): void {
  const graphiql = addresses.map((address) => `${reachable(address)}/graphql`);
  output.print('\nMillwright is ready.\n');
  output.print(`  GraphiQL   ${graphiql.join('\n             ')}`);
  if (signIn !== null) {
    const header = JSON.stringify({ Authorization: signIn.authorization }).replace('":"', '": "');
    output.print(`  Email      ${signIn.login}`);
    output.print(`  Password   ${signIn.password}`);
    output.print(`  Header     ${header}`);
    output.print('\nGraphiQL is signed in already; the header is for clients of your own. Stop with Ctrl-C.\n');
  } else {
    output.print('\nMake an account with: millwright user create. Stop with Ctrl-C.\n');
  }
  output.result({ addresses, graphiql, signIn, dataDir: app.config.DATA_DIR, pid: process.pid });
}

/** "Every address" is nothing a browser can open. */
function reachable(address: string): string {
  return address.replace('//0.0.0.0', '//127.0.0.1').replace('//[::]', '//[::1]');
}

function listeningFailure(error: unknown, config: Config): CommandError | undefined {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return undefined;
  const port = 'port' in error ? String(error.port) : config.PORT.join(', ');
  const code = String(error.code);
  if (code === 'EADDRINUSE') {
    return new CommandError(
      `Port ${port} of ${config.HOST} is taken: stop what runs there, or choose another --port.`,
      {
        code,
      },
    );
  }
  if (code === 'EACCES')
    return new CommandError(`You may not listen on port ${port}: choose another --port.`, { code });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CommandError(`This machine has no address ${config.HOST}: choose another --host.`, { code });
  }
  return undefined;
}
