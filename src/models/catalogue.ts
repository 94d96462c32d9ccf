import { z } from 'zod';
import type { App } from '../app.ts';
import type { AiModel, TaskType } from '../generated/prisma/client.ts';
import { isMissingRow } from '../platform/database.ts';
import { NotFoundError, requireForm } from '../platform/errors.ts';
import { gatheredRows } from '../platform/gathered-rows.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';

/** Every model of the catalogue, in its order, those that are not active too. */
export function listModels(app: App): Promise<AiModel[]> {
  return app.database.prisma.aiModel.findMany({ orderBy: [{ position: 'asc' }, { name: 'asc' }] });
}

const ofTasks = { id: true, displayName: true, provider: true, isEnabled: true, capabilities: true } as const;

/** What of a model decides whether a task may be given to it. */
export type TaskModel = Pick<AiModel, keyof typeof ofTasks>;

const modelsOfTasks = gatheredRows<TaskModel>('AiModel', ofTasks);

/** The model of this id; undefined when there is none. */
export function findModel({ database }: App, id: string): Promise<TaskModel | undefined> {
  return modelsOfTasks(database, id);
}

/**
 * Whether tasks may use a model: no admin has switched it off, and there is a key for its provider. The built-in engine
 * always is; this server speaks to no service of Google.
 */
export function isModelActive(
  { config }: Pick<App, 'config'>,
  { provider, isEnabled }: Pick<AiModel, 'provider' | 'isEnabled'>,
): boolean {
  switch (provider) {
    case 'LOCAL':
      return true;
    case 'OPENAI':
      return isEnabled && config.OPENAI_API_KEY !== undefined;
    case 'ANTHROPIC':
      return isEnabled && config.ANTHROPIC_API_KEY !== undefined;
    case 'GOOGLE':
      return false;
  }
}

/** What to change of a model; what is absent or null stays. */
export interface ModelChange {
  readonly isEnabled?: boolean | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly costPerToken?: number | null | undefined;
  readonly maxTokens?: number | null | undefined;
  readonly capabilities?: readonly TaskType[] | null | undefined;
}

/** The forms of what can be changed, for the schema to check. */
export const modelForms = {
  displayName: z.string().trim().min(1, 'must not be empty').max(100, 'must have at most 100 characters'),
  description: z.string().trim().min(1, 'must not be empty').max(1000, 'must have at most 1000 characters'),
  costPerToken: z.number().min(0, 'must not be negative').max(1, 'must be at most 1'),
  maxTokens: z.int().min(1, 'must be at least 1').max(100_000_000, 'must be at most 100000000'),
} as const;

/** Changes a model of the catalogue, for admins. @throws NotFoundError, ValidationError, ForbiddenError */
export async function updateAiModel(app: App, viewer: Viewer, id: string, change: ModelChange): Promise<AiModel> {
  requirePermission(viewer, 'model:write');
  const { isEnabled, displayName, description, costPerToken, maxTokens, capabilities } = change;
  const { prisma } = app.database;
  const present = await prisma.aiModel.findUnique({ where: { id }, select: { provider: true } });
  if (present === null) throw new NotFoundError('AI model');
  requireForm(present.provider !== 'LOCAL' || isEnabled !== false, 'isEnabled', 'the built-in engine is always active');
  requireForm(capabilities?.length !== 0, 'capabilities', 'must hold at least one type of task');
  const data = {
    ...(typeof isEnabled === 'boolean' && { isEnabled }),
    ...(typeof displayName === 'string' && { displayName }),
    ...(typeof description === 'string' && { description }),
    ...(typeof costPerToken === 'number' && { costPerToken }),
    ...(typeof maxTokens === 'number' && { maxTokens }),
    ...(capabilities && { capabilities: [...new Set(capabilities)] }),
  };
  try {
    return await prisma.aiModel.update({ where: { id }, data });
  } catch (error) {
    throw isMissingRow(error) ? new NotFoundError('AI model') : error;
  }
}
