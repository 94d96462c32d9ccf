import { ThreadDiedError, type ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput } from '../analyser.ts';
import type { EngineResult } from './messages.ts';

/** A tree of thousands of files takes ten seconds; a hostile one could take hours. */
const JUDGING_MILLISECONDS = 120_000;

/**
 * Judges what an engine said in a thread, as that may take seconds. Where the time or the memory does not do for it,
 * there is a gap instead. Rejects with the signal's reason only, and the thread is ended then.
 */
export async function judgeInThread<Said>(
  { threads, signal }: AnalyserInput,
  engine: string,
  task: ThreadTask<Said, EngineResult>,
  said: Said,
): Promise<EngineResult> {
  const limit = AbortSignal.timeout(JUDGING_MILLISECONDS * (threads.busy + 1));
  try {
    return await threads.run(task, said, { signal: AbortSignal.any([signal, limit]) });
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.aborted && !(error instanceof ThreadDiedError)) throw error;
    const reason = `What it said could not be judged: ${limit.aborted ? 'the time' : 'the memory'} did not do for it.`;
    return { findings: [], gaps: [{ file: null, engine, reason }], files: 0, complete: false };
  }
}
