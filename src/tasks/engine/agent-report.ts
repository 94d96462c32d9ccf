import { code, counted, page, plain } from '../../code/markdown/markdown.ts';
import type { CheckedAnswer } from './agent-answer.ts';
import type { CheckedWork } from './agent-checks.ts';
import { shown } from './finding-lines.ts';
import type { TaskBrief, TaskOutcome } from './task-engine.ts';

/** What a model did, after all checks. */
export interface AgentReport {
  readonly brief: TaskBrief;
  readonly model: string;
  /** Null where it ended without a word. */
  readonly answer: CheckedAnswer | null;
  readonly work: CheckedWork;
  readonly stopped: 'finished' | 'cut_short' | 'step_cap' | 'token_cap';
  readonly turns: number;
  /** Uses of each tool. */
  readonly used: Readonly<Record<string, number>>;
  readonly tokens: { readonly input: number; readonly output: number; readonly estimated: boolean };
}

const ENDED: Readonly<Record<AgentReport['stopped'], string | null>> = {
  finished: null,
  cut_short: 'Its last words were cut off: they reached what a turn may write.',
  step_cap: 'It was stopped at the most turns a task may have, before it said that it is done.',
  token_cap: 'It was stopped where the tokens of this task end, before it said that it is done.',
};
const MOST_WORSE = 20;

/** Writes down what a model said and did, and what the checks say of it. Pure. */
export function reportAgent(report: AgentReport): TaskOutcome {
  const { brief, answer, work } = report;
  const { edits, dropped, worse } = work;
  const warnings = warningsOf(report);
  const text = answer?.text.trim() || `${report.model} gave no answer.`;
  const content = page([text, ...warnings.map((one) => `> ${one}`), checksOf(work)]);
  const first = firstSentence(answer?.text ?? '') ?? (answer === null ? text : `${report.model} did the task.`);
  const summary = [first, ...warnings].join(' ');
  const made = `Changes ${counted(edits.length, 'file')}.`;
  const brings =
    worse.length === 0
      ? ''
      : ` It brings ${counted(worse.length, 'finding')} that ${worse.length === 1 ? 'was' : 'were'} not there.`;
  return {
    findings: [
      {
        resultType: brief.type === 'DOCUMENTATION' ? 'DOCUMENTATION' : 'ANALYSIS',
        content,
        summary,
        data: dataOf(report),
      },
    ],
    edits,
    editSummary: edits.length === 0 ? null : `${made}${brings}${work.unchecked === null ? '' : ` ${work.unchecked}`}`,
    message: [
      edits.length > 0 ? `Changed ${counted(edits.length, 'file')}` : answer === null ? 'Gave no answer' : 'Answered',
      ...(dropped.length === 0 ? [] : [`${counted(dropped.length, 'edit')} dropped`]),
    ].join(', '),
  };
}

/** What a reader must know before they trust it, as sentences. */
function warningsOf({ answer, work, stopped, brief }: AgentReport): string[] {
  const { worse, dropped, unchecked, edits } = work;
  const ended = ENDED[stopped];
  const unknown = answer?.unknown.length ?? 0;
  const names = answer !== null && answer.places.length === 0 && edits.length === 0 && brief.type !== 'DOCUMENTATION';
  return [
    ...(ended === null ? [] : [ended]),
    ...(dropped.length === 0
      ? []
      : [
          `${counted(dropped.length, 'edit')} ${dropped.length === 1 ? 'was' : 'were'} dropped, as the file would no longer parse.`,
        ]),
    ...(worse.length === 0
      ? []
      : [
          `Warning: the edits bring ${counted(worse.length, 'finding')} that ${worse.length === 1 ? 'was' : 'were'} not there.`,
        ]),
    ...(unchecked === null || edits.length === 0 ? [] : [`Warning: the edits are not wholly checked. ${unchecked}`]),
    ...(unknown === 0
      ? []
      : [`${counted(unknown, 'name')} in the answer ${unknown === 1 ? 'is' : 'are'} not in the repository.`]),
    ...(names ? ['The answer names no place in the repository.'] : []),
  ];
}

function checksOf({ edits, dropped, worse, better, engines, unchecked }: CheckedWork): string {
  if (edits.length === 0 && dropped.length === 0) return '';
  const kept = edits.map(({ path, before, after }) => {
    const how = before === null ? 'new' : after === null ? 'removed' : 'changed';
    return `- ${code(path)} ${how}`;
  });
  const lost = dropped.map(({ path, reason }) => `- ${code(path)} dropped: it ${plain(reason)}`);
  const told = worse
    .slice(0, MOST_WORSE)
    .map(
      (one) =>
        `- **${one.severity}** ${code(`${one.file}:${one.line}`)} ${shown(one.message)} (${one.engine} ${code(one.rule)})`,
    );
  const more = worse.length > MOST_WORSE ? [`- and ${worse.length - MOST_WORSE} more`] : [];
  const names = [...new Set(engines.map(({ engine, version }) => `${engine} ${version}`))].sort().join(', ');
  const compared =
    edits.length === 0 || unchecked !== null || names === ''
      ? ''
      : `Compared by ${names}: ${counted(worse.length, 'finding')} more, ${better} fewer than before.`;
  return [
    '## Edits',
    [...kept, ...lost].join('\n'),
    ...(compared === '' ? [] : [compared]),
    ...(told.length === 0
      ? []
      : [`New findings, by the lines of the edited files:\n\n${[...told, ...more].join('\n')}`]),
  ].join('\n\n');
}

function dataOf({ answer, work, stopped, turns, used, tokens, model }: AgentReport): Record<string, unknown> {
  return {
    model,
    turns,
    stopped,
    tools: { ...used },
    tokens: { ...tokens },
    places: (answer?.places ?? []).map((one) => ({ ...one })),
    unknownPlaces: [...(answer?.unknown ?? [])],
    edits: work.edits.map(({ path }) => path),
    dropped: work.dropped.map((one) => ({ ...one })),
    newFindings: work.worse.map(({ file, line, rule, engine, severity, message }) => ({
      path: file,
      line,
      rule,
      engine,
      severity,
      message,
    })),
    fixedFindings: work.edits.length === 0 ? null : work.better,
    unchecked: work.unchecked,
  };
}

/** The first sentence of a text that is no heading, list or code, without markup. */
function firstSentence(markdown: string): string | null {
  const line = markdown
    .replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, '')
    .split('\n')
    .map((one) => one.trim())
    .find((one) => /^[\p{L}\p{N}`*_"“(]/u.test(one) && !/^(?:\d+[.)]|\*) /.test(one));
  if (line === undefined) return null;
  const words = line.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
  const sentence = /^.*?[.!?](?=\s|$)/.exec(words)?.[0] ?? words;
  return sentence.length > 240 ? `${sentence.slice(0, 239).toWellFormed()}…` : sentence;
}
