import type { ZodType } from 'zod';

/** Something a model may ask for in the middle of its work. */
export interface ModelTool {
  readonly name: string;
  /** For the model: what it does and when to use it. */
  readonly description: string;
  readonly input: ZodType;
  /**
   * Does it, with input in the form above. What it answers is told to the model; so is the message of a DomainError.
   * Any other error ends the run.
   */
  readonly run: (input: unknown, signal: AbortSignal) => Promise<string>;
}

/** A tool whose work is typed by its input's form. */
export function modelTool<Input>(tool: {
  readonly name: string;
  readonly description: string;
  readonly input: ZodType<Input>;
  readonly run: (input: Input, signal: AbortSignal) => Promise<string>;
}): ModelTool {
  return { ...tool, run: (input, signal) => tool.run(tool.input.parse(input), signal) };
}
