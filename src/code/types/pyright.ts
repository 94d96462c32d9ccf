import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput, Gap } from '../analyser.ts';
import type { SourceFile } from '../source-file.ts';
import { workInThread } from '../thread-work.ts';
import type { InstalledEngine } from './engine-places.ts';
import { gapInstead, judgeInThread } from './judging.ts';
import type { EngineResult } from './messages.ts';
import { type MirroredFile, withMirrorFolders } from './mirror.ts';
import { DEFAULT_PYTHON } from './pyright-config.ts';
import type { PyrightSaid } from './pyright-judgement.ts';
import type { PreparedPython, PyrightOrder } from './pyright-preparation.ts';
import { askPyright, type PyrightResult } from './pyright-run.ts';
import { saysHowChecked } from './python-checked.ts';
import { writeStubs } from './python-foreign.ts';
import { modulesAskedOf, readStandardModules } from './python-standard.ts';

const ENGINE = 'pyright';
const PREPARE: ThreadTask<PyrightOrder, PreparedPython> = {
  module: new URL('./pyright-preparation.ts', import.meta.url),
};
const JUDGE: ThreadTask<PyrightSaid, EngineResult> = { module: new URL('./pyright-judgement.ts', import.meta.url) };

/** Files that have a say in what pyright finds. */
export function isPythonInput(file: SourceFile): boolean {
  return (
    isPython(file) ||
    saysHowChecked(file.path) ||
    /(?:^|\/)py\.typed$|(?:^|\/)pyproject\.toml$|^pyrightconfig\.json$/.test(file.path)
  );
}

export function isPython(file: SourceFile): boolean {
  return /\.pyi?$/.test(file.path);
}

/** Checks the Python of a tree. Rejects with the signal's reason only. */
export async function checkPython(
  input: AnalyserInput,
  pyright: InstalledEngine,
  limits: { readonly timeoutMs: number; readonly memoryMegabytes: number },
): Promise<EngineResult> {
  const read = input.files.filter(isPythonInput);
  return withMirrorFolders(read, async (folders, letGo) => {
    const venv = 'empty';
    // Without this very path pyright runs the machine's own interpreter to ask for another.
    const packages = join(folders.generated, venv, 'lib', `python${DEFAULT_PYTHON}`, 'site-packages');
    await mkdir(packages, { recursive: true });
    const declarations = join(dirname(pyright.path), 'dist', 'typeshed-fallback');
    const place = { root: input.root, paths: read.map(({ path }) => path), target: folders.root, engine: ENGINE };
    const environment = { venvPath: folders.generated, venv };
    const order = { ...place, standard: await modulesIn(join(declarations, 'stdlib')), environment };
    const prepared = await workInThread(input, PREPARE, order, { urgent: true });
    if ('exceeded' in prepared) return gapInstead(ENGINE, 'What is to be checked could not be found out', prepared);
    const { files, shadowed } = prepared;
    const { config, problems } = prepared.settings;
    const mirror = { ...folders, files, gaps: prepared.gaps };
    await writeStubs(packages, new Set([...shadowed.values()].flatMap((one) => [...one])));
    const asked = await askPyright({ mirror, pyright, config, limits: { ...limits, signal: input.signal } });
    letGo();
    const gaps: Gap[] = [...prepared.gaps, ...problems.map((reason) => ({ file: null, engine: ENGINE, reason }))];
    if ('failure' in asked) {
      const gap = { file: null, engine: ENGINE, reason: asked.failure };
      return { findings: [], gaps: [...gaps, gap], files: 0, complete: false };
    }
    const { said, testsLeftOut } = asked;
    gaps.push(...leftOutGaps(asked, files));
    const bundled = await bundledModules(join(declarations, 'stubs'));
    const messages = said.generalDiagnostics.map(({ file, message }) => ({
      file: relative(mirror.root, file).replaceAll(sep, '/'),
      message,
    }));
    const texts = new Map(files.map(({ path, text }) => [path, text]));
    const standard = await readStandardModules(join(declarations, 'stdlib'), modulesAskedOf(messages, texts));
    const copy = { root: mirror.root, tree: input.root, files: mirror.files };
    const asking = { ...copy, said, shadowed, bundled, standard };
    const judged = await judgeInThread(input, ENGINE, JUDGE, asking);
    const complete = judged.complete && testsLeftOut === null;
    return { ...judged, gaps: [...gaps, ...judged.gaps], files: said.summary.filesAnalyzed, complete };
  });
}

/** Why pyright looked at fewer files than there are. */
function leftOutGaps(
  { said, testsLeftOut }: Exclude<PyrightResult, { failure: string }>,
  files: readonly MirroredFile[],
): Gap[] {
  const gaps: Gap[] = [];
  if (testsLeftOut !== null) {
    const reason = `${testsLeftOut.files} Python files of tests were not checked: with them ${testsLeftOut.reason}.`;
    gaps.push({ file: null, engine: ENGINE, reason });
  }
  const python = files.filter(({ path }) => /\.pyi?$/.test(path)).length;
  const left = python - (testsLeftOut?.files ?? 0) - said.summary.filesAnalyzed;
  if (left > 0) {
    const reason = `${left} of ${python} Python files are left out by the project's own settings.`;
    gaps.push({ file: null, engine: ENGINE, reason });
  }
  return gaps;
}

/** Top-level modules that a folder holds declarations of. */
async function modulesIn(folder: string): Promise<Set<string>> {
  const names = await readdir(folder).catch(() => []);
  return new Set(names.map((name) => name.replace(/\.pyi$/, '')));
}

/** Top-level modules that pyright brings declarations of, beside those of Python's own library. */
async function bundledModules(library: string): Promise<Set<string>> {
  const packages = await readdir(library).catch(() => []);
  const inner = await Promise.all(packages.map((name) => modulesIn(join(library, name))));
  return new Set(inner.flatMap((one) => [...one]));
}
