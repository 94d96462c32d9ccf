import { createRequire } from 'node:module';
import { z } from 'zod';
import { LEAST_COMMENTED_LINES } from './commented-code.ts';
import type { LintHit, LintResult } from './file-facts.ts';
import { judgePython } from './ruff-meant.ts';
import type { RuffSettings } from './ruff-settings.ts';

const PACKAGE = '@astral-sh/ruff-wasm-nodejs';
const LONGEST_MESSAGE = 300;

const place = z.object({ row: z.int(), column: z.int() });
const diagnostics = z.array(
  z.object({
    code: z.string().nullable(),
    message: z.string(),
    subDiagnostics: z.array(z.object({ severity: z.string(), message: z.string() })),
    start_location: place,
    end_location: place,
  }),
);

type Diagnostic = z.infer<typeof diagnostics>[number];

interface Workspace {
  check(contents: string): unknown;
  free(): void;
}
interface Ruff {
  readonly Workspace: new (options: unknown, encoding: number) => Workspace;
  readonly PositionEncoding: { readonly Utf16: number };
}

let loaded: Ruff | null = null;
/** A thread's own, by the JSON of the options. */
const workspaces = new Map<string, Workspace>();
const MOST_WORKSPACES = 16;

/**
 * What ruff says of a text, its own comments of suppression heeded. The engine is loaded once per thread, when it is
 * first needed. A text that breaks it is a problem, never a rejection.
 */
export function lintPython(text: string, settings: RuffSettings): LintResult {
  try {
    const found = diagnostics.parse(workspaceFor(settings).check(text));
    const broken = found.find(({ code }) => code === null || code === 'invalid-syntax');
    if (broken !== undefined) {
      return { hits: [], problem: `Line ${broken.start_location.row}: ${broken.message.slice(0, LONGEST_MESSAGE)}` };
    }
    const lines = text.split('\n');
    const hits = withRunsOnce(found).flatMap((one) => {
      const judged = judgePython(one, lines);
      return judged === 'meant' ? [] : [hitOf(one, judged === 'harmless')];
    });
    return { hits, problem: null };
  } catch (error) {
    // After a trap the engine's memory cannot be trusted any more.
    forget();
    return { hits: [], problem: `ruff failed on it (${error instanceof Error ? error.name : 'unknown error'})` };
  }
}

function hitOf(one: Diagnostic, isHarmless: boolean): LintHit {
  const { code, message, subDiagnostics, start_location: start, end_location: end } = one;
  return {
    code: code ?? '',
    message: message.slice(0, LONGEST_MESSAGE),
    help: subDiagnostics.find(({ severity }) => severity === 'help')?.message.slice(0, LONGEST_MESSAGE) ?? null,
    line: start.row,
    column: start.column,
    endLine: end.row,
    ...(isHarmless ? { isHarmless: true } : {}),
  };
}

/** Of code that is commented out, the first line of each run that is long enough to be no example. */
function withRunsOnce(found: readonly Diagnostic[]): Diagnostic[] {
  const commented = new Set(found.flatMap(({ code, start_location: { row } }) => (code === 'ERA001' ? [row] : [])));
  return found.filter(({ code, start_location: { row } }) => {
    if (code !== 'ERA001') return true;
    const rows = Array.from({ length: LEAST_COMMENTED_LINES }, (_, at) => row + at);
    return !commented.has(row - 1) && rows.every((one) => commented.has(one));
  });
}

function workspaceFor({ options }: RuffSettings): Workspace {
  const key = JSON.stringify(options);
  const known = workspaces.get(key);
  if (known !== undefined) return known;
  const { Workspace, PositionEncoding } = load();
  if (workspaces.size >= MOST_WORKSPACES) {
    for (const one of workspaces.values()) one.free();
    workspaces.clear();
  }
  const made = new Workspace(options, PositionEncoding.Utf16);
  workspaces.set(key, made);
  return made;
}

function load(): Ruff {
  const require = createRequire(import.meta.url);
  const ruff: Ruff = loaded ?? require(PACKAGE);
  loaded = ruff;
  return ruff;
}

function forget(): void {
  const require = createRequire(import.meta.url);
  workspaces.clear();
  loaded = null;
  delete require.cache[require.resolve(PACKAGE)];
}
