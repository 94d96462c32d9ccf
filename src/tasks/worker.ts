import type { App } from '../app.ts';
import { type StoredArtifact, saveArtifacts, storeArtifact } from '../jobs/artifacts.ts';
import type { JobResult } from '../jobs/context.ts';
import type { JobHandler } from '../jobs/runner.ts';
import { checkOut, type PullRequestOutcome } from '../repos/service.ts';
import { type Changes, changesResults, makeChanges } from './changes.ts';
import { deliver, pullRequestResults } from './delivery.ts';
import { chooseEngine, type EngineFor } from './engines.ts';
import { chargeTask, type TaskInput, taskDefinition } from './jobs.ts';
import { type Performance, perform } from './performing.ts';
import { reportStage, type Work } from './progress.ts';
import { type NewResult, saveResults, storable, storableData } from './results.ts';
import { readTask } from './task-row.ts';

/** Does tasks, by the built-in engine or a model. */
export function taskHandler(app: App, engineFor: EngineFor = chooseEngine): JobHandler<TaskInput> {
  return { definition: taskDefinition, run: (work) => doTask(app, work, engineFor) };
}

async function doTask(app: App, work: Work, engineFor: EngineFor): Promise<JobResult> {
  const task = await readTask(app, work.jobId);
  reportStage(work, 'cloning_repository', 0);
  const checkout = await checkOut(app, work, task.repository, (share, doing) =>
    reportStage(work, 'cloning_repository', share, doing),
  );
  // A branch is always cloned, and has a commit.
  const base = checkout.commit ?? '';
  const performance = await perform(app, work, task, checkout, engineFor);
  const { outcome } = performance;
  reportStage(work, 'checking_changes', 0, outcome.edits.length === 0 ? undefined : `${outcome.edits.length} edits`);
  const changes = await makeChanges(app, work, {
    root: checkout.root,
    base,
    edits: outcome.edits,
    title: task.title,
    at: task.job.createdAt,
  });
  reportStage(work, 'saving_results', 0);
  const artifacts = await storePatches(app, work, changes);
  const delivered = await deliver(app, work, task, { checkout, changes, outcome });
  const results = [
    ...findingResults(performance),
    ...changesResults(changes, base, outcome.editSummary),
    ...pullRequestResults(delivered),
  ];
  return {
    engine: performance.engine,
    message: storable(messageOf(performance, delivered)),
    save: async (transaction) => {
      await saveArtifacts(transaction, artifacts);
      await saveResults(transaction, work.jobId, results);
      const { url, number } = delivered;
      const opened = { pullRequestUrl: url, pullRequestNumber: number, pullRequestState: 'OPEN' } as const;
      const data = { commit: checkout.commit, ...(url !== null && opened) };
      await transaction.task.update({ where: { jobId: work.jobId }, data });
      await chargeTask(transaction, { jobId: work.jobId, title: task.title, tokens: performance.tokens });
    },
  };
}

/** What was found, the first with the word on why the work was done as it was. */
function findingResults({ outcome, type, reason }: Performance): NewResult[] {
  const said = reason === null ? '' : `> Done as a task of type ${type.toLowerCase()}: ${reason}\n\n`;
  const found = outcome.findings.map(({ resultType, content, summary, data }, index) => ({
    resultType,
    content: index === 0 ? `${said}${content}` : content,
    summary,
    data: storableData(index === 0 && reason !== null ? { ...data, chosen: { type, reason } } : data),
  }));
  if (found.length > 0 || reason === null) return found;
  return [{ resultType: 'ANALYSIS', content: said.trimEnd(), summary: reason, data: { chosen: { type, reason } } }];
}

async function storePatches(app: App, work: Work, { patch, revert }: Changes): Promise<StoredArtifact[]> {
  if (patch === '') return [];
  const files = { 'changes.patch': patch, 'revert.patch': revert };
  const stored: StoredArtifact[] = [];
  for (const [path, content] of Object.entries(files)) {
    stored.push(
      await storeArtifact(app, work.jobId, { path, content: Buffer.from(content), mediaType: 'text/x-diff' }),
    );
  }
  return stored;
}

function messageOf({ outcome }: Performance, { url, reason }: PullRequestOutcome): string {
  if (url !== null) return `${outcome.message}; pull request ${url}`;
  return reason === null ? outcome.message : `${outcome.message}; no pull request: ${reason}`;
}
