import { parse as parseJsonc } from 'jsonc-parser';
import { parsedLanguageOf } from '../code/languages.ts';
import { type ParseProblem, parseSource } from '../code/symbols.ts';

/** A file as it was and as it would be; `before` null for a new one. */
export interface ParsedEdit {
  readonly path: string;
  readonly before: string | null;
  readonly after: string;
}

/**
 * Thread entry: for each edit why its file would no longer parse, null when it does, when it did not parse before
 * either, or when nothing here reads its language.
 */
export default async function checkParsing(edits: readonly ParsedEdit[]): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for (const { path, before, after } of edits) {
    const problem = await problemOf(path, after);
    const wasBroken = problem !== null && before !== null && (await problemOf(path, before)) !== null;
    found.push(
      problem === null || wasBroken ? null : `would no longer parse (line ${problem.line}: ${problem.message})`,
    );
  }
  return found;
}

async function problemOf(path: string, text: string): Promise<ParseProblem | null> {
  if (/\.jsonc?$/.test(path)) return jsonProblem(text);
  if (parsedLanguageOf(path) === null) return null;
  try {
    return (await parseSource(path.slice(path.lastIndexOf('/') + 1), text)).problems[0] ?? null;
  } catch {
    return { line: 1, message: 'the parser failed' };
  }
}

/** With comments and trailing commas, as settings of many tools have them. */
function jsonProblem(text: string): ParseProblem | null {
  const errors: { error: number; offset: number; length: number }[] = [];
  parseJsonc(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [first] = errors;
  return first === undefined ? null : { line: text.slice(0, first.offset).split('\n').length, message: 'no JSON' };
}
