import { CommanderError } from 'commander';
import { ConfigError } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { printError } from './output.ts';
import { stopForLackOfReader } from './stopping.ts';

/** A command that ends without a result, and the exit code it ends with. Its message may be empty. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;
  readonly exitCode: number;

  constructor(message: string, { code = 'FAILED', exitCode = 1 } = {}) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** Prints why a command failed, in one sentence and only under DEBUG with a stack. Gives the exit code. */
export function reportFailure(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    // For people commander has printed it, with a hint at what was meant.
    if (json && error.exitCode !== 0 && error.code !== 'commander.help')
      printError(new Error(error.message.replace(/^error: /, '')), json);
    return error.exitCode;
  }
  printError(error instanceof ConfigError ? new CommandError(error.message, { code: 'CONFIG_ERROR' }) : error, json);
  if (isDebugging() && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return error instanceof CommandError ? error.exitCode : 1;
}

function isDebugging(): boolean {
  return ['true', '1', 'yes', 'on'].includes(process.env.DEBUG ?? '');
}

let reportUncaught = (error: unknown) => {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`Unexpected error: ${words}\n`);
};

/** Ends the process with exit code 1 over what nobody caught, after saying so. */
export function endOnUncaught(): void {
  const end = (error: unknown) => {
    reportUncaught(error);
    process.exit(1);
  };
  process.on('unhandledRejection', end);
  process.on('uncaughtException', end);
}

/** From now on what nobody caught goes into a log. */
export function logUncaught(log: Log): void {
  reportUncaught = (error) => log.fatal({ err: error }, 'nobody caught this');
}

/** A reader such as `head` that has seen enough is no failure. */
export function endQuietlyWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      stopForLackOfReader();
    });
  }
}
