import { relative, sep } from 'node:path';
import { roleOf } from '../file-roles.ts';
import type { MirroredFile } from './mirror.ts';
import type { PyrightAnswer } from './pyright-run.ts';
import { type Allowance, clearedUses, type DoubtedUse } from './python-bound.ts';
import { PythonTreeFacts } from './python-tree-facts.ts';

/** Steps that all texts of a tree may take together: some ten seconds. */
const MOST_STEPS = 1_000_000;

/** What pyright said of a copy: of its files, by their full paths below its root. */
interface CheckedCopy {
  readonly root: string;
  readonly files: readonly MirroredFile[];
  readonly said: PyrightAnswer;
}

/**
 * An answer without what is said of names that are bound on every way that leads to their use. Tests are not looked at:
 * there nothing is told of such names.
 */
export async function withoutBound({ root, files, said }: CheckedCopy): Promise<PyrightAnswer> {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const doubts = new Map<string, DoubtedUse[]>();
  for (const one of said.generalDiagnostics) {
    const use = doubtOf(one);
    const file = relative(root, one.file).replaceAll(sep, '/');
    if (use !== null && roleOf(file) !== 'test') doubts.set(one.file, [...(doubts.get(one.file) ?? []), use]);
  }
  if (doubts.size === 0) return said;
  const facts = new PythonTreeFacts(files);
  const allowed: Allowance = { steps: MOST_STEPS };
  const cleared = new Set<string>();
  for (const [file, uses] of doubts) {
    const text = texts.get(relative(root, file).replaceAll(sep, '/'));
    if (text === undefined) continue;
    for (const use of await clearedIn(text, uses, facts, allowed)) cleared.add(keyOf(file, use));
  }
  const generalDiagnostics = said.generalDiagnostics.filter((one) => {
    const use = doubtOf(one);
    return use === null || !cleared.has(keyOf(one.file, use));
  });
  return { ...said, generalDiagnostics };
}

/** Where the parser fails, nothing is cleared: all stays told. */
async function clearedIn(
  text: string,
  uses: readonly DoubtedUse[],
  facts: PythonTreeFacts,
  allowed: Allowance,
): Promise<DoubtedUse[]> {
  try {
    return await clearedUses(text, uses, facts, allowed);
  } catch (error) {
    // A parser that trapped, or a text that is nested deeper than the stack.
    if (error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError')) return [];
    throw error;
  }
}

function doubtOf({ message, range }: PyrightAnswer['generalDiagnostics'][number]): DoubtedUse | null {
  const name = /^"(\w+)" is possibly unbound/.exec(message)?.[1];
  return name === undefined || range === undefined ? null : { ...range.start, name };
}

function keyOf(file: string, { line, character, name }: DoubtedUse): string {
  return `${file}\0${line}:${character} ${name}`;
}
