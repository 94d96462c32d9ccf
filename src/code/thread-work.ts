import { ThreadDiedError, type ThreadTask } from '../platform/thread-pool.ts';
import type { AnalyserInput } from './analyser.ts';

/** A tree of thousands of files takes ten seconds; a hostile one could take hours. */
const LONGEST_MILLISECONDS = 120_000;

/** What did not do for a task: the time that it may take, or the memory. */
export interface Exceeded {
  readonly exceeded: 'the time' | 'the memory';
}

/**
 * Reads texts of a tree in a thread, as hostile ones could take hours or the parser's whole stack. Rejects with the
 * signal's reason, and the thread is ended then.
 */
export async function workInThread<Input, Output>(
  { threads, signal }: Pick<AnalyserInput, 'threads' | 'signal'>,
  task: ThreadTask<Input, Output>,
  input: Input,
  options: { readonly urgent?: boolean; readonly milliseconds?: number } = {},
): Promise<Output | Exceeded> {
  const { urgent = false, milliseconds = LONGEST_MILLISECONDS } = options;
  // Waiting for a thread is not its own time.
  const limit = AbortSignal.timeout(milliseconds * (threads.busy + 1));
  try {
    return await threads.run(task, input, { urgent, signal: AbortSignal.any([signal, limit]) });
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.aborted && !(error instanceof ThreadDiedError)) throw error;
    return { exceeded: limit.aborted ? 'the time' : 'the memory' };
  }
}
