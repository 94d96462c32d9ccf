import { z } from 'zod';
import type { JobDefinition } from '../jobs/kind.ts';
import { pullRequestPlan } from '../repos/service.ts';

export const docsInput = z.object({
  repositoryId: z.uuid(),
  /** Branch, tag or commit; null for the default branch, or a local folder as it stands. */
  ref: z.string().nullable(),
  /** Asked for by the operator of this machine, who may read its folders whatever the server allows to others. */
  byOperator: z.boolean(),
  /** Decided before the work starts. */
  pullRequest: pullRequestPlan.default({ base: null, reason: null }),
});
export type DocsInput = z.infer<typeof docsInput>;

/** Stages of a documentation job in their order, with the percentage each begins at. */
export const docsStages = {
  queued: 0,
  cloning_repository: 2,
  parsing_code: 15,
  analyzing_structure: 70,
  generating_docs: 80,
  writing_files: 90,
  creating_pull_request: 96,
  completed: 100,
} as const;
export type DocsStage = keyof typeof docsStages;

/** Documents a repository. */
export const docsDefinition: JobDefinition<DocsInput> = {
  kind: 'DOCS',
  queue: 'docs',
  input: docsInput,
  tries: 3,
  deadlineSeconds: 30 * 60,
};
