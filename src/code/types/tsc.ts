import { readFile, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { AnalyserInput, Gap } from '../analyser.ts';
import { roleOf } from '../file-roles.ts';
import type { RawFinding } from '../findings.ts';
import type { SourceFile } from '../source-file.ts';
import { isScript } from './checked-files.ts';
import { findNodeTypes, type InstalledEngine } from './engine-places.ts';
import { type Diagnostic, type EngineResult, findingOf, nameSome } from './messages.ts';
import { type Mirror, type MirroredFile, withMirror } from './mirror.ts';
import { ScriptEvidence } from './tsc-evidence.ts';
import { candidatesOf, type RelativeImport } from './tsc-imports.ts';
import { mergeProjects } from './tsc-merge.ts';
import { ParameterPlaces } from './tsc-parameters.ts';
import { divideFiles, type TypeScriptProject } from './tsc-projects.ts';
import { type JudgeContext, judge } from './tsc-rules.ts';
import { librariesOf, prepareTypeRoot, type TscAnswer } from './tsc-run.ts';
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
    const imported = new Map<string, ImportedModule>();
    const scripts = mirror.files.filter(isScript);
    for (const file of scripts) collectImports(file, imported);
    const known = declaredModules(scripts);
    const libraries = await librariesOf(tsc);
    const ownJsx = scripts.some(({ text }) => declaresJsx(text));
    const setup = { tsc, nodeTypes, mirror, imported, known, ownJsx, libraries, ...limits, signal: input.signal };
    const all = mergeProjects(divideFiles(mirror.files, imported), mirror.files, libraries);
    const report = new Report(input, mirror, tsc, imported);
    const typeRoot = await prepareTypeRoot(mirror, nodeTypes);
    const wanted = all.slice(0, limits.maxProjects);
    const imports = { relative: report.imports, named: imported };
    const [checked] = await Promise.all([checkProjects(setup, wanted, imports, typeRoot), report.prepare()]);
    for (const project of all.slice(limits.maxProjects)) report.leaveOut(project, 'there are too many configurations');
    for (const { project, answer, broken } of checked) {
      for (const diagnostic of broken) report.breakOff(diagnostic);
      report.take(project, answer);
    }
    return report.result();
  });
}

/** Modules that the tree declares itself. */
function declaredModules(files: readonly MirroredFile[]): Set<string> {
  const found = new Set<string>();
  for (const { path, text } of files) {
    if (!/\.d\.[cm]?ts$/.test(path)) continue;
    for (const [, name] of text.matchAll(/^\s*declare\s+module\s+['"]([^'"\n]+)['"]/gm)) if (name) found.add(name);
  }
  return found;
}

/** Gathers what the compiler says of each project into findings and gaps. */
class Report {
  readonly #input: AnalyserInput;
  readonly #mirror: Mirror;
  readonly #tsc: InstalledEngine;
  readonly #places: ParameterPlaces;
  readonly #passesOn: boolean;
  readonly #evidence: ScriptEvidence;
  readonly #findings: RawFinding[] = [];
  readonly #gaps: Gap[] = [];
  readonly #missing = new Set<string>();
  readonly #broken = new Set<string>();
  #existing = new Set<string>();
  #browserNames = new Set<string>();
  #checked = 0;
  #complete = true;

  constructor(
    input: AnalyserInput,
    mirror: Mirror,
    tsc: InstalledEngine,
    imported: ReadonlyMap<string, ImportedModule>,
  ) {
    this.#input = input;
    this.#mirror = mirror;
    this.#tsc = tsc;
    this.#places = new ParameterPlaces(mirror.files);
    // A package, or what a build makes.
    const passing =
      /\bexport\s+(?:type\s+)?\*\s+from\s+['"](?:[^'"./]|\.{1,2}\/(?:[^'"]*\/)?(?:dist|build|generated)\/)/;
    this.#passesOn = mirror.files.some(({ text }) => passing.test(text));
    this.#evidence = new ScriptEvidence(mirror.files, imported);
    this.#gaps.push(...mirror.gaps);
  }

  /** The relative imports of the tree. */
  get imports(): readonly RelativeImport[] {
    return this.#evidence.imports;
  }

  /**
   * Reads what the judgement asks for: the names of the browser, and which relative imports lead to a left-out file.
   */
  async prepare(): Promise<void> {
    const library = await readFile(join(dirname(this.#tsc.path), 'lib.dom.d.ts'), 'utf8').catch(() => '');
    const names = library.matchAll(/^(?:declare (?:var|function|class|const) |interface |type )([A-Za-z_$][\w$]*)/gm);
    this.#browserNames = new Set([...names].flatMap(([, name]) => name ?? []));
    this.#existing = await existingTargets(this.#input.root, this.#mirror, this.#evidence.imports);
  }

  leaveOut(project: TypeScriptProject, reason: string): void {
    this.#complete = false;
    const place = project.config ?? 'files that no configuration names';
    this.#gaps.push({
      file: project.config,
      engine: ENGINE,
      reason: `${project.files.length} files of ${place} were not checked: ${reason}.`,
    });
  }

  take(project: TypeScriptProject, answer: TscAnswer): void {
    if ('failure' in answer) {
      this.leaveOut(project, answer.failure.replace(/\.$/, ''));
      return;
    }
    this.#checked += project.files.length;
    for (const name of [...project.missing, ...answer.assumed]) this.#missing.add(name);
    if (project.missing.length > 0) {
      const reason = `It stands on ${nameSome(project.missing)}, which is not part of the tree: defaults are used for what that sets.`;
      this.#gaps.push({ file: project.config, engine: ENGINE, reason });
    }
    for (const message of new Set(answer.general)) {
      this.#gaps.push({ file: project.config, engine: ENGINE, reason: message });
    }
    const own = new Set(project.files);
    const diagnostics = answer.diagnostics.filter(({ file }) => own.has(file));
    const context = this.#context(project, new Set(answer.assumed), ambientNames(diagnostics));
    const judged = diagnostics.map((diagnostic) => ({ diagnostic, verdict: judge(diagnostic, context) }));
    for (const { verdict } of judged) {
      if (verdict.kind === 'missing') this.#missing.add(verdict.name);
    }
    for (const { diagnostic, verdict } of judged) {
      if (verdict.kind !== 'finding' || this.#broken.has(diagnostic.file)) continue;
      this.#findings.push(findingOf(ENGINE, verdict.severity, diagnostic));
    }
  }

  /** Names a file that does not parse, once. */
  breakOff({ file, line, message }: Diagnostic): void {
    if (this.#broken.has(file)) return;
    this.#broken.add(file);
    this.#gaps.push({ file, engine: ENGINE, reason: `It does not parse: line ${line}, ${message}` });
  }

  #context(project: TypeScriptProject, assumed: ReadonlySet<string>, ambient: ReadonlySet<string>): JudgeContext {
    return {
      isBrowserName: (name) => this.#browserNames.has(name),
      isDeclaredParameter: (diagnostic) => this.#places.isDeclared(diagnostic),
      mayBeMade: (file, specifier) =>
        mayBeMade(file, specifier) ||
        this.#existing.has(`${file}\0${specifier}`) ||
        this.#isBroken(file, specifier) ||
        this.#evidence.isWantedByMany(file, specifier) ||
        this.#isOfBundler(file, specifier),
      isAsked: (diagnostic) => this.#evidence.isAsked(diagnostic),
      isCommonJs: (file) => this.#evidence.isCommonJs(file),
      isCollapsed: (diagnostic) =>
        this.#evidence.isCollapsed(diagnostic) || this.#evidence.isOfOrigin(diagnostic, assumed),
      isExplained: (diagnostic) => this.#evidence.isExplained(diagnostic, { ...project, assumed }),
      isAmbient: (name) => ambient.has(name),
      isTest: (file) => roleOf(file) === 'test',
      assumed,
      unsettled: project.missing.length > 0,
      passesOn: this.#passesOn,
      lenient: project.lenient,
    };
  }

  #isBroken(file: string, specifier: string): boolean {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    return this.#broken.size > 0 && candidatesOf(target).some((one) => this.#broken.has(one));
  }

  /** Whether an import without an ending leads to a module that only a bundler finds without one. */
  #isOfBundler(file: string, specifier: string): boolean {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    return this.#mirror.files.some(({ path }) => path === `${target}.mjs` || path === `${target}.cjs`);
  }

  result(): EngineResult {
    if (this.#missing.size > 0) {
      const reason = `Not installed, so taken as any type: ${nameSome(this.#missing)}.`;
      this.#gaps.push({ file: null, engine: ENGINE, reason });
    }
    return { findings: this.#findings, gaps: this.#gaps, files: this.#checked, complete: this.#complete };
  }
}

/** How many files use a name that nothing declares before it is taken for one that something outside declares. */
const AMBIENT_FILES = 3;

function ambientNames(diagnostics: readonly Diagnostic[]): Set<string> {
  const files = new Map<string, Set<string>>();
  for (const { file, message } of diagnostics) {
    const name = /^Cannot find name '([^']+)'/.exec(message)?.[1];
    if (name !== undefined) files.set(name, (files.get(name) ?? new Set()).add(file));
  }
  return new Set([...files].flatMap(([name, by]) => (by.size >= AMBIENT_FILES ? [name] : [])));
}

const MADE_FOLDER =
  /(?:^|\/)(?:\.[\w-]+|generated|gen|codegen|__generated__|_generated|dist|build|lib|out|esm|cjs|prisma|proto|pb|wasm|pkg)(?:\/|$)|(?:^|[./_-])(?:generated|gen)(?:[./_-]|$)|\$(?:types|houdini)/i;

/** Whether a relative import names something that a build makes, that is no script, or that lies above the tree. */
function mayBeMade(file: string, specifier: string): boolean {
  const target = posix.normalize(posix.join(posix.dirname(file), specifier));
  if (target.startsWith('..') || MADE_FOLDER.test(target) || specifier.includes('?')) return true;
  const ending = /\.([A-Za-z]\w*)(?:\?.*)?$/.exec(posix.basename(target))?.[1];
  return (
    ending !== undefined &&
    /^(?:s?css|sass|less|styl|vue|svelte|astro|mdx?|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|txt|html?|graphql|gql|wasm|node|ya?ml|csv|glsl|frag|vert|wgsl|worker|json5?|toml|xml|mp3|mp4|pdf|sql|hbs|ejs)$/i.test(
      ending,
    )
  );
}

/**
 * Relative imports whose target is on the disk although it is not in the copy: generated, minified, vendored, too
 * large.
 */
async function existingTargets(root: string, mirror: Mirror, imports: readonly RelativeImport[]): Promise<Set<string>> {
  const known = new Set(mirror.files.map(({ path }) => path));
  const found = new Set<string>();
  for (const { file, specifier, target } of imports) {
    const candidates = candidatesOf(target);
    if (target.startsWith('..') || candidates.some((one) => known.has(one))) continue;
    for (const one of candidates) {
      const there = await stat(join(root, one)).catch(() => null);
      if (there?.isFile() === true) found.add(`${file}\0${specifier}`);
    }
  }
  return found;
}
