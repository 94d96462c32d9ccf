import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OutputLimitError, ProcessStartError, ProcessTimeoutError, runProcess } from '../../platform/child-process.ts';
import { roleOf } from '../file-roles.ts';
import type { InstalledEngine } from './engine-places.ts';
import type { Mirror } from './mirror.ts';

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** The part of the time that a second run has: both have to end before the whole analysis of types runs out of time. */
const SECOND_SHARE = 0.4;
/** What pyright leaves out itself as long as nothing is said of it. */
const LEFT_OUT_ANYWAY = ['**/node_modules', '**/__pycache__', '**/.*'];

const position = z.object({ line: z.int().min(0), character: z.int().min(0) });
const answer = z.object({
  generalDiagnostics: z.array(
    z.object({
      file: z.string(),
      severity: z.enum(['error', 'warning', 'information']),
      message: z.string(),
      range: z.object({ start: position, end: position }).optional(),
      rule: z.string().optional(),
    }),
  ),
  summary: z.object({ filesAnalyzed: z.int() }),
});
const leftOut = z.array(z.string());

/** What pyright says of a tree. */
export type PyrightAnswer = z.infer<typeof answer>;

/** What one run of pyright may take. */
export interface PyrightLimits {
  readonly timeoutMs: number;
  readonly memoryMegabytes: number;
  readonly signal: AbortSignal;
}

/** How pyright is run on a copy. */
export interface PyrightRequest {
  readonly mirror: Mirror;
  readonly pyright: InstalledEngine;
  readonly config: Readonly<Record<string, unknown>>;
  readonly limits: PyrightLimits;
}

/** What pyright answered, and how many files of tests it was not asked about; or why it did not. */
export type PyrightResult =
  | { readonly said: PyrightAnswer; readonly testsLeftOut: { readonly files: number; readonly reason: string } | null }
  | { readonly failure: string };

/**
 * Asks pyright about a copy. Where the time or the memory does not do for all of it, it is asked about what is no test,
 * which is what the tests are there for. Rejects with the signal's reason only.
 */
export async function askPyright(request: PyrightRequest): Promise<PyrightResult> {
  const whole = await run(request);
  if (!('limit' in whole)) return 'said' in whole ? { ...whole, testsLeftOut: null } : whole;
  const python = request.mirror.files.filter(({ path }) => /\.pyi?$/.test(path));
  const tests = python.filter(({ path }) => roleOf(path) === 'test').map(({ path }) => path);
  if (tests.length === 0 || tests.length === python.length) return { failure: `Pyright ${whole.limit}.` };
  const exclude = [...(leftOut.safeParse(request.config.exclude).data ?? LEFT_OUT_ANYWAY), ...tests];
  const limits = { ...request.limits, timeoutMs: request.limits.timeoutMs * SECOND_SHARE };
  const part = await run({ ...request, limits, config: { ...request.config, exclude } });
  if ('limit' in part) return { failure: `Pyright ${whole.limit}, and without the tests it ${part.limit}.` };
  return 'said' in part ? { ...part, testsLeftOut: { files: tests.length, reason: `pyright ${whole.limit}` } } : part;
}

type Run = { readonly said: PyrightAnswer } | { readonly limit: string } | { readonly failure: string };

/** `limit` tells which limit it has reached. */
async function run({ mirror, pyright, config, limits }: PyrightRequest): Promise<Run> {
  const configPath = join(mirror.root, 'pyrightconfig.json');
  await writeFile(configPath, JSON.stringify(config));
  try {
    const { stdout, exitCode } = await runProcess(
      process.execPath,
      [`--max-old-space-size=${limits.memoryMegabytes}`, pyright.path, '--outputjson', '-p', configPath],
      {
        // Never the copy itself: an interpreter started there would load the tree's own modules.
        cwd: mirror.generated,
        env: { HOME: mirror.generated },
        signal: limits.signal,
        timeoutMs: limits.timeoutMs,
        maxOutputBytes: MAX_OUTPUT_BYTES,
      },
    );
    if (exitCode >= 128) return { limit: 'ran out of memory' };
    if (exitCode > 1) return { failure: `Pyright ended with code ${exitCode}.` };
    const parsed = answer.safeParse(jsonOf(stdout));
    return parsed.success ? { said: parsed.data } : { failure: 'What pyright answered cannot be read.' };
  } catch (error) {
    if (error instanceof ProcessTimeoutError)
      return { limit: `did not finish within ${limits.timeoutMs / 1000} seconds` };
    if (error instanceof OutputLimitError) return { failure: 'Pyright said more than is read.' };
    if (error instanceof ProcessStartError) return { failure: error.message };
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
