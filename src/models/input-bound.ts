import type { LanguageModelMiddleware } from 'ai';

/** A call as the SDK hands it to a provider. */
export type CallOptions = Parameters<NonNullable<LanguageModelMiddleware['wrapStream']>>[0]['params'];

/** What a provider adds of its own to a request that has tools, or wants JSON. */
const PREAMBLE_TOKENS = 1024;

/**
 * The most tokens that requests can be. Every token stands for at least a byte, and the JSON around the texts is longer
 * than the marks a provider puts around messages. A request that goes on from an earlier one costs what the provider
 * counted for that one, and the bytes of what is new: work with tools sends the same messages again with every turn.
 */
export class InputBound {
  /** Everything but the messages. */
  #frame = '';
  #messages: readonly string[] = [];
  /** The most that was ever counted for these: some providers leave out what they had in a cache. */
  #tokens = 0;

  /** The most tokens a request can be. */
  most(options: CallOptions): number {
    const { frame, messages, preamble } = partsOf(options);
    const whole = bytesOf(frame) + sumOf(messages) + preamble;
    if (!this.#isBeginningOf(frame, messages)) return whole;
    return Math.min(whole, this.#tokens + sumOf(messages.slice(this.#messages.length)));
  }

  /** Keeps what the provider counted for a request. */
  counted(options: CallOptions, inputTokens: number): void {
    const { frame, messages } = partsOf(options);
    this.#tokens = this.#isBeginningOf(frame, messages) ? Math.max(this.#tokens, inputTokens) : inputTokens;
    this.#frame = frame;
    this.#messages = messages;
  }

  #isBeginningOf(frame: string, messages: readonly string[]): boolean {
    if (this.#messages.length === 0 || frame !== this.#frame) return false;
    return this.#messages.every((message, index) => message === messages[index]);
  }
}

function partsOf({ prompt, tools, responseFormat }: CallOptions) {
  const hasPreamble = (tools !== undefined && tools.length > 0) || responseFormat?.type === 'json';
  return {
    frame: JSON.stringify({ tools, responseFormat }),
    messages: prompt.map((message) => JSON.stringify(message)),
    preamble: hasPreamble ? PREAMBLE_TOKENS : 0,
  };
}

function sumOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + bytesOf(text) + 1, 0);
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
