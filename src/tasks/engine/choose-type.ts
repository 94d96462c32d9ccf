import { boundedPrompt } from './bounded-prompt.ts';
import type { TaskBrief } from './task-engine.ts';

type ChosenType = TaskBrief['type'];

interface Cue {
  readonly type: ChosenType;
  readonly pattern: RegExp;
  /** What orders the work counts more than what only names its subject. */
  readonly weight: number;
}

const START =
  /^(?:(?:hi|hello|hey)[,!. ]+)?(?:(?:please|kindly|now|then|also|just|quickly|can you|could you|would you|will you|i(?:'d| would) like you to|i (?:want|need) you to|i (?:want|need) to|we (?:want|need|should|must)(?: to)?|let'?s|help me(?: to)?|you should|your task is to|try to|go and)[, ]+)*/i;

const CODE_THING = '(?:pull request|merge request|pr|mr|branch|diff|patch|changes?|changeset|commits?)';

/** Orders: verbs at the beginning of a sentence. */
const ORDERS: readonly Cue[] = [
  order(
    'PR_REVIEW',
    new RegExp(
      `^(?:code[- ])?(?:review|check|inspect|look (?:at|over|through)|go over|give feedback on|comment on|approve|assess|evaluate|critique|vet)\\b.{0,40}\\b${CODE_THING}\\b`,
      'i',
    ),
    10,
  ),
  order('PR_REVIEW', /^(?:(?:do|make|write|perform|give (?:me|us)) (?:a |an )?)?(?:code[- ])?review\b/i, 7),
  order('PR_REVIEW', /^compare\b.{0,60}\b(?:branch|main|master|develop|commits?)\b/i, 8),
  order(
    'DEBUG',
    /^(?:fix|debug|repair|solve|resolve|troubleshoot|patch|correct|mend|diagnose|hunt down|track down|get rid of|eliminate|squash)\b/i,
    8,
  ),
  order(
    'DEBUG',
    /^(?:find|look for|search for|check for|detect|identify|locate|scan for|hunt for)\b.{0,40}\b(?:bugs?|errors?|problems?|issues?|mistakes?|defects?|vulnerabilit\w*|leaks?|flaws?|faults?|dead code|race conditions?|unused)\b/i,
    9,
  ),
  order(
    'DEBUG',
    /^(?:check|lint|scan|audit|analy[sz]e|test|examine|type[- ]?check|verify)\b.{0,60}\b(?:bugs?|errors?|problems?|issues?|mistakes?|lint\w*|types?|security|vulnerabilit\w*|leaks?|secrets?)\b/i,
    8,
  ),
  order('DEBUG', /^(?:lint|type[- ]?check|remove (?:the )?(?:unused|dead))\b/i, 8),
  order('DOCUMENTATION', /^(?:document|docstring|annotate with docs)\b/i, 9),
  order(
    'DOCUMENTATION',
    /^(?:write|add|create|generate|update|improve|make|produce|complete|extend|prepare|draft|fill in|put)\b.{0,60}\b(?:docs?|documentation|docstrings?|jsdoc|tsdoc|godoc|javadoc|readme(?:\.md)?|api reference|user guide|guide|tutorial|changelog|comments?|manual|wiki)\b/i,
    10,
  ),
  order(
    'DOCUMENTATION',
    /^(?:find|list|show|report|check)\b.{0,40}\b(?:undocumented|missing doc\w*|without doc\w*|doc(?:umentation)? coverage)\b/i,
    10,
  ),
  order('ARCHITECT', /^(?:draw|sketch|map(?: out)?|diagram|visuali[sz]e|chart|graph)\b/i, 8),
  order(
    'ARCHITECT',
    /^(?:design|architect|plan|restructure|re-?architect|moduli[sz]e|decouple|modernize|lay out|split up|break up)\b/i,
    8,
  ),
  order(
    'ARCHITECT',
    /^(?:describe|explain|analy[sz]e|assess|review|evaluate|show|give|outline|summari[sz]e|propose|suggest|improve|document|find|examine|list|check)\b.{0,60}\b(?:architectur\w*|module (?:graph|structure)|dependency (?:graph|structure|cycles?)|import cycles?|circular (?:imports?|dependenc\w*)|layer(?:s|ing)|hot ?spots?|technical debt|tech debt|coupling|(?:code ?base|project|system|overall) structure|how the (?:parts|modules|packages) (?:fit|hang) together)\b/i,
    11,
  ),
  order('ARCHITECT', /^(?:refactor|redesign|reorgani[sz]e)\b/i, 6),
  order('ASK', /^(?:explain|tell me|show me|find|locate|list|describe|summari[sz]e|search)\b/i, 4),
];

/** Questions: what is asked, wherever it stands. */
const QUESTIONS: readonly Cue[] = [
  order(
    'ASK',
    /^(?:what|where|who|whom|whose|which|when|how|why|is|are|does|do|did|can|has|have|should|was|were)\b/i,
    6,
  ),
  order(
    'ASK',
    /^(?:what does|what is|what's|where(?:'s| is| are| do| does)|who (?:calls|uses)|how (?:does|do|is|are)|which (?:file|function|class|module))\b/i,
    3,
  ),
];

/** What a prompt speaks of, wherever it stands. */
const SUBJECTS: readonly Cue[] = [
  order(
    'DEBUG',
    /\b(?:crash(?:es|ed|ing)?|broken|does(?:n't| not) work|not working|fails?(?: with)?|failing|throws? an? (?:error|exception)|stack ?trace|traceback|segfaults?|regression|hangs|freezes|stopped working|wrong result|memory leak|infinite loop|off[- ]by[- ]one)\b/i,
    5,
  ),
  order('DEBUG', /\b(?:bugs?|fix(?:es|ed)?)\b/i, 3),
  order(
    'DEBUG',
    /^Traceback \(most recent call last\)|^\s+at .+:\d+:\d+\)?$|^panic: |^\s*File ".+", line \d+|\b\w+(?:Error|Exception): /m,
    6,
  ),
  order('DOCUMENTATION', /\b(?:docstrings?|documentation|readme|jsdoc|undocumented)\b/i, 3),
  order('ARCHITECT', /\b(?:architectur\w*|system design|layering|big picture)\b/i, 5),
  // Nothing else tells of these.
  order(
    'ARCHITECT',
    /\b(?:module graph|(?:import|dependency) cycles?|circular (?:imports?|dependenc\w*)|hot ?spots?|technical debt)\b/i,
    10,
  ),
  order('PR_REVIEW', /\b(?:pull request|merge request|code review)\b|\bPR\b/i, 5),
  order('PR_REVIEW', /\b(?:before (?:i|we) merge|ready (?:to|for) (?:be )?merged?|can (?:i|we) merge)\b/i, 6),
];

/** What decides where two weigh the same. */
const ORDER: readonly ChosenType[] = ['ASK', 'DEBUG', 'DOCUMENTATION', 'PR_REVIEW', 'ARCHITECT'];

const WORK: Readonly<Record<ChosenType, string>> = {
  ASK: 'a question to be answered (ASK)',
  DEBUG: 'code to be checked and fixed (DEBUG)',
  DOCUMENTATION: 'documentation to be written (DOCUMENTATION)',
  ARCHITECT: 'the structure of the whole (ARCHITECT)',
  PR_REVIEW: 'changes to be reviewed (PR_REVIEW)',
};

function order(type: ChosenType, pattern: RegExp, weight: number): Cue {
  return { type, pattern, weight };
}

/**
 * What kind of work a prompt asks for, by its verbs and what it speaks of, with the reason as a sentence. English; a
 * prompt that says nothing is a question.
 */
export function chooseType(prompt: string): { readonly type: ChosenType; readonly reason: string } {
  const found = cuesIn(boundedPrompt(prompt.slice(0, 10_000)));
  const scores = new Map<ChosenType, number>();
  for (const { type, weight } of found) scores.set(type, (scores.get(type) ?? 0) + weight);
  const [best] = ORDER.filter((type) => scores.has(type)).sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0));
  if (best === undefined)
    return { type: 'ASK', reason: `The prompt names no kind of work, so it is taken as ${WORK.ASK}.` };
  const strongest = found.filter(({ type }) => type === best).sort((a, b) => b.weight - a.weight)[0];
  return { type: best, reason: `The prompt says “${strongest?.text ?? ''}”, so it is taken as ${WORK[best]}.` };
}

interface FoundCue {
  readonly type: ChosenType;
  readonly weight: number;
  readonly text: string;
}

function cuesIn(prompt: string): FoundCue[] {
  // What is quoted is what the work is about, and no order.
  const bare = prompt.replace(/```[\s\S]*?```|`[^`]*`/g, ' it ');
  const sentences = bare
    .split(
      /(?<=[.!?])\s+|\n+|;\s+|,? (?:and|then|and then) (?=(?:fix|debug|document|review|explain|write|add|draw|tell|find)\b)/i,
    )
    .map((one) => one.trim().replace(START, ''))
    .filter((one) => one !== '');
  const found: FoundCue[] = [];
  for (const [at, sentence] of sentences.entries()) {
    // What is said first is what is wanted most.
    const share = at === 0 ? 1 : at < 3 ? 0.7 : 0.3;
    for (const { type, pattern, weight } of [...ORDERS, ...QUESTIONS]) {
      const text = pattern.exec(sentence)?.[0];
      if (text !== undefined) found.push({ type, weight: weight * share, text: shortened(text) });
    }
  }
  for (const { type, pattern, weight } of SUBJECTS) {
    const text = pattern.exec(prompt)?.[0];
    if (text !== undefined) found.push({ type, weight, text: shortened(text) });
  }
  return found;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= 60 ? line : `${line.slice(0, 59)}…`;
}
