import { dirname } from 'node:path';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput } from '../analyser.ts';
import type { SourceFile } from '../source-file.ts';
import { workInThread } from '../thread-work.ts';
import { findNodeTypes, type InstalledEngine } from './engine-places.ts';
import { gapInstead, judgeInThread } from './judging.ts';
import type { EngineResult } from './messages.ts';
import { withMirrorFolders } from './mirror.ts';
import { isWorkspaceFile } from './tsc-catalogs.ts';
import type { TscSaid } from './tsc-judgement.ts';
import type { PreparedTree, TscOrder } from './tsc-preparation.ts';
import { librariesOf, nodeModulesOf, prepareTypeRoot } from './tsc-run.ts';
import { checkProjects } from './tsc-turns.ts';

/** What the compiler may cost: of one project, and of all of them. */
export interface TypeLimits {
  readonly timeoutMs: number;
  /** Memory of one child process: pyright's heap, the native compiler's data. */
  readonly memoryMegabytes: number;
  readonly maxProjects: number;
}

const ENGINE = 'tsc';
const PREPARE: ThreadTask<TscOrder, PreparedTree> = { module: new URL('./tsc-preparation.ts', import.meta.url) };
const JUDGE: ThreadTask<TscSaid, EngineResult> = { module: new URL('./tsc-judgement.ts', import.meta.url) };

/** Files that have a say in what the compiler finds. */
export function isTypeScriptInput(file: SourceFile): boolean {
  return /\.(?:[cm]?[jt]sx?|json)$/.test(file.path) || isWorkspaceFile(file.path);
}

/** Checks the TypeScript and the typed JavaScript of a tree. Rejects with the signal's reason only. */
export async function checkTypeScript(
  input: AnalyserInput,
  tsc: InstalledEngine,
  limits: TypeLimits,
): Promise<EngineResult> {
  const nodeTypes = await findNodeTypes();
  const read = input.files.filter(isTypeScriptInput);
  return withMirrorFolders(read, async (folders, letGo) => {
    const libraries = await librariesOf(tsc);
    const { root, signal, threads } = input;
    const place = { root, paths: read.map(({ path }) => path), target: folders.root, engine: ENGINE };
    const order = { ...place, libraries, maxProjects: limits.maxProjects };
    // The compiler takes longest of all that runs, and waits for this.
    const prepared = await workInThread(input, PREPARE, order, { urgent: true });
    if ('exceeded' in prepared) return gapInstead(ENGINE, 'What is to be checked could not be found out', prepared);
    const { files, gaps, imported, known, ownJsx, unchecked } = prepared;
    const mirror = { ...folders, files, gaps };
    const nodeModules = await nodeModulesOf(nodeTypes);
    const told = { mirror, imported, known, ownJsx, libraries };
    const setup = { tsc, nodeTypes, nodeModules, ...told, ...limits, signal, threads };
    const typeRoot = await prepareTypeRoot(mirror, nodeTypes);
    const checked = await checkProjects(setup, prepared, typeRoot);
    letGo();
    const asked = { root, files, gaps, compiler: dirname(tsc.path), imported, checked, unchecked };
    return judgeInThread(input, ENGINE, JUDGE, asked);
  });
}
