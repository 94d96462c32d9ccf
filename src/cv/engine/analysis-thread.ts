import { type Comparison, compare } from './comparison.ts';
import { enterPhase } from './phases.ts';
import read, { type CvReadingTask, type CvThreadAnswer } from './reading/thread.ts';
import { type Understanding, type UnderstandingTask, understand } from './understanding.ts';

/** What a thread is asked to do with a CV and a job description. */
export interface CvAnalysisTask extends CvReadingTask, Omit<UnderstandingTask, 'reading'> {
  /** Whether both are compared at once; not where somebody refines what was understood before. */
  readonly compares: boolean;
}

export interface CvAnalysisMade {
  /** Of the reading. */
  readonly warnings: readonly string[];
  readonly understood: { readonly comparison: Comparison } | { readonly understanding: Understanding };
}

/** Reads a CV, understands it and the job description, and compares them: in one go, as each takes milliseconds. */
export default async function analyse(task: CvAnalysisTask): Promise<CvThreadAnswer<CvAnalysisMade>> {
  const answer = await read(task);
  if ('refusal' in answer) return answer;
  const { jobDescription, asOf, phase } = task;
  enterPhase(phase, 'understanding');
  const understanding = understand({ reading: answer.made, jobDescription, asOf });
  const { warnings } = answer.made;
  if (!task.compares) return { made: { warnings, understood: { understanding } } };
  enterPhase(phase, 'comparing');
  return { made: { warnings, understood: { comparison: compare(understanding) } } };
}
