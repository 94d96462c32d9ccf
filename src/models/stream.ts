import type { FinishReason, LanguageModel, TextStreamPart, ToolSet } from 'ai';
import { ModelError } from './errors.ts';
import { cut } from './failure.ts';
import type { SessionLimits } from './session.ts';

/** What came of a stream. */
export interface Consumed {
  /** All text of its last step. */
  readonly text: string;
  readonly finishReason: FinishReason;
  readonly steps: number;
}

/** How often a call is sent again that was refused for the moment: after 2, 4, 8 … seconds, or as the service says. */
const RETRIES = 4;
const USUAL_SILENCE_SECONDS = 120;

/** What all calls of a session have in common. */
export function settingsOf(model: LanguageModel, signal: AbortSignal, limits: SessionLimits) {
  const silence = Math.ceil((limits.silenceSeconds ?? USUAL_SILENCE_SECONDS) * 1000);
  return {
    model,
    abortSignal: signal,
    maxRetries: RETRIES,
    timeout: { firstChunkMs: silence, chunkMs: silence },
    // Errors are parts of the stream; the SDK would print them besides, with what the provider said.
    onError: () => undefined,
  };
}

/**
 * Reads a stream to its end. @throws what the stream failed with, MODEL_SILENT where it was given up for its silence,
 * MODEL_STREAM_CUT where it ended too early, MODEL_DECLINED where the provider held the answer back
 */
export async function consume<Tools extends ToolSet>(
  stream: AsyncIterable<TextStreamPart<Tools>>,
  onPart: (part: TextStreamPart<Tools>) => void,
): Promise<Consumed> {
  let text = '';
  let steps = 0;
  let finishReason: FinishReason | undefined;
  for await (const part of stream) {
    onPart(part);
    if (part.type === 'error') throw part.error;
    if (part.type === 'abort')
      throw new ModelError('MODEL_SILENT', 'The model said nothing for too long', { retryable: true });
    if (part.type === 'start-step') text = '';
    if (part.type === 'text-delta') text += part.text;
    if (part.type === 'finish-step') {
      steps += 1;
      finishReason = part.finishReason;
      if (finishReason === 'content-filter') throw new ModelError('MODEL_DECLINED', 'The model declined to answer');
    }
  }
  if (finishReason === undefined || finishReason === 'interrupted' || finishReason === 'error') throw cut();
  return { text, finishReason, steps };
}
