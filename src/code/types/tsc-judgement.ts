import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Gap } from '../analyser.ts';
import { roleOf } from '../file-roles.ts';
import type { RawFinding } from '../findings.ts';
import { type AskedPlaces, type Diagnostic, type EngineResult, findingOf, nameSome } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import { globalPackages, isOfRuntime, lacksGlobalTypes } from './tsc-absent-types.ts';
import { AutoImports } from './tsc-auto-imports.ts';
import { ScriptEvidence } from './tsc-evidence.ts';
import { existingTargets } from './tsc-existing.ts';
import { AbsentRoots, namesAskedFor } from './tsc-generated.ts';
import { ignoredTargets } from './tsc-ignored.ts';
import { candidatesOf } from './tsc-imports.ts';
import { ParameterPlaces } from './tsc-parameters.ts';
import { Polyfills } from './tsc-polyfills.ts';
import type { TypeScriptProject } from './tsc-projects.ts';
import { type JudgeContext, judge } from './tsc-rules.ts';
import type { TscAnswer } from './tsc-run.ts';
import type { ImportedModule } from './tsc-shims.ts';
import type { CheckedProject } from './tsc-turns.ts';

/** What the compiler said of a tree, and what it is judged by. Plain data. */
export interface TscSaid {
  /** Resolved path of the analysed tree. */
  readonly root: string;
  /** The files of the copy that was checked. */
  readonly files: readonly MirroredFile[];
  /** What is not in the copy. */
  readonly gaps: readonly Gap[];
  /** Folder of the compiler and its libraries. */
  readonly compiler: string;
  readonly imported: ReadonlyMap<string, ImportedModule>;
  readonly checked: readonly CheckedProject[];
  /** Projects beyond the number that is checked. */
  readonly unchecked: readonly TypeScriptProject[];
}

const ENGINE = 'tsc';
/** Version of the compiler that is run. */
const MAJOR = 7;

/** Thread entry: what of the compiler's messages is a finding, and what was not checked. */
export default async function judgeTsc(said: TscSaid): Promise<EngineResult> {
  const report = new Report(said);
  await report.prepare();
  for (const project of said.unchecked) report.leaveOut(project, 'there are too many configurations');
  for (const { project, answer, broken } of said.checked) {
    for (const diagnostic of broken) report.breakOff(diagnostic);
    report.take(project, answer);
  }
  return report.result();
}

/** Gathers what the compiler says of each project into findings and gaps. */
class Report {
  readonly #said: TscSaid;
  readonly #places: ParameterPlaces;
  readonly #passesOn: boolean;
  readonly #evidence: ScriptEvidence;
  /** Texts of the configurations and of what names packages, and the paths of all files. */
  readonly #configs: ReadonlyMap<string, string>;
  readonly #paths: readonly string[];
  readonly #isThere: ReadonlySet<string>;
  readonly #autoImports: AutoImports;
  readonly #absentRoots: AbsentRoots;
  readonly #polyfills: Polyfills;
  readonly #findings: RawFinding[] = [];
  readonly #gaps: Gap[] = [];
  readonly #missing = new Set<string>();
  /** Relative imports of what a build makes, or of what is not read for another reason. */
  readonly #unread = new Set<string>();
  readonly #broken = new Set<string>();
  #existing = new Set<string>();
  #asked: AskedPlaces = { places: [], there: [] };
  #browserNames = new Set<string>();
  #checked = 0;
  #complete = true;

  constructor(said: TscSaid) {
    const { files, imported } = said;
    this.#said = said;
    this.#places = new ParameterPlaces(files);
    this.#paths = files.map(({ path }) => path);
    this.#isThere = new Set(this.#paths);
    this.#configs = new Map(files.flatMap(({ path, text }) => (path.endsWith('.json') ? [[path, text]] : [])));
    this.#autoImports = new AutoImports(files);
    this.#absentRoots = new AbsentRoots(this.#configs, this.#isThere);
    // A package, or what a build makes.
    const passing =
      /\bexport\s+(?:type\s+)?\*\s+from\s+['"](?:[^'"./]|\.{1,2}\/(?:[^'"]*\/)?(?:dist|build|generated)\/)/;
    this.#passesOn = files.some(({ text }) => passing.test(text));
    this.#evidence = new ScriptEvidence(files, imported);
    this.#polyfills = new Polyfills(files);
    this.#gaps.push(...said.gaps);
  }

  readonly #isGlobal = (name: string): boolean => name in globalThis || this.#browserNames.has(name);

  /**
   * Reads what the judgement asks for: the names of the browser, and which relative imports lead to a left-out file or
   * to one that is not kept.
   */
  async prepare(): Promise<void> {
    const library = await readFile(join(this.#said.compiler, 'lib.dom.d.ts'), 'utf8').catch(() => '');
    const names = library.matchAll(/^(?:declare (?:var|function|class|const) |interface |type )([A-Za-z_$][\w$]*)/gm);
    this.#browserNames = new Set([...names].flatMap(([, name]) => name ?? []));
    const { imports } = this.#evidence;
    const { root, files } = this.#said;
    const existing = await existingTargets(root, files, imports);
    this.#asked = existing.asked;
    this.#existing = new Set([...existing.found, ...(await ignoredTargets(root, imports, this.#isThere))]);
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
    const own = new Set(project.files);
    // What only files of other programs import may be known to these.
    const isImported = (name: string) =>
      [...(this.#said.imported.get(name)?.files ?? [])].some((file) => own.has(file));
    for (const name of [...project.missing, ...answer.assumed.filter(isImported)]) this.#missing.add(name);
    if (project.missing.length > 0) {
      const reason = `It stands on ${nameSome(project.missing)}, which is not part of the tree: defaults are used for what that sets.`;
      this.#gaps.push({ file: project.config, engine: ENGINE, reason });
    }
    for (const message of new Set(answer.general)) {
      this.#gaps.push({ file: project.config, engine: ENGINE, reason: message });
    }
    const diagnostics = answer.diagnostics.filter(({ file }) => own.has(file));
    const asked = namesAskedFor(this.#configs, project.config, this.#isThere);
    const ambient = new Set([...ambientNames(diagnostics), ...this.#autoImports.collected(diagnostics), ...asked]);
    const context = this.#context(project, new Set(answer.assumed), ambient);
    const judged = diagnostics.map((diagnostic) => ({ diagnostic, verdict: judge(diagnostic, context) }));
    for (const { diagnostic, verdict } of judged) {
      if (verdict.kind === 'missing') this.#miss(diagnostic, verdict.name);
    }
    for (const { diagnostic, verdict } of judged) {
      if (verdict.kind !== 'finding' || this.#broken.has(diagnostic.file)) continue;
      // It works, and is only not declared.
      const severity = this.#polyfills.hold(diagnostic, this.#isGlobal) ? 'low' : verdict.severity;
      this.#findings.push(findingOf(ENGINE, severity, diagnostic));
    }
  }

  /** Notes a module that is not there; what a package declares for all files is no package. */
  #miss({ file, message }: Diagnostic, name: string): void {
    if (!/^Cannot find (?:module|type definition)/.test(message)) return;
    if (!name.startsWith('.')) this.#missing.add(name);
    else if (!isAsset(name) && !this.#existing.has(`${file}\0${name}`)) this.#unread.add(name);
  }

  /** Names a file that does not parse, once. */
  breakOff({ file, line, message }: Diagnostic): void {
    if (this.#broken.has(file)) return;
    this.#broken.add(file);
    this.#gaps.push({ file, engine: ENGINE, reason: `It does not parse: line ${line}, ${message}` });
  }

  #context(project: TypeScriptProject, assumed: ReadonlySet<string>, ambient: ReadonlySet<string>): JudgeContext {
    const isGlobal = this.#isGlobal;
    const isBrowserName = (name: string) => this.#browserNames.has(name);
    const textOf = (file: string) => this.#said.files.find(({ path }) => path === file)?.text ?? '';
    const { config, major } = project;
    const packages = config === null ? [] : globalPackages(this.#configs, config, major);
    return {
      isBrowserName,
      isDeclaredParameter: (diagnostic) => this.#places.isDeclared(diagnostic),
      mayBeMade: (file, specifier) =>
        mayBeMade(file, specifier) ||
        this.#existing.has(`${file}\0${specifier}`) ||
        this.#isBroken(file, specifier) ||
        this.#evidence.isWantedByMany(file, specifier) ||
        this.#isOfBundler(file, specifier) ||
        this.#absentRoots.hold(file, specifier),
      isAsked: (diagnostic) => this.#evidence.isAsked(diagnostic),
      isCommonJs: (file) => this.#evidence.isCommonJs(file),
      isCollapsed: (diagnostic) =>
        (this.#evidence.isCollapsed(diagnostic) || this.#evidence.isOfOrigin(diagnostic, assumed, isGlobal)) &&
        !this.#evidence.isCertain(diagnostic, assumed, isGlobal),
      isExplained: (diagnostic) =>
        isOfRuntime(diagnostic, packages, isBrowserName, textOf) ||
        this.#evidence.isExplained(diagnostic, { ...project, assumed }),
      isAmbient: (name) => ambient.has(name),
      isAutoImported: ({ file }) => this.#autoImports.reach(file),
      isComment: (diagnostic) => this.#evidence.isComment(diagnostic),
      isTest: (file) => roleOf(file) === 'test',
      assumed,
      lacksGlobalTypes:
        packages.length > 0 ||
        (config !== null && lacksGlobalTypes(this.#configs, config, this.#paths, project.missing)),
      unsettled: project.missing.length > 0,
      passesOn: this.#passesOn,
      lenient: project.lenient,
      isOlder: project.major !== null && project.major < MAJOR,
    };
  }

  #isBroken(file: string, specifier: string): boolean {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    return this.#broken.size > 0 && candidatesOf(target).some((one) => this.#broken.has(one));
  }

  /** Whether an import without an ending leads to a module that only a bundler finds without one. */
  #isOfBundler(file: string, specifier: string): boolean {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    return this.#said.files.some(({ path }) => path === `${target}.mjs` || path === `${target}.cjs`);
  }

  result(): EngineResult {
    const packages = [...this.#missing].filter((name) => !/^(?:\.|[@~]\/)/.test(name));
    if (packages.length > 0) {
      const reason = `Not installed, so taken as any type: ${nameSome(packages)}.`;
      this.#gaps.push({ file: null, engine: ENGINE, reason });
    }
    if (this.#unread.size > 0) {
      const reason = `Imported and not there to be read, so taken as any type: ${nameSome(this.#unread)}.`;
      this.#gaps.push({ file: null, engine: ENGINE, reason });
    }
    const told = { findings: this.#findings, gaps: this.#gaps };
    return { ...told, files: this.#checked, complete: this.#complete, asked: this.#asked };
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
  return target.startsWith('..') || MADE_FOLDER.test(target) || specifier.includes('?') || isAsset(target);
}

/** Whether the name of a file says that it is no script. */
function isAsset(target: string): boolean {
  const ending = /\.([A-Za-z]\w*)(?:\?.*)?$/.exec(posix.basename(target))?.[1];
  return (
    ending !== undefined &&
    /^(?:s?css|sass|less|styl|vue|svelte|astro|mdx?|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|txt|html?|graphql|gql|wasm|node|ya?ml|csv|glsl|frag|vert|wgsl|worker|json5?|toml|xml|mp3|mp4|pdf|sql|hbs|ejs)$/i.test(
      ending,
    )
  );
}
