import type { Finding } from '../../code/findings.ts';
import { code, counted, page, plain } from '../../code/markdown/markdown.ts';
import type { TreeDocumentation } from '../../docs/service.ts';
import type { LedPlace } from './debug-places.ts';
import { type PlaceWriter, placeWriter, shown } from './finding-lines.ts';
import type { TaskBrief, TaskFinding } from './task-engine.ts';

/** What a report on documentation tells. */
export interface DocumentationFacts {
  readonly brief: TaskBrief;
  /** Files that are meant; null for the whole project. */
  readonly only: readonly string[] | null;
  readonly title: string | null;
  readonly meant: readonly LedPlace[];
  readonly documented: TreeDocumentation;
}

const MOST_LISTED = 60;
const MOST_DATA = 1_000;
const UNDOCUMENTED = 'docs/undocumented-symbol';
const rank = { high: 0, medium: 1, low: 2 } as const;

/** Whether it tells of a part of something that is more in need of words. */
function isPart({ message }: Finding): number {
  return /^The public (?:property|accessor|constant|variable|enum member) /.test(message) ? 1 : 0;
}

/** The report: what was written, what says nothing of itself, what says what is not so. Pure. */
export function reportDocumentation(facts: DocumentationFacts): TaskFinding {
  const { brief, only, documented } = facts;
  const { pages, coverage, findings, limitsReached } = documented;
  const place = placeWriter(brief);
  const sorted = findings.toSorted((a, b) => rank[a.severity] - rank[b.severity] || isPart(a) - isPart(b));
  const missing = sorted.filter(({ rule }) => rule === UNDOCUMENTED);
  const faults = sorted.filter(({ rule }) => rule !== UNDOCUMENTED);
  const content = page([
    '# Documentation',
    introduction(facts),
    ...(pages.length === 0 ? [] : ['## Written', pages.map(pageLine).join('\n')]),
    ...missingText(missing, coverage.publicSymbols, place),
    ...faultsText(faults, place),
    ...(limitsReached.length === 0 ? [] : ['## Limits', limitsReached.map((one) => `- ${plain(one)}`).join('\n')]),
  ]);
  return {
    resultType: 'DOCUMENTATION',
    content,
    summary: `${counted(pages.length, 'page')} written; ${coverageText(facts)}`,
    data: {
      paths: only,
      pages: pages.map(({ path, content: text }) => ({ path, bytes: Buffer.byteLength(text) })),
      coverage: {
        publicSymbols: coverage.publicSymbols,
        documentedSymbols: coverage.documentedSymbols,
        percentage: coverage.percentage,
      },
      missing: coverage.modules.flatMap(({ undocumented }) => undocumented).slice(0, MOST_DATA),
      findings: faults.slice(0, MOST_DATA).map(({ file, ...rest }) => ({ path: file, ...rest })),
      totalFindings: faults.length,
    },
  };
}

function coverageText({ documented: { coverage } }: DocumentationFacts): string {
  const { publicSymbols, documentedSymbols, percentage } = coverage;
  if (percentage === null) return 'there is no public symbol in a language that is read.';
  return `${documentedSymbols} of ${counted(publicSymbols, 'public symbol')} ${publicSymbols === 1 ? 'is' : 'are'} documented (${percentage} %).`;
}

function introduction(facts: DocumentationFacts): string {
  const { only, title, meant, brief } = facts;
  const named = [...new Set(meant.flatMap(({ reason, by }) => (reason === 'name' ? [by] : [])))].map(code).join(', ');
  const what =
    only === null
      ? `The prompt names no file or symbol of this repository, so all of ${plain(brief.repository.name)} is documented.`
      : `Of ${code(title ?? '')}: ${counted(only.length, 'file')}${named === '' ? '' : `, where ${named} stand${named.includes(',') ? '' : 's'}`}.`;
  const covered = coverageText(facts);
  return `${what} ${covered.charAt(0).toUpperCase()}${covered.slice(1)} The pages are new files beside what is there: nothing is overwritten.`;
}

function pageLine({ path, content }: { path: string; content: string }): string {
  const heading = /^# (.+)$/m.exec(content)?.[1];
  return `- ${code(path)}${heading === undefined ? '' : `: ${heading}`}`;
}

function missingText(missing: readonly Finding[], publicSymbols: number, place: PlaceWriter): string[] {
  if (publicSymbols === 0) return [];
  if (missing.length === 0) return ['## Without documentation', 'Every public symbol says something of itself.'];
  const lines = missing.slice(0, MOST_LISTED).map((one) => findingLine(one, place));
  const more = missing.length - lines.length;
  return [
    '## Without documentation',
    lines.join('\n'),
    more > 0 ? `And ${more} more, in the data of this result.` : '',
  ];
}

function faultsText(faults: readonly Finding[], place: PlaceWriter): string[] {
  if (faults.length === 0) return [];
  const lines = faults.slice(0, MOST_LISTED).map((one) => findingLine(one, place));
  const more = faults.length - lines.length;
  return ['## Wrong or left out', lines.join('\n'), more > 0 ? `And ${more} more, in the data of this result.` : ''];
}

function findingLine({ file, line, severity, message, suggestion }: Finding, place: PlaceWriter): string {
  const advice = suggestion === null ? '' : ` ${shown(suggestion)}`;
  return `- ${place(file, line)} ${shown(message)}${advice} (${severity})`;
}
