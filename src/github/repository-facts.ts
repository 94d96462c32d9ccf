import { z } from 'zod';

/** What GitHub says of a repository, wherever it says it: in lists, on its own, and in webhooks. */
export interface RepositoryFacts {
  /** Never changes, while owner and name may. */
  readonly githubId: bigint;
  /** Both in their true spelling. */
  readonly owner: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly defaultBranch: string;
  readonly description: string | null;
  /** The language most of it is written in. */
  readonly language: string | null;
  /** Null when nothing was ever pushed. */
  readonly pushedAt: Date | null;
}

/** PostgreSQL's text holds neither U+0000 nor half a surrogate pair. */
const text = z.string().transform((said) => said.replaceAll('\0', '').toWellFormed());

/** Push events tell the time in seconds, everything else in words. */
const moment = z
  .union([z.iso.datetime({ offset: true }), z.int().positive().max(10_000_000_000)])
  .transform((said) => new Date(typeof said === 'number' ? said * 1000 : said));

/** The fields of GitHub's answer that facts are made of. */
export const factsFields = {
  id: z.union([z.int().positive(), z.bigint()]).transform(BigInt),
  name: text,
  owner: z.object({ login: text }),
  private: z.boolean(),
  default_branch: text,
  description: text.nullish(),
  language: text.nullish(),
  pushed_at: moment.nullish(),
};
const answer = z.object(factsFields);

/** Names GitHub's fields as we do. */
export function factsOf(said: z.output<typeof answer>): RepositoryFacts {
  return {
    githubId: said.id,
    owner: said.owner.login,
    name: said.name,
    isPrivate: said.private,
    defaultBranch: said.default_branch,
    description: said.description ?? null,
    language: said.language ?? null,
    pushedAt: said.pushed_at ?? null,
  };
}

/** Reads facts out of an answer or a webhook's payload. */
export const repositoryFacts = answer.transform(factsOf);
