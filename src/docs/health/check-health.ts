import { posix } from 'node:path';
import { type Finding, fingerprinted, severities } from '../../code/findings.ts';
import type { Manifest } from '../../code/manifests.ts';
import type { SourceTree } from '../../code/source-tree.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import type { ProjectModel } from '../engine/project-model.ts';
import { documentedCallables } from './callables.ts';
import { codeNameChecker } from './check-code-names.ts';
import { commandChecker } from './check-commands.ts';
import { nameChecker } from './check-names.ts';
import { checkPaths } from './check-paths.ts';
import { checkSettingExamples, settingChecker } from './check-settings.ts';
import { withoutClusters } from './clusters.ts';
import { parameterFaults } from './docstring-conventions.ts';
import { ErrorCheck } from './docstring-errors.ts';
import { readParameters } from './docstring-parameters.ts';
import { ResultCheck } from './docstring-results.ts';
import { HealthReadings, type KeptReadings, readHealthText } from './health-readings.ts';
import { ignoreRules } from './ignored-paths.ts';
import { KnownNames } from './known-names.ts';
import { checkLinks } from './links.ts';
import { PathIndex } from './path-index.ts';
import { type Fault, findingOf } from './rules.ts';
import { Sites } from './sites.ts';
import type { HealthSubject } from './subject.ts';
import { isToldAway } from './told-away.ts';
import { checkUndocumented } from './undocumented.ts';

/** What the report is made of. */
export interface HealthInput {
  /** Resolved path of the checkout. */
  readonly root: string;
  readonly model: ProjectModel;
  readonly files: readonly ParsedFile[];
  readonly manifests: readonly Manifest[];
  readonly tree: SourceTree;
  /** Where readings of the same files are kept; absent, every file is read. */
  readonly kept?: KeptReadings | null;
}

/** Findings in order of place, and what was cut short. */
export interface HealthFindings {
  readonly findings: readonly Finding[];
  /** Markdown files that were read. */
  readonly documents: number;
  /** Limits that were reached, one sentence each. */
  readonly limitsReached: readonly string[];
}

const MOST_FINDINGS = 5_000;

/**
 * The health of the documentation of a checkout: every rule of `HEALTH_RULES`. Reads files of the checkout again, only
 * inside of it. The same tree gives the same findings in the same order. Takes time in proportion to the text, so it
 * belongs into a thread.
 */
export async function checkHealth(input: HealthInput): Promise<HealthFindings> {
  const limits = new Set<string>();
  const readings = new HealthReadings(input.root, input.tree, input.kept ?? null);
  const subject = subjectOf(input, readings, limits);
  const blockFaults = await readings.blockFaults(subject.documents);
  const faults = [...codeFaults(subject), ...checkSettingExamples(subject)];
  const checks = [commandChecker(subject), settingChecker(subject), nameChecker(subject), codeNameChecker(subject)];
  for (const document of subject.documents.values()) {
    const found = [
      ...checkLinks(document, subject),
      ...checkPaths(document, subject),
      ...(blockFaults.get(document.path) ?? []),
    ];
    for (const check of checks) found.push(...check(document));
    faults.push(...found.filter((fault) => !isToldAway(document, fault)));
  }
  const own = withoutRepeats(faults).filter(isOfThisRepository(subject.paths));
  const findings = bounded(fingerprinted(withoutClusters(own, subject, limits).map(findingOf)), limits);
  return { findings, documents: subject.documents.size, limitsReached: [...limits] };
}

const CONDUCT = /(?:^|\/)CODE[_-]OF[_-]CONDUCT(?:\.\w+)?$/i;

/**
 * Tells faults in folders that have a licence and rules of conduct of their own: repositories that were taken over
 * whole.
 */
function isOfThisRepository(paths: PathIndex): (fault: Fault) => boolean {
  const folders = [...paths.files()]
    .filter((path) => path.includes('/') && CONDUCT.test(path))
    .map((path) => posix.dirname(path))
    .filter((folder) =>
      ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'COPYING'].some((name) => paths.isFile(posix.join(folder, name))),
    );
  return ({ file }) => !folders.some((folder) => file.startsWith(`${folder}/`));
}

/** As many as are kept, the least severe of the last files left out first. */
function bounded(findings: readonly Finding[], limits: Set<string>): readonly Finding[] {
  if (findings.length <= MOST_FINDINGS) return findings;
  limits.add(`Only ${MOST_FINDINGS} of ${findings.length} findings are kept, the most severe ones.`);
  const kept = new Set(
    severities.flatMap((level) => findings.filter(({ severity }) => severity === level)).slice(0, MOST_FINDINGS),
  );
  return findings.filter((one) => kept.has(one));
}

/** One place is told of once for what stands there, by the rule that says most. */
function withoutRepeats(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return faults.filter(({ rule, file, line, column, subject }) => {
    const key = `${rule}\0${file}\0${line}\0${column ?? 0}\0${subject}`;
    return !seen.has(key) && seen.add(key);
  });
}

function codeFaults(subject: HealthSubject): Fault[] {
  const callables = documentedCallables(subject.files);
  const results = new ResultCheck(callables, subject.read);
  const errors = new ErrorCheck(subject, callables);
  const readings = callables.flatMap((one) => readParameters(one, subject.names, subject.read) ?? []);
  return [
    ...checkUndocumented(subject.model),
    ...parameterFaults(readings, subject.files),
    ...callables.flatMap((one) => [...results.check(one), ...errors.check(one)]),
  ];
}

function subjectOf(
  { root, model, files, manifests, tree }: HealthInput,
  readings: HealthReadings,
  limits: Set<string>,
): HealthSubject {
  const read = (path: string): string | null => readHealthText(root, path);
  const rules = tree.files
    .filter(({ path }) => posix.basename(path) === '.gitignore')
    .flatMap(({ path }) => ignoreRules(posix.dirname(path).replace(/^\.$/, ''), read(path) ?? ''));
  const paths = new PathIndex(tree, rules);
  const names = new KnownNames(files, () => readings.words(limits));
  const documents = readings.documents(limits);
  const sites = new Sites(documents, paths, read);
  return {
    root,
    repository: model.repository,
    model,
    manifests,
    files,
    paths,
    documents,
    sites,
    names,
    read,
  };
}
