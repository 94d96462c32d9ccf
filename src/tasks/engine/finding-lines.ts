import type { EngineRun, Gap } from '../../code/analyser.ts';
import { code, plain } from '../../code/markdown/markdown.ts';
import { sourceLinks } from '../../code/markdown/source-links.ts';
import type { AnalysedFinding } from './analysed-tree.ts';
import type { TaskBrief } from './task-engine.ts';

/** Writes a place of the checkout as a link to it at its commit, or as text where it has no public address. */
export type PlaceWriter = (path: string, line: number, endLine?: number | null) => string;

/** How the places of a brief's checkout are written. */
export function placeWriter({ repository, commit }: Pick<TaskBrief, 'repository' | 'commit'>): PlaceWriter {
  const { url } = repository;
  if (url === null || commit === null) return (path, line) => code(`${path}:${line}`);
  const links = sourceLinks({ url, commit });
  return (path, line, endLine) => links.lines('', path, line, endLine ?? line, path);
}

/** One finding as an item of a list: severity, place, what it is, and what to do about it. */
export function findingLine(finding: AnalysedFinding, place: PlaceWriter): string {
  const { severity, file, line, message, suggestion, engine, rule, cwe } = finding;
  const advice = suggestion === null || message.includes(suggestion) ? '' : ` ${sentence(shown(suggestion))}`;
  const source = [`${engine} ${code(rule)}`, ...(cwe === null ? [] : [cwe])].join(', ');
  return `- **${severity}** ${place(file, line)} ${sentence(shown(message))}${advice} (${source})`;
}

/** A message with the names it quotes as code and the rest as text. */
export function shown(message: string): string {
  return message
    .split(/(`[^`]+`)/)
    .map((part, at) => (at % 2 === 1 ? part : plainInside(part)))
    .join('');
}

/** As `plain`, with the blanks at both ends kept, and not taken for the beginning of a line. */
function plainInside(text: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  return inner === '' ? text.replace(/\s+/g, ' ') : `${before && ' '}${plain(`x${inner}`).slice(1)}${after && ' '}`;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Who looked, as a sentence: each engine once, with its version. */
export function enginesText(engines: readonly EngineRun[]): string {
  const names = [...new Set(engines.map(({ engine, version }) => `${engine} ${version}`))].sort();
  return names.length === 0 ? 'No analyser reads these files.' : `Checked by ${names.join(', ')}.`;
}

const MOST_GAPS = 8;

/** What was not looked at, of these files or of the whole tree, as items of a list; empty without any. */
export function gapsText(gaps: readonly Gap[], isOf: (path: string) => boolean): string {
  const told = [...new Set(gaps.filter(({ file }) => file === null || isOf(file)).map(gapLine))];
  const more = told.length > MOST_GAPS ? [`- and ${told.length - MOST_GAPS} more`] : [];
  return [...told.slice(0, MOST_GAPS), ...more].join('\n');
}

function gapLine({ file, engine, reason }: Gap): string {
  return `- ${file === null ? '' : `${code(file)}: `}${plain(reason)} (${engine})`;
}
