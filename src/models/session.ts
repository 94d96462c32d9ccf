import type { LanguageModel, ModelMessage } from 'ai';
import { type ZodType, z } from 'zod';
import type { Log } from '../platform/log.ts';
import { type AgentRequest, type AgentResult, runAgent } from './agent.ts';
import { type ModelUsage, TokenBudget } from './budget.ts';
import type { ModelChoice } from './choice.ts';
import { ModelError } from './errors.ts';
import { failureOf } from './failure.ts';
import { loadSdk, openModel, type Sdk } from './sdk.ts';
import { type Consumed, consume, settingsOf } from './stream.ts';

/** What bounds a session. */
export interface SessionLimits {
  /** Stops the call in flight. */
  readonly signal: AbortSignal;
  /** Input and output tokens of all calls together; never passed. */
  readonly maxTokens: number;
  /** Tokens of the cap that are spent already: by an earlier attempt at the same job. */
  readonly spentTokens?: number;
  /** Seconds all calls together may take, waiting and retries among them. */
  readonly deadlineSeconds: number;
  /** Seconds a model may be silent: before its first word, and between two. 120 unless given. */
  readonly silenceSeconds?: number;
  readonly log: Log;
}

/** What is asked of a model. */
export interface ModelRequest {
  /** What it is to do and to keep to: this server's words only. */
  readonly instructions: string;
  /** The matter, texts of others among it, marked as such by the caller. */
  readonly prompt: string;
  /** Most output tokens of a call; lowered to what the cap leaves. */
  readonly maxOutputTokens?: number;
  /** Told of every piece of the answer as it comes. */
  readonly onText?: (piece: string) => void;
}

/** What a model wrote. */
export interface ModelText {
  readonly text: string;
  /** It reached its limit of tokens before it had said all. */
  readonly isCutShort: boolean;
}

/** Calls of one job to one model under one cap. Everything it refuses with is a ModelError, or the signal's reason. */
export class ModelSession {
  /** As results name it. */
  readonly model: string;
  readonly #choice: ModelChoice;
  readonly #limits: SessionLimits;
  readonly #budget: TokenBudget;
  readonly #deadline: AbortSignal;

  constructor(choice: ModelChoice, limits: SessionLimits) {
    this.model = choice.model;
    this.#choice = choice;
    this.#limits = limits;
    this.#budget = new TokenBudget(limits.maxTokens, limits.spentTokens);
    this.#deadline = AbortSignal.timeout(Math.ceil(limits.deadlineSeconds * 1000));
  }

  /** What was spent so far. */
  get usage(): ModelUsage {
    return this.#budget.usage;
  }

  /** Tokens of the calls whose cost is known: what is in flight is not among them. Never falls. */
  get settled(): number {
    return this.#budget.settled;
  }

  /** Tokens that are left of the cap. */
  get left(): number {
    return this.#budget.left;
  }

  /** Asks for a text. */
  async generateText(request: ModelRequest): Promise<ModelText> {
    const { text, finishReason } = await this.#ask(request, [{ role: 'user', content: request.prompt }]);
    if (text.trim() === '') throw new ModelError('MODEL_BAD_ANSWER', 'The model answered nothing', { retryable: true });
    return { text, isCutShort: finishReason === 'length' };
  }

  /**
   * Asks for an object of a form. An answer of another form is sent back once with what is wrong with it.
   * @throws ModelError MODEL_BAD_ANSWER when it does not fit then either
   */
  async generateObject<Value>(request: ModelRequest, form: ZodType<Value>): Promise<Value> {
    const schema = JSON.stringify(z.toJSONSchema(form, { unrepresentable: 'any' }));
    const instructions = `${request.instructions}\n\nAnswer with one JSON object and nothing else. JSON Schema: ${schema}`;
    const messages: ModelMessage[] = [{ role: 'user', content: request.prompt }];
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { text } = await this.#ask({ ...request, instructions }, messages, form);
      const read = form.safeParse(jsonIn(text));
      if (read.success) return read.data;
      const issues = read.error.issues.slice(0, 20).map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
      messages.push({ role: 'assistant', content: text || '(nothing)' });
      messages.push({ role: 'user', content: `This does not fit: ${issues.join('; ')}. Answer again, whole.` });
    }
    throw new ModelError('MODEL_BAD_ANSWER', 'The model answered in another form than was asked for', {
      retryable: true,
    });
  }

  /** Lets the model work with tools until it is done or a cap is reached. What it did until then is in the result. */
  runAgent(request: AgentRequest): Promise<AgentResult> {
    return this.#run((sdk, model, signal) => runAgent({ sdk, model, signal, limits: this.#limits }, request));
  }

  #ask(request: ModelRequest, messages: readonly ModelMessage[], form?: ZodType): Promise<Consumed> {
    return this.#run((sdk, model, signal) =>
      consume(
        sdk.streamText({
          ...settingsOf(model, signal, this.#limits),
          instructions: request.instructions,
          messages: [...messages],
          ...(request.maxOutputTokens !== undefined && { maxOutputTokens: request.maxOutputTokens }),
          ...(form !== undefined && { output: sdk.Output.object({ schema: form }) }),
        }).stream,
        (part) => {
          if (part.type === 'text-delta') request.onText?.(part.text);
        },
      ),
    );
  }

  /** Runs calls under the signal and the deadline, counts them, and says in the house's words what went wrong. */
  async #run<Result>(work: (sdk: Sdk, model: LanguageModel, signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { signal, log } = this.#limits;
    const sdk = await loadSdk();
    const before = this.#budget.usage;
    const started = performance.now();
    let outcome = 'answered';
    try {
      this.#throwIfOver();
      const model = await openModel(sdk, this.#choice, this.#budget);
      const stop = AbortSignal.any([signal, this.#deadline]);
      // What neither listens nor ends, such as a tool, is not waited for.
      return await Promise.race([work(sdk, model, stop), whenAborted(stop)]);
    } catch (error) {
      outcome = 'failed';
      this.#throwIfOver();
      const failure = failureOf(sdk, error);
      if (failure instanceof ModelError) outcome = failure.code;
      throw failure;
    } finally {
      if (signal.aborted) outcome = 'stopped';
      const { inputTokens, outputTokens, calls } = this.#budget.usage;
      log.info(
        {
          model: this.model,
          provider: this.#choice.provider,
          outcome,
          calls: calls - before.calls,
          inputTokens: inputTokens - before.inputTokens,
          outputTokens: outputTokens - before.outputTokens,
          milliseconds: Math.round(performance.now() - started),
        },
        'a model was asked',
      );
    }
  }

  #throwIfOver(): void {
    this.#limits.signal.throwIfAborted();
    if (!this.#deadline.aborted) return;
    const message = `The model did not end within ${this.#limits.deadlineSeconds} seconds`;
    throw new ModelError('MODEL_DEADLINE', message);
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** The JSON value in a text that may have a fence or words around it; undefined where there is none. */
function jsonIn(text: string): unknown {
  const start = text.search(/[{[]/);
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  if (start < 0 || end < start) return undefined;
  try {
    return JSON.parse(text.slice(start, end + 1));
  } catch {
    return undefined;
  }
}
