import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sourceVersion } from '../../platform/source-version.ts';
import type { Analyser, AnalyserInput, EngineRun, Gap } from '../analyser.ts';
import { severities } from '../findings.ts';
import type { SourceFile } from '../source-file.ts';
import { isScript } from './checked-files.ts';
import { findPyright, findTsc, type InstalledEngine } from './engine-places.ts';
import type { EngineResult } from './messages.ts';
import { checkPython, isPython, isPythonInput } from './pyright.ts';
import { modulesOnDisk } from './python-left-out.ts';
import { checkTypeScript, isTypeScriptInput, type TypeLimits } from './tsc.ts';
import { thoseOnDisk } from './tsc-existing.ts';
import { isIgnoreList } from './tsc-ignored.ts';

/** Version of the judgement and all that it stands on: another one knows nothing of what an older one kept. */
const judgement = () => sourceVersion(new URL(import.meta.url));

/** What each child process may use. A tree of 4,000 Python files takes five minutes on two slow processors. */
export const DEFAULT_TYPE_LIMITS: TypeLimits = { timeoutMs: 10 * 60_000, memoryMegabytes: 3_072, maxProjects: 150 };

const rawFinding = z.object({
  rule: z.string(),
  engine: z.string(),
  severity: z.enum(severities),
  file: z.string(),
  line: z.int(),
  column: z.int().nullable(),
  endLine: z.int().nullable(),
  message: z.string(),
  suggestion: z.string().nullable(),
  cwe: z.string().nullable(),
  subject: z.string(),
});

const kept = z.object({
  findings: z.array(rawFinding),
  gaps: z.array(z.object({ file: z.string().nullable(), engine: z.string(), reason: z.string() })),
  files: z.int(),
  complete: z.literal(true),
  asked: z.object({ places: z.array(z.string()), there: z.array(z.string()) }).default({ places: [], there: [] }),
});

interface Engine {
  readonly name: string;
  readonly find: () => Promise<InstalledEngine | null>;
  /** Whether a file is one that this engine is there for. */
  readonly isFor: (file: SourceFile) => boolean;
  /** Whether a file has a say in the result. */
  readonly counts: (file: SourceFile) => boolean;
  /** Those of the places that it looks for files at beside these which have one. */
  readonly look: (root: string, places: readonly string[]) => Promise<readonly string[]>;
  readonly check: (input: AnalyserInput, engine: InstalledEngine, limits: TypeLimits) => Promise<EngineResult>;
}

const ENGINES: readonly Engine[] = [
  {
    name: 'pyright',
    find: findPyright,
    isFor: isPython,
    counts: isPythonInput,
    look: modulesOnDisk,
    check: checkPython,
  },
  {
    name: 'tsc',
    find: findTsc,
    isFor: isScript,
    counts: (file) => isTypeScriptInput(file) || isIgnoreList(file),
    look: thoseOnDisk,
    check: checkTypeScript,
  },
];

/**
 * Types of a tree: Python by pyright, TypeScript and typed JavaScript by TypeScript's compiler, side by side, each in
 * child processes that see a copy of the files. Nothing of the tree is run and nothing is installed: what only an
 * installation would bring is taken as any type and named in a gap. A tree whose files an engine knows already, and
 * which still has what was looked for beside them, is answered from the cache without a process; after any change that
 * engine looks at its whole part of the tree again, since a type's error may stand far from what changed.
 */
export const analyseTypes: Analyser = typesAnalyser(DEFAULT_TYPE_LIMITS);

/** The same with other limits. */
export function typesAnalyser(limits: TypeLimits): Analyser {
  return async (input) => {
    input.signal.throwIfAborted();
    const results = await runAll(input, limits);
    return {
      findings: results.flatMap(({ result }) => result.findings),
      engines: results.flatMap(({ run }) => run ?? []),
      gaps: results.flatMap(({ result }) => result.gaps),
    };
  };
}

/** Runs the engines side by side. When one rejects, the other has ended before the rejection is passed on. */
async function runAll(input: AnalyserInput, limits: TypeLimits) {
  const needed = ENGINES.filter(({ isFor }) => input.files.some(isFor));
  const settled = await Promise.allSettled(needed.map((engine) => runEngine(input, engine, limits)));
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function runEngine(
  input: AnalyserInput,
  engine: Engine,
  limits: TypeLimits,
): Promise<{ result: EngineResult; run: EngineRun | null }> {
  const installed = await engine.find();
  if (installed === null) {
    const gap: Gap = { file: null, engine: engine.name, reason: `${engine.name} is not installed for this machine.` };
    return { result: { findings: [], gaps: [gap], files: 0, complete: false }, run: null };
  }
  const kind = `types ${engine.name} ${installed.version} ${judgement()}`;
  const key = keyOf(input, engine);
  const known = key === null ? null : await readKnown(input, kind, key, engine);
  const result = known ?? (await engine.check(input, installed, limits));
  if (known === null && key !== null && result.complete) {
    input.cache.write(kind, [[key, Buffer.from(JSON.stringify(result))]]);
  }
  return { result, run: { engine: engine.name, version: installed.version, files: result.files } };
}

/** Key of everything an engine sees: paths and contents. Null when the content of a file is not known. */
function keyOf({ files, hashes }: AnalyserInput, { counts }: Engine): string | null {
  const hash = createHash('sha256');
  for (const file of files) {
    if (!counts(file)) continue;
    const content = hashes.get(file.path);
    if (content === undefined) return null;
    hash.update(`${file.path}\0${content}\n`);
  }
  return hash.digest('hex');
}

/** A kept result that still holds: what lies beside the files of the key is as it was. */
async function readKnown(
  { cache, root }: AnalyserInput,
  kind: string,
  key: string,
  { look }: Engine,
): Promise<EngineResult | null> {
  const bytes = cache.read(kind, [key]).get(key);
  if (bytes === undefined) return null;
  const result = resultIn(bytes);
  if (result === null) return null;
  const there = await look(root, result.asked.places);
  return there.join('\n') === result.asked.there.join('\n') ? result : null;
}

function resultIn(bytes: Uint8Array): z.infer<typeof kept> | null {
  try {
    return kept.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return null;
  }
}
