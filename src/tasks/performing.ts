import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import type { App } from '../app.ts';
import { type Checkout, fetchHistory } from '../repos/service.ts';
import { answerTokens } from './answer-tokens.ts';
import type { TaskBrief, TaskOutcome, TaskTools } from './engine/task-engine.ts';
import { chooseTaskType, type EngineFor } from './engines.ts';
import { reportStage, type Work } from './progress.ts';
import type { TaskRow } from './task-row.ts';
import { TokenMeter } from './token-meter.ts';

/** What an engine did, and which. */
export interface Performance {
  readonly engine: string;
  readonly type: TaskBrief['type'];
  /** Why it was done as work of this type; null where that was asked for. */
  readonly reason: string | null;
  /** Tokens of all attempts together. */
  readonly tokens: number;
  readonly outcome: TaskOutcome;
}

const text = z.string();
const outcomeForm = z.object({
  findings: z.array(
    z.object({
      resultType: z.enum(['DOCUMENTATION', 'ANALYSIS']),
      content: text,
      summary: text,
      data: z.record(text, z.unknown()).nullable(),
    }),
  ),
  edits: z.array(z.object({ path: text, before: text.nullable(), after: text.nullable() })),
  editSummary: text.nullable(),
  message: text,
});
const performed = z.object({
  engine: text,
  type: z.enum(['DEBUG', 'ASK', 'DOCUMENTATION', 'ARCHITECT', 'PR_REVIEW']),
  reason: text.nullable(),
  tokens: z.int(),
  /** Where the outcome is kept: it may be large. */
  storageKey: text,
});

/** Commits of history that drawings and reviews look at. */
const commitsOfHistory = 1000;

/** Lets an engine do the work, once: a later attempt finds what came of it. */
export async function perform(
  app: App,
  work: Work,
  task: TaskRow,
  checkout: Checkout,
  engineFor: EngineFor,
): Promise<Performance> {
  const kept = await work.step<z.infer<typeof performed>>('work', performed, async () => {
    const { outcome, ...facts } = await performNow(app, work, task, checkout, engineFor);
    const bytes = Buffer.from(JSON.stringify(outcome));
    const storageKey = `jobs/${work.jobId}/outcome-${createHash('sha256').update(bytes).digest('hex')}`;
    await app.storage.put(storageKey, bytes);
    return { ...facts, storageKey };
  });
  const { storageKey, ...facts } = kept;
  const stored = await buffer(await app.storage.get(storageKey));
  return { ...facts, outcome: outcomeForm.parse(JSON.parse(stored.toString('utf8'))) };
}

async function performNow(
  app: App,
  work: Work,
  task: TaskRow,
  checkout: Checkout,
  engineFor: EngineFor,
): Promise<Performance> {
  const { type, reason } = await chooseTaskType(task.type, task.prompt);
  const brief = await briefOf(app, work, task, checkout, type);
  const { name, run, countsTokens } = await engineFor(app, work, task.aiModel, type, task);
  const meter = new TokenMeter(app, work.jobId, task.tokensUsed);
  const scratch = join(work.workFolder, 'scratch');
  await mkdir(scratch, { recursive: true });
  reportStage(work, 'working', 0, reason ?? undefined);
  const tools: TaskTools = {
    threads: app.threads,
    cache: app.cache,
    scratch,
    signal: work.signal,
    report: (done, message) => reportStage(work, 'working', done, message),
    used: (tokens) => meter.add(tokens),
  };
  try {
    const outcome = await stoppable(run(brief, tools), work.signal);
    if (!countsTokens) meter.add(await answerTokens(app, brief, outcome, work.signal));
    return { engine: name, type, reason, outcome, tokens: meter.total };
  } finally {
    await meter.flush();
  }
}

async function briefOf(
  app: App,
  work: Work,
  task: TaskRow,
  checkout: Checkout,
  type: TaskBrief['type'],
): Promise<TaskBrief> {
  const { branch, targetBranch, repository, title, description, prompt } = task;
  const needsHistory = type === 'ARCHITECT' || type === 'PR_REVIEW';
  const other = branch === targetBranch || type !== 'PR_REVIEW' ? null : targetBranch;
  if (needsHistory) reportStage(work, 'reading_history', 0);
  const targetCommit = needsHistory
    ? await fetchHistory(app, work, repository, checkout, { branch, other, commits: commitsOfHistory })
    : null;
  const { name, namespace, provider, url } = repository;
  return {
    type,
    title,
    description,
    prompt,
    root: checkout.root,
    branch,
    commit: checkout.commit,
    targetBranch,
    targetCommit,
    // Where this machine keeps its folders is nobody's business.
    repository: { name, fullName: `${namespace}/${name}`, url: provider === 'LOCAL' ? null : url },
  };
}

/** The same, but rejected as soon as the signal says so, whether or not the work listens to it. */
async function stoppable<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
