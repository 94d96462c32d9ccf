import { dirname } from 'node:path';
import { setImmediate as letOthersThrough } from 'node:timers/promises';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput } from '../analyser.ts';
import type { SourceFile } from '../source-file.ts';
import { isScript } from './checked-files.ts';
import { findNodeTypes, type InstalledEngine } from './engine-places.ts';
import { judgeInThread } from './judging.ts';
import type { EngineResult } from './messages.ts';
import { type MirroredFile, withMirror } from './mirror.ts';
import { declaredModules } from './tsc-declared.ts';
import type { TscSaid } from './tsc-judgement.ts';
import { mergeProjects } from './tsc-merge.ts';
import { divideFiles } from './tsc-projects.ts';
import { librariesOf, prepareTypeRoot } from './tsc-run.ts';
import { collectImports, declaresJsx, type ImportedModule } from './tsc-shims.ts';
import { checkProjects } from './tsc-turns.ts';

/** What the compiler may cost: of one project, and of all of them. */
export interface TypeLimits {
  readonly timeoutMs: number;
  /** Memory of one child process: pyright's heap, the native compiler's data. */
  readonly memoryMegabytes: number;
  readonly maxProjects: number;
}

const ENGINE = 'tsc';
const JUDGE: ThreadTask<TscSaid, EngineResult> = { module: new URL('./tsc-judgement.ts', import.meta.url) };

/** Files that have a say in what the compiler finds. */
export function isTypeScriptInput(file: SourceFile): boolean {
  return /\.(?:[cm]?[jt]sx?|json)$/.test(file.path);
}

/** Checks the TypeScript and the typed JavaScript of a tree. Rejects with the signal's reason only. */
export async function checkTypeScript(
  input: AnalyserInput,
  tsc: InstalledEngine,
  limits: TypeLimits,
): Promise<EngineResult> {
  const nodeTypes = await findNodeTypes();
  const request = {
    root: input.root,
    files: input.files.filter(isTypeScriptInput),
    engine: ENGINE,
    signal: input.signal,
    leavesToWrite: isScript,
  };
  return withMirror(request, async (mirror) => {
    const scripts = mirror.files.filter(isScript);
    const imported = await importsOf(scripts, input.signal);
    const known = declaredModules(scripts, imported);
    const libraries = await librariesOf(tsc);
    const ownJsx = scripts.some(({ text }) => declaresJsx(text));
    const setup = { tsc, nodeTypes, mirror, imported, known, ownJsx, libraries, ...limits, signal: input.signal };
    const divided = await divideFiles(mirror.files, imported);
    const all = await mergeProjects(divided, mirror.files, libraries);
    const typeRoot = await prepareTypeRoot(mirror, nodeTypes);
    const checked = await checkProjects(setup, all.slice(0, limits.maxProjects), typeRoot);
    const { files, gaps } = mirror;
    const unchecked = all.slice(limits.maxProjects);
    const asked = { root: input.root, files, gaps, compiler: dirname(tsc.path), imported, checked, unchecked };
    return judgeInThread(input, ENGINE, JUDGE, asked);
  });
}

/** Files after which others have a turn. */
const READ_AT_ONCE = 64;

/** What scripts import from packages. Others have a turn now and then: it takes half a second of thousands of files. */
async function importsOf(scripts: readonly MirroredFile[], signal: AbortSignal): Promise<Map<string, ImportedModule>> {
  const imported = new Map<string, ImportedModule>();
  for (const [index, file] of scripts.entries()) {
    collectImports(file, imported);
    if (index % READ_AT_ONCE < READ_AT_ONCE - 1) continue;
    await letOthersThrough();
    signal.throwIfAborted();
  }
  return imported;
}
