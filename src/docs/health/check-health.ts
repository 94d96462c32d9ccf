import { posix } from 'node:path';
import { type Finding, fingerprinted, severities } from '../../code/findings.ts';
import type { Manifest } from '../../code/manifests.ts';
import type { SourceTree } from '../../code/source-tree.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import type { ProjectModel } from '../engine/project-model.ts';
import { documentedCallables } from './callables.ts';
import { checkBlocks } from './check-blocks.ts';
import { codeNameChecker } from './check-code-names.ts';
import { commandChecker } from './check-commands.ts';
import { nameChecker } from './check-names.ts';
import { checkPaths } from './check-paths.ts';
import { checkSettingExamples, settingChecker } from './check-settings.ts';
import { ErrorCheck } from './docstring-errors.ts';
import { checkParameters } from './docstring-parameters.ts';
import { checkResults, resultConvention } from './docstring-results.ts';
import { withoutDoubted } from './doubted.ts';
import { HealthReadings, type KeptReadings, readHealthText } from './health-readings.ts';
import { ignoreRules } from './ignored-paths.ts';
import { KnownNames } from './known-names.ts';
import { checkLinks } from './links.ts';
import { PathIndex } from './path-index.ts';
import { type Fault, findingOf } from './rules.ts';
import { type HealthSubject, siteFacts } from './subject.ts';
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
  const subject = subjectOf(input, limits);
  const faults = [...codeFaults(subject), ...checkSettingExamples(subject)];
  const checks = [commandChecker(subject), settingChecker(subject), nameChecker(subject), codeNameChecker(subject)];
  for (const document of subject.documents.values()) {
    faults.push(...checkLinks(document, subject), ...checkPaths(document, subject), ...(await checkBlocks(document)));
    for (const check of checks) faults.push(...check(document));
  }
  const findings = bounded(
    fingerprinted(withoutDoubted(withoutRepeats(faults), subject, limits).map(findingOf)),
    limits,
  );
  return { findings, documents: subject.documents.size, limitsReached: [...limits] };
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
  const convention = resultConvention(callables);
  const errors = new ErrorCheck(subject, callables);
  return [
    ...checkUndocumented(subject.model),
    ...callables.flatMap((one) => [
      ...checkParameters(one, subject.names, subject.read),
      ...checkResults(one, convention, subject.read),
      ...errors.check(one),
    ]),
  ];
}

function subjectOf(
  { root, model, files, manifests, tree, kept = null }: HealthInput,
  limits: Set<string>,
): HealthSubject {
  const readings = new HealthReadings(root, tree, kept);
  const read = (path: string): string | null => readHealthText(root, path);
  const rules = tree.files
    .filter(({ path }) => posix.basename(path) === '.gitignore')
    .flatMap(({ path }) => ignoreRules(posix.dirname(path).replace(/^\.$/, ''), read(path) ?? ''));
  const paths = new PathIndex(tree, rules);
  const names = new KnownNames(files, () => readings.words(limits));
  const documents = readings.documents(limits);
  const site = siteFacts(
    tree.files.map(({ path }) => path),
    documents,
    paths,
    read,
  );
  return {
    root,
    repository: model.repository,
    model,
    manifests,
    files,
    paths,
    documents,
    site,
    names,
    read,
  };
}
