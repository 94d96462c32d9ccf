import type { LanguageModel } from 'ai';
import type { TokenBudget } from './budget.ts';
import type { ModelChoice } from './choice.ts';
import { guard } from './guard.ts';

/** The SDK that models are asked by. */
export type Sdk = typeof import('ai');

let loading: Promise<Sdk> | undefined;

/** Loads the SDK when the first model is asked: a server without one pays nothing for it. */
export function loadSdk(): Promise<Sdk> {
  loading ??= import('ai').then((sdk) => {
    // Its warnings go past the log, and may show settings of a call.
    globalThis.AI_SDK_LOG_WARNINGS = false;
    return sdk;
  });
  return loading;
}

/** The chosen model with the guard of a budget before it. */
export async function openModel(sdk: Sdk, choice: ModelChoice, budget: TokenBudget): Promise<LanguageModel> {
  const model = choice.provider === 'anthropic' ? await anthropicModel(choice) : await compatibleModel(choice);
  return sdk.wrapLanguageModel({ model, middleware: guard(sdk, budget) });
}

async function anthropicModel({ model, key, baseUrl }: ModelChoice) {
  const { createAnthropic } = await import('@ai-sdk/anthropic');
  return createAnthropic({ apiKey: key, baseURL: baseUrl })(model);
}

async function compatibleModel({ model, key, baseUrl }: ModelChoice) {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  const isOpenAi = new URL(baseUrl).hostname === 'api.openai.com';
  const provider = createOpenAICompatible({
    name: 'openai',
    apiKey: key,
    baseURL: baseUrl,
    includeUsage: true,
    // Others may know no JSON Schema; all know plain JSON, and the form is checked here in any case.
    supportsStructuredOutputs: isOpenAi,
    ...(isOpenAi && { transformRequestBody: asOpenAiWants }),
  });
  return provider(model);
}

/** OpenAI's newer models refuse the old name of the limit; the compatible services know only that one. */
function asOpenAiWants({ max_tokens, ...body }: Record<string, unknown>): Record<string, unknown> {
  return { ...body, max_completion_tokens: max_tokens };
}
