import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput, Gap } from '../analyser.ts';
import type { SourceFile } from '../source-file.ts';
import type { InstalledEngine } from './engine-places.ts';
import { judgeInThread } from './judging.ts';
import type { EngineResult } from './messages.ts';
import { type Mirror, withMirror } from './mirror.ts';
import { DEFAULT_PYTHON, pyrightSettings } from './pyright-config.ts';
import type { PyrightSaid } from './pyright-judgement.ts';
import { askPyright } from './pyright-run.ts';
import { saysHowChecked } from './python-checked.ts';
import { shadowedModules, writeStubs } from './python-foreign.ts';
import { modulesAskedOf, readStandardModules } from './python-standard.ts';

const ENGINE = 'pyright';
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
  const request = { root: input.root, files: input.files.filter(isPythonInput), engine: ENGINE, signal: input.signal };
  return withMirror(request, async (mirror) => {
    const texts = new Map(mirror.files.map(({ path, text }) => [path, text]));
    const venv = 'empty';
    // Without this very path pyright runs the machine's own interpreter to ask for another.
    const packages = join(mirror.generated, venv, 'lib', `python${DEFAULT_PYTHON}`, 'site-packages');
    await mkdir(packages, { recursive: true });
    const declarations = join(dirname(pyright.path), 'dist', 'typeshed-fallback');
    const shadowed = shadowedModules(mirror.files, await modulesIn(join(declarations, 'stdlib')));
    await writeStubs(packages, new Set([...shadowed.values()].flatMap((one) => [...one])));
    await writeReadable(mirror);
    const { config, problems } = pyrightSettings(texts, { venvPath: mirror.generated, venv });
    const asked = await askPyright({ mirror, pyright, config, limits: { ...limits, signal: input.signal } });
    const gaps: Gap[] = [...mirror.gaps, ...problems.map((reason) => ({ file: null, engine: ENGINE, reason }))];
    if ('failure' in asked) {
      const gap = { file: null, engine: ENGINE, reason: asked.failure };
      return { findings: [], gaps: [...gaps, gap], files: 0, complete: false };
    }
    const { said, testsLeftOut } = asked;
    if (testsLeftOut !== null) {
      const reason = `${testsLeftOut.files} Python files of tests were not checked: with them ${testsLeftOut.reason}.`;
      gaps.push({ file: null, engine: ENGINE, reason });
    }
    const analysed = said.summary.filesAnalyzed;
    const python = mirror.files.filter(({ path }) => /\.pyi?$/.test(path)).length;
    const present = python - (testsLeftOut?.files ?? 0);
    if (analysed < present) {
      const reason = `${present - analysed} of ${python} Python files are left out by the project's own settings.`;
      gaps.push({ file: null, engine: ENGINE, reason });
    }
    const bundled = await bundledModules(join(declarations, 'stubs'));
    const messages = said.generalDiagnostics.map(({ file, message }) => ({
      file: relative(mirror.root, file).replaceAll(sep, '/'),
      message,
    }));
    const standard = await readStandardModules(join(declarations, 'stdlib'), modulesAskedOf(messages, texts));
    const asking = { root: mirror.root, files: mirror.files, said, shadowed, bundled, standard };
    const judged = await judgeInThread(input, ENGINE, JUDGE, asking);
    const complete = judged.complete && testsLeftOut === null;
    return { findings: judged.findings, gaps: [...gaps, ...judged.gaps], files: analysed, complete };
  });
}

/** Pyright follows a look at `...`, not one at the same value by its name; the place of all else stays what it is. */
async function writeReadable({ root, files }: Pick<Mirror, 'root' | 'files'>): Promise<void> {
  for (const { path, text } of files) {
    if (!/\.pyi?$/.test(path) || !text.includes('Ellipsis')) continue;
    const readable = text.replace(/(\bis[ \t]+(?:not[ \t]+)?)Ellipsis\b/g, `$1${'...'.padEnd('Ellipsis'.length)}`);
    if (readable !== text) await writeFile(join(root, path), readable);
  }
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
