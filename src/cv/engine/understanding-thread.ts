import { type Understanding, type UnderstandingTask, understand } from './understanding.ts';

/** Reads a profile, skills and requirements inside a thread. */
export default function run(task: UnderstandingTask): Understanding {
  return understand(task);
}
