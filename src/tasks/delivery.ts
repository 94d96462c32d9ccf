import type { App } from '../app.ts';
import { type Checkout, offerPullRequest, type PullRequestOutcome } from '../repos/service.ts';
import type { Changes } from './changes.ts';
import type { TaskOutcome } from './engine/task-engine.ts';
import { taskDefinition } from './jobs.ts';
import { reportStage, type Work } from './progress.ts';
import type { NewResult } from './results.ts';
import type { TaskRow } from './task-row.ts';

/** Longest body GitHub takes, less some room. */
const longestBody = 60_000;

/** Pushes a branch with the changes and opens a pull request, where the task was made to and there are some. */
export async function deliver(
  app: App,
  work: Work,
  task: TaskRow,
  { checkout, changes, outcome }: { checkout: Checkout; changes: Changes; outcome: TaskOutcome },
): Promise<PullRequestOutcome> {
  const { base, reason } = work.input.pullRequest;
  const { commit } = changes;
  const none = { branch: null, url: null, number: null };
  if (!task.pullRequest || base === null) return { ...none, reason: task.pullRequest ? reason : null };
  if (commit === null) return { ...none, reason: 'there is nothing to change' };
  const { repository } = task;
  reportStage(work, 'creating_pull_request', 0, `Opening a pull request at ${repository.namespace}/${repository.name}`);
  // The end of the id: its beginning is the time, which tasks share.
  const name = `millwright/task-${work.jobId.replaceAll('-', '').slice(-8)}`;
  return offerPullRequest(app, work, {
    repository,
    root: checkout.root,
    base,
    branches: [name, `millwright/task-${work.jobId}`],
    commit: async () => commit,
    title: task.title,
    body: bodyOf(task, changes, outcome),
    tries: taskDefinition.tries,
    onBranch: (branch) => reportStage(work, 'creating_pull_request', 0.5, `Branch ${branch}`),
  });
}

/** The result that tells of the pull request; none without one. */
export function pullRequestResults({ branch, url, number }: PullRequestOutcome): NewResult[] {
  if (url === null) return [];
  const summary = `Opened pull request #${number}.`;
  return [{ resultType: 'PR_CREATED', content: `[#${number}](${url})`, summary, data: { url, number, branch } }];
}

function bodyOf(task: TaskRow, { files, dropped }: Changes, { findings, editSummary }: TaskOutcome): string {
  const changed = files.map(({ path, additions, deletions }) => `- ${inCode(path)} (+${additions} −${deletions})`);
  const lost = dropped.map(({ path, reason }) => `- ${inCode(path)} ${reason}`);
  const parts = [
    editSummary ?? task.title,
    `## Changes\n\n${changed.join('\n')}`,
    ...(lost.length === 0 ? [] : [`## Not kept\n\n${lost.join('\n')}`]),
    ...findings.map(({ content }) => content),
  ];
  const body = parts.join('\n\n');
  return body.length <= longestBody ? body : `${body.slice(0, longestBody).toWellFormed()}\n\n…`;
}

/** A file name as code, whatever it is made of: names come from the repository. */
function inCode(name: string): string {
  return `\`${name.replaceAll('`', "'").replace(/\p{Cc}/gu, ' ')}\``;
}
