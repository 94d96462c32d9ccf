import type { App } from '../app.ts';
import { describeRepository, hasBranch, takesPush } from './repository.ts';
import type { UsableToken } from './service.ts';

export interface PushQuestion {
  readonly owner: string;
  readonly name: string;
  readonly token: UsableToken | null;
  /** The server's own token is the operator's; nobody else writes by it. */
  readonly byOperator: boolean;
  /** Branch, tag or commit; null for the default branch. */
  readonly ref: string | null;
  readonly signal?: AbortSignal | undefined;
}

/** Whether a pull request can be opened: against which branch, or why not, as the end of a sentence. */
export type PushRight = { readonly base: string } | { readonly reason: string };

/** Finds out whether the token may push a branch and there is one to ask to be merged into. @throws GitHubError */
export async function pushRight(app: App, question: PushQuestion): Promise<PushRight> {
  const { token, byOperator, signal, ref } = question;
  if (token === null || (token.from === 'server' && !byOperator)) {
    return { reason: 'no GitHub account is connected and the request came with no GitHub token' };
  }
  const asked = { owner: question.owner, name: question.name, token: token.token, signal };
  const repository = await describeRepository(app, asked);
  const { owner, name, defaultBranch } = repository;
  const fullName = `${owner}/${name}`;
  if (repository.isArchived) return { reason: `${fullName} is archived` };
  if (!repository.mayPush) return { reason: `the GitHub token may not write to ${fullName}` };
  const base = ref === null ? defaultBranch : ref.replace(/^refs\/heads\//, '');
  if (base !== defaultBranch && !(await hasBranch(app, { ...asked, owner, name }, base))) {
    return { reason: `${ref} is not a branch of ${fullName}` };
  }
  if (!(await takesPush(app, { ...asked, owner, name }))) {
    return { reason: `the GitHub token may not write to ${fullName}` };
  }
  return { base };
}
