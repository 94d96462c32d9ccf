import { countDocumented } from '../documented-symbols.ts';
import { decodeSource, readSourceBytesSync } from '../source-text.ts';
import type { ParsedSource } from '../symbols.ts';
import { parseScript, publicSymbols } from '../typescript-symbols.ts';
import type { FileFacts, LintResult } from './file-facts.ts';
import { inspectScript } from './inspect-script.ts';
import type { RuffSettings } from './ruff-settings.ts';

/** What is wanted of one file. */
export interface InspectedFile {
  readonly path: string;
  readonly facts: boolean;
  /** Number of the settings to lint it with; null where it is not to be linted. */
  readonly settings: number | null;
}

/** A batch for one thread. Plain data. */
export interface InspectBatch {
  readonly root: string;
  readonly files: readonly InspectedFile[];
  readonly settings: readonly RuffSettings[];
  readonly maxBytes: number;
}

/** What was found of one file; null where it was not asked for, or where `failure` says why there is nothing. */
export interface Inspection {
  readonly path: string;
  readonly facts: FileFacts | null;
  readonly lint: LintResult | null;
  readonly failure: string | null;
}

/** Thread entry: reads each file once, measures it and, where it is Python, lints it. */
export default async function inspectFiles(batch: InspectBatch): Promise<Inspection[]> {
  const found: Inspection[] = [];
  for (const file of batch.files) found.push(await inspectFile(batch, file));
  return found;
}

async function inspectFile({ root, settings, maxBytes }: InspectBatch, file: InspectedFile): Promise<Inspection> {
  const { path } = file;
  const failed = (failure: string): Inspection => ({ path, facts: null, lint: null, failure });
  const read = readSourceBytesSync(root, path, maxBytes);
  if ('reason' in read) return failed(`it was not read: ${read.detail}`);
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return failed(`it was not read: ${decoded.detail}`);
  const text = decoded.text.startsWith('\uFEFF') ? decoded.text.slice(1) : decoded.text;
  const used = file.settings === null ? undefined : settings[file.settings];
  try {
    const lint = used === undefined ? null : await lintOf(text, used);
    return { path, facts: file.facts ? await factsOf(path, text) : null, lint, failure: null };
  } catch (error) {
    return failed(error instanceof RangeError ? 'it is nested too deeply' : 'its parser failed');
  }
}

/** What reads Python is loaded for the first file of it: most threads never see one. */
async function lintOf(text: string, settings: RuffSettings): Promise<LintResult> {
  const { lintPython } = await import('./ruff.ts');
  return lintPython(text, settings);
}

async function factsOf(path: string, text: string): Promise<FileFacts> {
  // By its name alone: the same text means the same in every folder.
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/\.pyi?$/.test(name)) {
    const { inspectPython } = await import('./inspect-python.ts');
    const { facts, parsed } = await inspectPython(text);
    return { ...facts, ...countDocumented(parsed.symbols, true), problem: problemOf(parsed) };
  }
  const tree = parseScript(name, text);
  const parsed = publicSymbols(name, text, tree);
  return { ...inspectScript(text, tree), ...countDocumented(parsed.symbols, false), problem: problemOf(parsed) };
}

function problemOf({ problems: [first] }: Pick<ParsedSource, 'problems'>): string | null {
  return first === undefined ? null : `Line ${first.line}: ${first.message}`;
}
