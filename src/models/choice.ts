import type { Config } from '../platform/config.ts';

/** Who is asked: any service that speaks OpenAI's chat completions, or Anthropic. */
export type ModelProvider = 'openai' | 'anthropic';

/** A model that can be asked, with what is needed for it. */
export interface ModelChoice {
  readonly provider: ModelProvider;
  /** As the provider calls it. */
  readonly model: string;
  readonly key: string;
  readonly baseUrl: string;
}

type ModelSettings = Pick<
  Config,
  'OPENAI_API_KEY' | 'OPENAI_BASE_URL' | 'ANTHROPIC_API_KEY' | 'ANTHROPIC_BASE_URL' | 'AI_MODEL'
>;

/** Taken where a key is set and AI_MODEL is not: small ones, as a key alone is no wish to spend much. */
const DEFAULT_MODELS = { openai: 'gpt-4.1-mini', anthropic: 'claude-haiku-4-5' } as const;

/**
 * The model of a name, AI_MODEL's unless given; null where its provider has no key. `openai:` or `anthropic:` before
 * the name says who is asked. Without it a name that begins with `claude` is Anthropic's where there is a key for it,
 * and any other is asked of whom there is a key for, first the OpenAI-compatible service.
 */
export function chooseModel(settings: ModelSettings, name = settings.AI_MODEL): ModelChoice | null {
  const { OPENAI_API_KEY, ANTHROPIC_API_KEY } = settings;
  const [, prefix, bare] = /^(?:(openai|anthropic):)?(.*)$/s.exec(name ?? '') ?? [];
  const isClaude = /^claude/i.test(bare ?? '');
  const preferred = isClaude && ANTHROPIC_API_KEY !== undefined ? 'anthropic' : 'openai';
  const fallback = OPENAI_API_KEY === undefined ? 'anthropic' : preferred;
  const provider: ModelProvider = prefix === 'openai' || prefix === 'anthropic' ? prefix : fallback;
  const key = provider === 'openai' ? OPENAI_API_KEY : ANTHROPIC_API_KEY;
  if (key === undefined) return null;
  const baseUrl = provider === 'openai' ? settings.OPENAI_BASE_URL : settings.ANTHROPIC_BASE_URL;
  return { provider, model: bare || DEFAULT_MODELS[provider], key, baseUrl };
}
