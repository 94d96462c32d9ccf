import type { LanguageModel, ToolSet } from 'ai';
import { DomainError } from '../platform/errors.ts';
import { ModelError } from './errors.ts';
import type { Sdk } from './sdk.ts';
import type { ModelRequest, SessionLimits } from './session.ts';
import { consume, settingsOf } from './stream.ts';
import type { ModelTool } from './tool.ts';

/** Work with tools. */
export interface AgentRequest extends ModelRequest {
  readonly tools: readonly ModelTool[];
  /** Most turns of the model. */
  readonly maxSteps: number;
  /** Told of each use of a tool, before and after it. */
  readonly onTool?: (event: ToolEvent) => void;
  /** Told at the end of each turn how many there were. */
  readonly onTurn?: (turns: number) => void;
}

export interface ToolEvent {
  readonly type: 'called' | 'answered' | 'refused';
  readonly callId: string;
  readonly tool: string;
  /** As the model gave it. */
  readonly input: unknown;
  /** What the model was told; null before that. */
  readonly output: string | null;
}

/** What came of it. */
export interface AgentResult {
  /** The text of its last turn. */
  readonly text: string;
  readonly steps: number;
  /**
   * `finished` when the model said it is done; `cut_short` when its last turn reached what one may write; else the cap
   * that ended it.
   */
  readonly stopped: 'finished' | 'cut_short' | 'step_cap' | 'token_cap';
}

interface AgentParts {
  readonly sdk: Sdk;
  readonly model: LanguageModel;
  readonly signal: AbortSignal;
  readonly limits: SessionLimits;
}

/** Longest answer of a tool that is passed on, in characters: the rest would eat the cap. */
const LONGEST_ANSWER = 24_000;

/** Lets a model work with tools, turn by turn. */
export async function runAgent(parts: AgentParts, request: AgentRequest): Promise<AgentResult> {
  const { sdk, model, limits } = parts;
  const bug = new AbortController();
  const signal = AbortSignal.any([parts.signal, bug.signal]);
  let steps = 0;
  let said = '';
  const { stream } = sdk.streamText({
    ...settingsOf(model, signal, limits),
    instructions: request.instructions,
    prompt: request.prompt,
    tools: toolSet(sdk, request, signal, (error) => bug.abort(error)),
    stopWhen: sdk.isStepCount(request.maxSteps),
    ...(request.maxOutputTokens !== undefined && { maxOutputTokens: request.maxOutputTokens }),
  });
  try {
    const { text, finishReason } = await consume(stream, (part) => {
      if (part.type === 'finish-step') {
        steps += 1;
        request.onTurn?.(steps);
      }
      if (part.type === 'start-step') said = '';
      if (part.type !== 'text-delta') return;
      said += part.text;
      request.onText?.(part.text);
    });
    if (finishReason === 'length') return { text, steps, stopped: 'cut_short' };
    return { text, steps, stopped: finishReason === 'tool-calls' ? 'step_cap' : 'finished' };
  } catch (error) {
    bug.signal.throwIfAborted();
    // Nothing was begun that is not told: the turn that found no room was never sent.
    const isOutOfTokens = error instanceof ModelError && error.code === 'MODEL_TOKEN_CAP';
    if (isOutOfTokens && steps > 0) return { text: said, steps, stopped: 'token_cap' };
    throw error;
  } finally {
    // A call that is still in flight after an error has nobody left to read it.
    bug.abort();
  }
}

function toolSet(sdk: Sdk, request: AgentRequest, signal: AbortSignal, onBug: (error: unknown) => void): ToolSet {
  const use = async (tool: ModelTool, input: unknown, callId: string): Promise<string> => {
    const told = { callId, tool: tool.name, input };
    request.onTool?.({ ...told, type: 'called', output: null });
    try {
      const answer = shortened(await tool.run(input, signal));
      // Whoever has stopped it has gone, and is told nothing more.
      signal.throwIfAborted();
      request.onTool?.({ ...told, type: 'answered', output: answer });
      return answer;
    } catch (error) {
      if (!(error instanceof DomainError)) onBug(error);
      if (!(error instanceof DomainError)) throw error;
      request.onTool?.({ ...told, type: 'refused', output: error.message });
      return `Refused: ${error.message}`;
    }
  };
  return Object.fromEntries(
    request.tools.map((one) => [
      one.name,
      sdk.tool({
        description: one.description,
        inputSchema: one.input,
        execute: (input: unknown, { toolCallId }: { toolCallId: string }) => use(one, input, toolCallId),
      }),
    ]),
  );
}

function shortened(answer: string): string {
  if (answer.length <= LONGEST_ANSWER) return answer;
  return `${answer.slice(0, LONGEST_ANSWER).toWellFormed()}\n… ${answer.length - LONGEST_ANSWER} more characters`;
}
