import { endOnUncaught, endQuietlyWithReader, reportFailure } from './failure.ts';
import { createProgram, wantsJson } from './program.ts';
import { loadEnvironmentFile } from './settings.ts';
import { listenForSignals } from './stopping.ts';

/** Runs the command that words name, as this process: signals, the exit code and what nobody catches are its own. */
export async function runCommandLine(words: readonly string[]): Promise<void> {
  endQuietlyWithReader();
  endOnUncaught();
  listenForSignals();
  try {
    loadEnvironmentFile();
    const program = await createProgram(words);
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error, wantsJson(words));
  }
  // Everything is closed: whatever still lingers has nothing to say.
  setTimeout(() => process.exit(), 1000).unref();
}
