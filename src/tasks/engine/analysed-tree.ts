import { saidOnce } from '../../analyses/service.ts';
import type { Analyser, AnalyserInput, EngineRun, Gap } from '../../code/analyser.ts';
import { type Finding, fingerprinted } from '../../code/findings.ts';
import { analyseQuality } from '../../code/quality/quality.ts';
import { analyseSecurity } from '../../code/security/security.ts';
import { analyseTypes } from '../../code/types/types.ts';
import type { AnalysisType } from '../../generated/prisma/enums.ts';
import { ThreadDiedError } from '../../platform/thread-pool.ts';

/** A finding with the type of analysis that made it. */
export type AnalysedFinding = Finding & { readonly type: AnalysisType };

/** What the analysers say of a tree. */
export interface AnalysedTree {
  /** In order of type, file and line; what two types say of one line is there once. */
  readonly findings: readonly AnalysedFinding[];
  /** With what two types say of one line there twice: two runs of different types are compared by this. */
  readonly all: readonly AnalysedFinding[];
  readonly engines: readonly EngineRun[];
  readonly gaps: readonly Gap[];
  /** Types of analysis that came to their end. */
  readonly done: readonly AnalysisType[];
}

const analysers: readonly { readonly type: AnalysisType; readonly run: Analyser; readonly seconds: number }[] = [
  { type: 'QUALITY', run: analyseQuality, seconds: 300 },
  { type: 'SECURITY', run: analyseSecurity, seconds: 300 },
  { type: 'TYPES', run: analyseTypes, seconds: 420 },
];

/** Every type of analysis, the quickest first. */
export const allTypes: readonly AnalysisType[] = analysers.map(({ type }) => type);
/** Those that look at a file for itself. */
export const quickTypes: readonly AnalysisType[] = allTypes.filter((type) => type !== 'TYPES');

/**
 * Looks at a tree with the analysers of `types`, one after the other. One that runs out of time or memory is a gap.
 * `renamed` gives the name a finding's file goes by; without it, its own. Rejects with the signal's reason only.
 */
export async function analyseTree(
  input: AnalyserInput,
  types: readonly AnalysisType[] = allTypes,
  renamed: (path: string) => string = (path) => path,
): Promise<AnalysedTree> {
  const findings: AnalysedFinding[] = [];
  const engines: EngineRun[] = [];
  const gaps: Gap[] = [];
  const done: AnalysisType[] = [];
  for (const { type, run, seconds } of analysers) {
    if (!types.includes(type)) continue;
    const limit = AbortSignal.timeout(seconds * 1000);
    try {
      const result = await run({ ...input, signal: AbortSignal.any([input.signal, limit]) });
      const raw = result.findings.map((one) => ({ ...one, file: renamed(one.file) }));
      findings.push(...fingerprinted(raw).map((one) => ({ ...one, type })));
      engines.push(...result.engines.filter(({ files }) => files > 0));
      gaps.push(...result.gaps);
      done.push(type);
    } catch (error) {
      input.signal.throwIfAborted();
      if (!limit.aborted && !(error instanceof ThreadDiedError)) throw error;
      const why = limit.aborted ? `took longer than ${seconds} s` : 'ran out of memory';
      gaps.push({ file: null, engine: type.toLowerCase(), reason: `The analysis of ${type.toLowerCase()} ${why}.` });
    }
  }
  return { findings: saidOnce(findings), all: findings, engines, gaps, done };
}
