import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { App } from '../app.ts';
import type { ThreadTask } from '../platform/thread-pool.ts';
import type { TaskBrief, TaskOutcome } from './engine/task-engine.ts';
import { safePath } from './safe-path.ts';

/** Most characters that are counted: they cost more than any task holds. */
const mostCharacters = 2_000_000;
/** Most places whose lines are counted. */
const mostPlaces = 5000;
const largestFile = 2_000_000;

const COUNT: ThreadTask<readonly string[], number> = { module: new URL('./count-tokens.ts', import.meta.url) };

/**
 * Tokens of a task of the built-in engine: of the text it read into its answer (the question, the lines its places
 * name, the files it changed) and of the text it wrote.
 */
export async function answerTokens(
  app: App,
  brief: TaskBrief,
  outcome: TaskOutcome,
  signal: AbortSignal,
): Promise<number> {
  const read = [brief.title, brief.description ?? '', brief.prompt, ...(await citedLines(brief.root, outcome))];
  const changed = outcome.edits.flatMap(({ before, after }) => [before ?? '', after ?? '']);
  const wrote = outcome.findings.flatMap(({ content, summary }) => [content, summary]);
  return app.threads.run(COUNT, bounded([...read, ...changed, ...wrote]), { signal });
}

function bounded(texts: readonly string[]): string[] {
  let left = mostCharacters;
  return texts.flatMap((text) => {
    const taken = text.slice(0, left);
    left -= taken.length;
    return taken === '' ? [] : [taken];
  });
}

const place = z.object({ path: z.string(), line: z.int().min(1), endLine: z.int().nullish() });

/** The lines of the places that findings name as data, each once. */
async function citedLines(root: string, { findings }: TaskOutcome): Promise<string[]> {
  const lines = new Map<string, Set<number>>();
  let left = mostPlaces;
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || left === 0) return;
    const found = place.safeParse(value).data;
    if (found !== undefined) {
      left -= 1;
      const present = lines.get(found.path) ?? new Set();
      const end = Math.min(found.endLine ?? found.line, found.line + 500);
      for (let line = found.line; line <= end; line += 1) present.add(line);
      lines.set(found.path, present);
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  for (const { data } of findings) visit(data);
  const texts: string[] = [];
  for (const [path, numbers] of lines) {
    if ((await safePath(root, path)).kind !== 'file') continue;
    const bytes = await readFile(join(root, path)).catch(() => null);
    if (bytes === null || bytes.byteLength > largestFile) continue;
    const all = bytes.toString('utf8').split('\n');
    texts.push(
      [...numbers]
        .sort((one, other) => one - other)
        .map((line) => all[line - 1] ?? '')
        .join('\n'),
    );
  }
  return texts;
}
