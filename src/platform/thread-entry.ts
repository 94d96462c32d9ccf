import { putThreadBehind } from './process-priority.ts';

/** A task as a pool hands it to one of its threads: the module whose default export does the work, and its input. */
export interface ThreadOrder {
  readonly module: string;
  readonly input: unknown;
}

let isBehind = false;

/** What every thread of a pool runs. */
export default async function runOrder({ module, input }: ThreadOrder): Promise<unknown> {
  if (!isBehind) putThreadBehind();
  isBehind = true;
  const { default: run }: { default: (input: unknown) => unknown } = await import(module);
  return run(input);
}
