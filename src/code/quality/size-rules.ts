import type { Severity } from '../findings.ts';
import type { FunctionMeasure } from './complexity.ts';
import type { RuleHit } from './rule-hit.ts';

/**
 * From where on a measure is a finding, and where its source stands. Twice as much is `medium`, less is `low`. Files of
 * tests are measured and not judged by these.
 */
export const thresholds = {
  /** SonarSource's rule S3776. */
  cognitive: 15,
  /**
   * The most that has been used with success by A. H. Watson and T. J. McCabe, NIST Special Publication 500-235, 1996.
   */
  cyclomatic: 15,
  /** Twice what ESLint's rule `max-lines-per-function` takes. Only lines of code are counted, no docstrings. */
  functionLines: 100,
  /** SonarSource's rule S104. */
  fileLines: 1_000,
  /** Pylint's rule `too-many-statements`; a long literal is one. */
  statements: 50,
  /** Fewer of them that go straight through are long by what they hold, not by what they do. */
  fewStatements: 10,
  classMethods: 35,
  /** SonarSource's rule S107 takes 7; what can only be given by name is not counted here. */
  parameters: 6,
  /** ESLint's rule `max-depth`. */
  nesting: 4,
} as const;

/** A class as far as its size goes. */
export interface ClassSize {
  readonly name: string;
  readonly line: number;
  readonly methods: number;
}

/**
 * How many times the complexity that is allowed. Many ways side by side, as cases of a switch, are easily read: who
 * follows one of them need not know the others. Of those only the hardest are counted here.
 */
function complexityOf({ cognitive, followed }: FunctionMeasure): number {
  if (cognitive !== null && cognitive <= thresholds.cognitive) return 1;
  const ofCognitive = cognitive === null ? 0 : followed.cognitive / thresholds.cognitive;
  return Math.max(followed.cyclomatic / thresholds.cyclomatic, ofCognitive);
}

/** Whether a function counts as too complex in the measures of a tree. */
export function isComplex({ cyclomatic, cognitive }: FunctionMeasure): boolean {
  return cyclomatic > thresholds.cyclomatic || (cognitive ?? 0) > thresholds.cognitive;
}

/** What is too large in one file. */
export function sizeHits(file: {
  readonly functions: readonly FunctionMeasure[];
  readonly classes: readonly ClassSize[];
  readonly codeLines: number;
  /** Of these, the lines of tables that stand there as data. */
  readonly tableLines: number;
}): RuleHit[] {
  return [...file.functions.flatMap(functionHits), ...file.classes.flatMap(classHits), ...fileHits(file)];
}

function functionHits(measured: FunctionMeasure): RuleHit[] {
  const { lines, statements, parameters, nesting, line, column, endLine } = measured;
  const what = measured.name === null ? 'This function' : `\`${measured.name}\``;
  const subject = measured.name ?? 'a function without a name';
  const place = { line, column, endLine, subject };
  const hits: RuleHit[] = [];
  if (isComplex(measured)) {
    hits.push({
      ...place,
      rule: 'complex-function',
      severity: severityOf(complexityOf(measured)),
      message: `${what} is hard to follow: complexity ${figuresOf(measured)}.`,
      suggestion: 'Divide it, or take cases out of it early.',
    });
  }
  const length = lengthOf(measured);
  if (length > 1) {
    const shown = measured.markupLines === 0 ? '' : ` (${measured.markupLines} of them markup)`;
    hits.push({
      ...place,
      rule: 'long-function',
      // Markup is read from top to bottom: it makes a function long, and not hard.
      severity: severityOf(lengthOf({ ...measured, lines: lines - measured.markupLines })),
      message: `${what} is long: ${lines} lines of code${shown}, ${statements} statements.`,
      suggestion: 'Divide it into functions that do one thing each.',
    });
  }
  if (parameters > thresholds.parameters) {
    hits.push({
      ...place,
      endLine: line,
      rule: 'many-parameters',
      severity: severityOf(parameters / thresholds.parameters),
      message: `${what} takes ${parameters} parameters by place, more than ${thresholds.parameters}.`,
      suggestion: 'Take what belongs together as one object, or by name.',
    });
  }
  if (nesting > thresholds.nesting) {
    hits.push({
      ...place,
      rule: 'deep-nesting',
      severity: severityOf(nesting / thresholds.nesting),
      message: `${what} nests branches and loops ${nesting} deep, more than ${thresholds.nesting}.`,
      suggestion: 'Leave early, or take the inner part out.',
    });
  }
  return hits;
}

/** Both figures are of the same code: with functions inside where those count to the cognitive complexity. */
function figuresOf({ cyclomatic, cyclomaticWithin, cognitive }: FunctionMeasure): string {
  if (cognitive === null) return `cyclomatic ${cyclomatic}`;
  const scope = cyclomaticWithin === cyclomatic ? '' : ', with the functions written in place';
  return `cyclomatic ${cyclomaticWithin}, cognitive ${cognitive}${scope}`;
}

/**
 * How many times as long as a function may be. Lines are not counted of a table, a list of routes or a template that it
 * gives: few statements, no branches, and nothing to divide.
 */
function lengthOf({ lines, statements, cyclomatic }: FunctionMeasure): number {
  const isOneText = statements < thresholds.fewStatements && cyclomatic <= 2;
  return Math.max(isOneText ? 0 : lines / thresholds.functionLines, statements / thresholds.statements);
}

function classHits({ name, line, methods }: ClassSize): RuleHit[] {
  if (methods <= thresholds.classMethods) return [];
  return [
    {
      rule: 'large-class',
      severity: severityOf(methods / thresholds.classMethods),
      line,
      column: null,
      endLine: null,
      message: `\`${name}\` has ${methods} methods, more than ${thresholds.classMethods}.`,
      suggestion: 'Divide it by what its methods are about.',
      subject: name,
    },
  ];
}

/** A table is long by what it lists, and there is nothing to divide. */
function fileHits({ codeLines, tableLines }: { codeLines: number; tableLines: number }): RuleHit[] {
  const judged = codeLines - tableLines;
  if (judged <= thresholds.fileLines) return [];
  const besides = tableLines === 0 ? '' : ' besides its tables of data';
  return [
    {
      rule: 'long-file',
      severity: severityOf(judged / thresholds.fileLines),
      line: 1,
      column: null,
      endLine: null,
      message: `This file has ${judged} lines of code${besides}, more than ${thresholds.fileLines}.`,
      suggestion: 'Divide it by what its parts are about.',
      subject: 'file',
    },
  ];
}

function severityOf(factor: number): Severity {
  return factor >= 2 ? 'medium' : 'low';
}
