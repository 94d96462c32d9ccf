import { z } from 'zod';
import { ValidationError } from '../platform/errors.ts';
import type { TaskRequest } from './service.ts';

/** Text of so many characters, counted as people and other languages do: an emoji is one. */
function text(least: number, most: number) {
  const fits = (value: string) => value.trim() !== '' || least === 0;
  const hasRoom = (value: string) => value.length <= most || [...value].length <= most;
  return z.string().refine(fits, 'must not be empty').refine(hasRoom, `must have at most ${most} characters`);
}

const branch = z.string().min(1, 'must not be empty').max(250, 'must have at most 250 characters');

/** The forms of what a task is asked with, for the schema to check. */
export const taskForms = {
  title: text(1, 255),
  description: text(0, 1000),
  prompt: text(1, 10_000),
  branch,
  targetBranch: branch,
} as const;

const form = z.object({
  title: taskForms.title,
  description: taskForms.description.nullish(),
  prompt: taskForms.prompt,
  branch: branch.nullish(),
  targetBranch: branch.nullish(),
});

/** @throws ValidationError */
export function requireTaskForm(request: TaskRequest): void {
  const issues = form.safeParse(request).error?.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const first = issues?.[0];
  if (first !== undefined) throw new ValidationError(`${first.path}: ${first.message}`, issues);
}
