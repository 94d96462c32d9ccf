import { FindingSeverity, FindingState } from '../generated/prisma/enums.ts';
import { type Builder, defaultPageSize } from '../platform/builder.ts';
import { findingPage } from './finding-pages.ts';
import type { HealthFinding, HealthReport } from './health-report.ts';

const severityOf = { high: FindingSeverity.HIGH, medium: FindingSeverity.MEDIUM, low: FindingSeverity.LOW } as const;
const stateOf = { added: FindingState.ADDED, unchanged: FindingState.UNCHANGED, fixed: FindingState.FIXED } as const;

/** The health report of a documentation job. */
export function addHealth(builder: Builder) {
  const FindingRef = addFinding(builder);
  const ConnectionRef = builder.connectionObject(
    { type: FindingRef, name: 'DocsFindingConnection' },
    { name: 'DocsFindingEdge' },
  );
  builder.objectField(ConnectionRef, 'totalCount', (t) =>
    t.int({
      description: 'How many there are in the whole list.',
      resolve: (page) => ('totalCount' in page && typeof page.totalCount === 'number' ? page.totalCount : 0),
    }),
  );
  const { CountsRef, ComparisonRef } = addFigures(builder);
  return builder.objectRef<HealthReport>('DocsHealth').implement({
    description: 'What is amiss in the documentation of a repository: its comments and its Markdown files.',
    fields: (t) => ({
      counts: t.expose('counts', { type: CountsRef, description: 'How many findings there are of each severity.' }),
      comparison: t.expose('comparison', {
        type: ComparisonRef,
        nullable: true,
        description: 'Against the last completed run of the same repository, of whatever branch; null without one.',
      }),
      documents: t.exposeInt('documents', { description: 'Markdown files that were read.' }),
      limitsReached: t.exposeStringList('limitsReached', { description: 'Limits that cut the report short.' }),
      findings: t.connection(
        {
          type: FindingRef,
          description: 'The findings by file and line. Without a state those that are there, else those of the state.',
          args: {
            severity: t.arg({ type: FindingSeverity, required: false, description: 'Only those of this severity.' }),
            rule: t.arg.string({ required: false, description: 'Only those of this rule, e.g. docs/broken-link.' }),
            file: t.arg.string({ required: false, description: 'Only those in this file.' }),
            state: t.arg({ type: FindingState, required: false, description: 'Only those that stand so.' }),
          },
          resolve: ({ findings }, { severity, rule, file, state, ...args }) => {
            const wanted = findings.filter(
              (one) =>
                (!severity || severityOf[one.severity] === severity) &&
                (typeof rule !== 'string' || one.rule === rule) &&
                (typeof file !== 'string' || one.file === file) &&
                (state ? one.state !== null && stateOf[one.state] === state : one.state !== 'fixed'),
            );
            return findingPage(wanted, args, defaultPageSize);
          },
        },
        ConnectionRef,
      ),
    }),
  });
}

function addFigures(builder: Builder) {
  const CountsRef = builder.objectRef<HealthReport['counts']>('DocsFindingCounts').implement({
    description: 'How many findings there are.',
    fields: (t) => ({
      high: t.exposeInt('high', { description: 'Who follows the documentation fails.' }),
      medium: t.exposeInt('medium', { description: 'It says what is not so.' }),
      low: t.exposeInt('low', { description: 'It leaves something out.' }),
    }),
  });
  const ComparisonRef = builder.objectRef<NonNullable<HealthReport['comparison']>>('DocsComparison').implement({
    description: 'How a report stands to that of the completed run before it.',
    fields: (t) => ({
      added: t.exposeInt('added', { description: 'Findings that are new.' }),
      fixed: t.exposeInt('fixed', { description: 'Findings that are gone.' }),
      unchanged: t.exposeInt('unchanged', { description: 'Findings that are still there.' }),
    }),
  });
  return { CountsRef, ComparisonRef };
}

function addFinding(builder: Builder) {
  return builder.objectRef<HealthFinding>('DocsFinding').implement({
    description: 'One thing that is amiss in the documentation. Lines and columns count from 1.',
    fields: (t) => ({
      rule: t.exposeString('rule', { description: 'What was looked for, e.g. docs/broken-link.' }),
      severity: t.field({
        type: FindingSeverity,
        description: 'How much it matters.',
        resolve: ({ severity }) => severityOf[severity],
      }),
      state: t.field({
        type: FindingState,
        nullable: true,
        description: 'How it stands to the run before; null without one.',
        resolve: ({ state }) => (state === null ? null : stateOf[state]),
      }),
      file: t.exposeString('file', { description: 'Relative, with forward slashes.' }),
      line: t.exposeInt('line', { description: 'Where it is.' }),
      column: t.exposeInt('column', { nullable: true, description: 'Null where only the line is known.' }),
      message: t.exposeString('message', { description: 'What is amiss.' }),
      suggestion: t.exposeString('suggestion', { nullable: true, description: 'What may be meant; null for nothing.' }),
      fingerprint: t.exposeString('fingerprint', { description: 'The same in the next run when lines move.' }),
    }),
  });
}
