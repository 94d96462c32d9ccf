import type { App } from '../app.ts';
import { chooseModel, type ModelProvider } from './choice.ts';
import { ModelSession, type SessionLimits } from './session.ts';

export { ModelError } from './errors.ts';
export type { ModelSession, SessionLimits } from './session.ts';
export { modelTool } from './tool.ts';

/** A model that the settings give a key for. Having one costs nothing: nothing is loaded before it is asked. */
export interface ModelEngine {
  /** As results name the engine: the provider's name of the model. */
  readonly name: string;
  readonly provider: ModelProvider;
  /** Begins the calls of one job. */
  readonly open: (limits: SessionLimits) => ModelSession;
}

/**
 * The model of a name, or the one the settings name; null where there is no key for its provider, and the local engine
 * does the work. `openai:` or `anthropic:` before the name says whose it is.
 */
export function modelEngine(app: Pick<App, 'config'>, name?: string): ModelEngine | null {
  const choice = chooseModel(app.config, name);
  if (choice === null) return null;
  return { name: choice.model, provider: choice.provider, open: (limits) => new ModelSession(choice, limits) };
}
