import { languageOf } from '../../code/languages.ts';
import { code, counted, page, plain } from '../../code/markdown/markdown.ts';
import type { AnalysedTree } from './analysed-tree.ts';
import type { DebugPlaces, LedPlace } from './debug-places.ts';
import type { RankedFinding } from './debug-rank.ts';
import { enginesText, findingLine, gapsText, type PlaceWriter, placeWriter } from './finding-lines.ts';
import type { FixResult } from './safe-fixes.ts';
import type { TaskBrief, TaskFinding } from './task-engine.ts';

/** What a report of debugging tells. */
export interface DebugFacts {
  readonly brief: TaskBrief;
  readonly led: DebugPlaces;
  /** Files that were looked at, in path order. */
  readonly files: readonly string[];
  /** No place was named and nothing matched: all of it was looked at. */
  readonly isWhole: boolean;
  readonly ranked: readonly RankedFinding[];
  readonly analysed: AnalysedTree;
  readonly fixed: FixResult;
}

const MOST_FINDINGS = 40;
const MOST_DATA = 500;
const MOST_FILES = 12;
const MOST_PLACES = 15;

const isAnalysed = (path: string) => /\.(?:pyi?|[cm]?[jt]sx?)$/.test(path);

/** The report: where the prompt leads, what was found there, what was mended. Pure. */
export function reportDebugging(facts: DebugFacts): TaskFinding {
  const { brief, led, files, ranked, analysed, fixed } = facts;
  const place = placeWriter(brief);
  const content = page([
    `# What the analysers find`,
    introduction(facts),
    ...placesText(led, place),
    ...findingsText(facts, place),
    ...(ranked.length === 0 ? [] : fixesText(fixed, place)),
    ...limitsText(facts),
  ]);
  return {
    resultType: 'ANALYSIS',
    content,
    summary: summaryOf(facts),
    data: {
      files,
      places: led.places.map(({ path, line, endLine, reason, by }) => ({ path, line, endLine, reason, by })),
      unknownPlaces: led.unknown,
      findings: ranked.slice(0, MOST_DATA).map(({ finding, nearness, distance }) => {
        const { file, ...rest } = finding;
        return { path: file, ...rest, nearness, distance };
      }),
      totalFindings: ranked.length,
      fixes: fixed.fixes.map(({ path, what, findings }) => {
        return { path, what, rules: rulesOf(findings), lines: findings.map(({ line }) => line) };
      }),
      dropped: fixed.dropped.map(({ fix, reason }) => ({ path: fix.path, what: fix.what, reason })),
      engines: analysed.engines,
    },
  };
}

function rulesOf(findings: readonly { readonly rule: string }[]): string[] {
  return [...new Set(findings.map(({ rule }) => rule))];
}

function summaryOf({ ranked, files, fixed }: DebugFacts): string {
  const found = `${counted(ranked.length, 'finding')} in ${counted(files.length, 'file')}`;
  const mended = fixed.fixes.reduce((sum, { findings }) => sum + findings.length, 0);
  return `${found}; ${mended === 0 ? 'nothing could be mended with certainty' : `${mended} mended`}.`;
}

function introduction({ led, files, isWhole, analysed }: DebugFacts): string {
  const list = files.slice(0, MOST_FILES).map(code).join(', ');
  const more = files.length > MOST_FILES ? ` and ${files.length - MOST_FILES} more` : '';
  const how = isWhole
    ? 'The prompt names no place of this repository and no file matches its words, so all sources were looked at.'
    : led.places.every(({ reason }) => reason === 'match')
      ? `The prompt names no place of this repository; these files match its words best: ${list}${more}.`
      : `Looked at ${list}${more}.`;
  return `${how} ${enginesText(analysed.engines)}`;
}

function placesText({ places, unknown }: DebugPlaces, place: PlaceWriter): string[] {
  const lines = places.filter(({ reason }) => reason !== 'path' && reason !== 'match');
  if (lines.length === 0 && unknown.length === 0) return [];
  const told = lines.slice(0, MOST_PLACES).map((one) => placeLine(one, place));
  const missing = unknown.map((one) => `- ${code(one)} is not in this checkout.`);
  return ['## Where the prompt leads', [...told, ...missing].join('\n')];
}

function placeLine({ path, line, endLine, reason, by, text }: LedPlace, place: PlaceWriter): string {
  const why = {
    trace: `in ${code(by)}`,
    line: 'named in the prompt',
    name: `${code(by)} is defined here`,
    error: `${code(by)} is raised here`,
    path: '',
    match: '',
  }[reason];
  const quoted = text === null || text === '' ? '' : `: ${code(text.slice(0, 160))}`;
  return `- ${place(path, line ?? 1, endLine)} ${why}${quoted}`;
}

function findingsText({ ranked, led }: DebugFacts, place: PlaceWriter): string[] {
  if (ranked.length === 0) {
    const said = led.places.some(({ line }) => line !== null) ? ' The places above are where to read on.' : '';
    return ['## Findings', `The analysers have nothing to say of these files.${said}`];
  }
  const shown = ranked.slice(0, MOST_FINDINGS);
  const near = shown.filter(({ nearness }) => nearness === 'there' || nearness === 'within');
  const other = shown.filter((one) => !near.includes(one));
  const list = (of: readonly RankedFinding[]) => of.map(({ finding }) => findingLine(finding, place)).join('\n');
  const more = ranked.length - shown.length;
  return [
    ...(near.length === 0 ? [] : ['## Findings where the prompt points', list(near)]),
    ...(other.length === 0
      ? []
      : [near.length === 0 ? '## Findings' : '## Other findings in these files', list(other)]),
    more > 0 ? `And ${counted(more, 'more finding')} of less weight, in the data of this result.` : '',
  ];
}

function fixesText({ fixes, dropped, edits }: FixResult, place: PlaceWriter): string[] {
  if (fixes.length === 0 && dropped.length === 0) {
    return ['## Mended', 'None of the findings can be mended with certainty by rule alone: nothing is changed.'];
  }
  const done = fixes.map(({ path, what, findings }) => {
    const rules = rulesOf(findings).map(code).join(', ');
    return `- ${place(path, findings[0]?.line ?? 1)} ${what} (${rules})`;
  });
  const given = dropped.map(
    ({ fix, reason }) => `- ${place(fix.path, fix.findings[0]?.line ?? 1)} not: ${fix.what}. ${plain(reason)}`,
  );
  const checked =
    'Each changed file was parsed and the whole tree analysed again: these findings are gone and none has come.';
  return [
    '## Mended',
    ...(fixes.length === 0 ? [] : [`${counted(edits.length, 'file')} changed. ${checked}`, done.join('\n')]),
    ...(given.length === 0 ? [] : ['Tried and given up:', given.join('\n')]),
  ];
}

function limitsText({ analysed, files, led, brief }: DebugFacts): string[] {
  const gaps = gapsText(analysed.gaps, (path) => files.includes(path));
  const isError = led.places.some(({ reason }) => reason === 'trace' || reason === 'error');
  const notRun = isError
    ? 'Nothing of the repository was run: what a trace shows at run time is read from the code alone.'
    : '';
  const commit = brief.commit === null ? '' : `At commit ${code(brief.commit.slice(0, 12))} of ${code(brief.branch)}.`;
  const others = [...new Set(files.flatMap((path) => (isAnalysed(path) ? [] : (languageOf(path) ?? []))))].sort();
  const unread = others.map((language) => `- ${language}: no analyser here reads it; it was searched for secrets.`);
  const told = [...unread, gaps].filter((one) => one !== '').join('\n');
  return [...(told === '' ? [] : ['## Not looked at', told]), [notRun, commit].filter((one) => one !== '').join(' ')];
}
