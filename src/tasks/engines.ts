import type { App } from '../app.ts';
import type { AiModel, TaskType } from '../generated/prisma/client.ts';
import { isModelActive } from '../models/catalogue.ts';
import { modelEngine } from '../models/service.ts';
import { DomainError } from '../platform/errors.ts';
import type { TaskBrief, TaskEngine } from './engine/task-engine.ts';
import type { Work } from './progress.ts';

/** An engine, and what results call it. */
export interface ChosenEngine {
  readonly name: string;
  readonly run: TaskEngine;
  /** Whether it tells of every token itself; what the built-in engine took is counted from what it gives. */
  readonly countsTokens: boolean;
}

/** What kind of work a task is done as, and why, where it was not said. */
export interface ChosenType {
  readonly type: TaskBrief['type'];
  readonly reason: string | null;
}

/** The kind of work a task is done as: of one that leaves it open, its prompt says. */
export async function chooseTaskType(type: TaskType, prompt: string): Promise<ChosenType> {
  if (type !== 'ASYNC') return { type, reason: null };
  const { chooseType } = await import('./engine/choose-type.ts');
  return chooseType(prompt);
}

/** Tokens a credit stands for: what is set aside bounds what a model may take. */
const tokensPerCredit = 1000;
/** Seconds a model may work, of the thirty minutes a task has. */
const modelSeconds = 20 * 60;

/** What a model may use, of which `tokensUsed` is gone. */
interface Allowance {
  readonly estimatedCredits: number;
  readonly tokensUsed: number;
}

/** Finds the engine for a task. */
export type EngineFor = typeof chooseEngine;

/** The engine for a kind of work by a model of the catalogue. @throws DomainError AI_MODEL_NOT_ACTIVE */
export async function chooseEngine(
  app: App,
  work: Work,
  model: AiModel,
  type: TaskBrief['type'],
  { estimatedCredits, tokensUsed }: Allowance,
): Promise<ChosenEngine> {
  if (model.provider === 'LOCAL') return { name: 'local', run: await localEngine(type), countsTokens: false };
  const provider = model.provider === 'ANTHROPIC' ? 'anthropic' : 'openai';
  const engine = isModelActive(app, model) ? modelEngine(app, `${provider}:${model.name}`) : null;
  if (engine === null) {
    throw new DomainError('AI_MODEL_NOT_ACTIVE', `${model.displayName} is no longer active on this server`);
  }
  const { modelTask } = await import('./engine/agent.ts');
  const session = engine.open({
    signal: work.signal,
    maxTokens: estimatedCredits * tokensPerCredit,
    spentTokens: tokensUsed,
    deadlineSeconds: modelSeconds,
    log: work.log,
  });
  return { name: engine.name, run: modelTask(session), countsTokens: true };
}

/** The built-in engine for a kind of work, loaded when it is first needed. */
async function localEngine(type: TaskBrief['type']): Promise<TaskEngine> {
  switch (type) {
    case 'ASK':
      return (await import('./engine/ask.ts')).answerQuestion;
    case 'ARCHITECT':
      return (await import('./engine/architect.ts')).drawArchitecture;
    case 'DEBUG':
      return (await import('./engine/debug.ts')).debugCode;
    case 'DOCUMENTATION':
      return (await import('./engine/documentation.ts')).documentCode;
    case 'PR_REVIEW':
      return (await import('./engine/review.ts')).reviewChanges;
  }
}
