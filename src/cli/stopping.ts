import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof signals)[number] | 'SIGPIPE';

/** One Ctrl-C can arrive twice: from the terminal, and from npm, which passes on what it got. */
const sameWithin = 500;
/** A process that cannot end by itself by then is cut off. */
const closeWithin = 15_000;

let onFirst: (signal: StopSignal) => void = leaveAtOnce;
let stoppedAt: number | undefined;

/**
 * Takes over the signals that ask a process to end. The first one does what `whenStopped` says, and unless it says
 * anything ends the process in good order; a second one always ends it at once.
 */
export function listenForSignals(): void {
  for (const signal of signals) {
    process.on(signal, () => {
      if (stoppedAt === undefined) {
        stoppedAt = Date.now();
        onFirst(signal);
      } else if (Date.now() - stoppedAt > sameWithin) {
        leaveAtOnce(signal);
      }
    });
  }
}

/** Ends the work as a first signal would, because nobody reads what it writes any more. */
export function stopForLackOfReader(): void {
  if (stoppedAt !== undefined) return;
  stoppedAt = Date.now();
  onFirst('SIGPIPE');
}

/** Says what the first signal does from now on. Gives a function that takes it back. */
export function whenStopped(react: (signal: StopSignal) => void): () => void {
  const before = onFirst;
  onFirst = react;
  return () => {
    onFirst = before;
  };
}

/** The exit code of a process that a signal ended. */
export function exitCodeOf(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}

/** `process.exit` runs what modules do at exit, such as leaving the database; dying by the signal would not. */
function leaveAtOnce(signal: StopSignal): void {
  process.exit(exitCodeOf(signal));
}

/** Closes, but never takes longer than 15 seconds: then the process is ended with exit code 1. */
export async function closeInTime(close: () => Promise<void>): Promise<void> {
  const timer = setTimeout(() => {
    process.stderr.write(`Closing took longer than ${closeWithin / 1000} seconds and was cut off.\n`);
    process.exit(1);
  }, closeWithin);
  await close();
  clearTimeout(timer);
}

/** Resolves with the first signal, or when the process that supervises this one lets go of it or dies. */
export function untilStopped(): Promise<StopSignal> {
  return new Promise((resolve) => {
    whenStopped(resolve);
    if (process.send === undefined) return;
    // It may have let go before this process came that far.
    if (process.connected) process.once('disconnect', () => resolve('SIGTERM'));
    else resolve('SIGTERM');
  });
}
