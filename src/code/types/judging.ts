import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput } from '../analyser.ts';
import { type Exceeded, workInThread } from '../thread-work.ts';
import type { EngineResult } from './messages.ts';

/** Judges what an engine said. Where that takes too much, there is a gap instead. */
export async function judgeInThread<Said>(
  input: AnalyserInput,
  engine: string,
  task: ThreadTask<Said, EngineResult>,
  said: Said,
): Promise<EngineResult> {
  const judged = await workInThread(input, task, said);
  return 'exceeded' in judged ? gapInstead(engine, 'What it said could not be judged', judged) : judged;
}

/** The result of an engine that did not come to its end. */
export function gapInstead(engine: string, what: string, { exceeded }: Exceeded): EngineResult {
  const reason = `${what}: ${exceeded} did not do for it.`;
  return { findings: [], gaps: [{ file: null, engine, reason }], files: 0, complete: false };
}
