import type { Builder } from '../platform/builder.ts';
import type { LeftOutRef } from '../repos/schema.ts';
import type { AnalysisReport } from './report.ts';
import type { AnalysisTypeRef } from './schema.ts';

type One<List extends readonly unknown[]> = List[number];

/** The parts of what an analysis measured, each a type. */
export function addReportTypes(builder: Builder, TypeRef: AnalysisTypeRef, leftOutRef: LeftOutRef) {
  return {
    score: addScore(builder),
    counts: addCounts(builder, TypeRef),
    coverage: builder.objectRef<AnalysisReport['coverage']>('TestCoverage').implement({
      description: 'How much of the code its tests run.',
      fields: (t) => ({
        percent: t.exposeFloat('percent', { nullable: true, description: 'Of lines; null when it is not known.' }),
        reason: t.exposeString('reason', { nullable: true, description: 'Why it is not known; null when it is.' }),
        source: t.exposeString('source', {
          nullable: true,
          description: 'The reports it was read from, the one of most files first; null without one.',
        }),
      }),
    }),
    comparison: builder.objectRef<NonNullable<AnalysisReport['comparison']>>('AnalysisComparison').implement({
      description:
        'How an analysis stands to the one before, over the types that both have measured. A file that is gone counts ' +
        'as renamed when one that has come holds the same, or at least half of what was found in either is the same.',
      fields: (t) => ({
        types: t.expose('types', { type: [TypeRef], description: 'What is compared.' }),
        added: t.exposeInt('added', { description: 'Findings that are new: `findings(state: ADDED)`.' }),
        fixed: t.exposeInt('fixed', { description: 'Findings that are gone: `findings(state: FIXED)`.' }),
        unchanged: t.exposeInt('unchanged', {
          description: 'Findings that are still there, also where a file was renamed.',
        }),
      }),
    }),
    summary: addSummary(builder, TypeRef, leftOutRef),
  };
}

function addScore(builder: Builder) {
  const PartRef = builder.objectRef<One<NonNullable<AnalysisReport['score']>['parts']>>('ScorePart').implement({
    description: 'One thing that enters a score.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'What it is: quality, security, types, complexity and so on.' }),
      density: t.exposeFloat('density', { description: 'Weighted findings by 1000 lines, or a share from 0 to 1.' }),
      weight: t.exposeFloat('weight', { description: 'How much it counts beside the others.' }),
      half: t.exposeFloat('half', { description: 'The density at which it costs half of what it can.' }),
      cost: t.exposeFloat('cost', { description: 'Points it takes away from 10.' }),
    }),
  });
  return builder.objectRef<NonNullable<AnalysisReport['score']>>('ScoreInputs').implement({
    description: 'How a score came about.',
    fields: (t) => ({
      value: t.exposeFloat('value', { description: 'The score, 0 to 10.' }),
      lines: t.exposeInt('lines', { description: 'Lines of the files that were analysed.' }),
      parts: t.expose('parts', { type: [PartRef], description: 'What was measured; the rest does not count.' }),
    }),
  });
}

function addCounts(builder: Builder, TypeRef: AnalysisTypeRef) {
  return builder.objectRef<One<AnalysisReport['counts']>>('FindingCounts').implement({
    description: 'How many findings there are of a type.',
    fields: (t) => ({
      type: t.expose('type', { type: TypeRef, description: 'What was looked for.' }),
      high: t.exposeInt('high', { description: 'Wrong or dangerous.' }),
      medium: t.exposeInt('medium', { description: 'Misleading, or will hurt.' }),
      low: t.exposeInt('low', { description: 'Untidy.' }),
    }),
  });
}

function addSummary(builder: Builder, TypeRef: AnalysisTypeRef, leftOutRef: LeftOutRef) {
  const LanguageRef = builder.objectRef<One<AnalysisReport['notAnalysed']>>('LanguageNotAnalysed').implement({
    description: 'A language that is there and that no engine reads.',
    fields: (t) => ({
      language: t.exposeString('language', { description: 'As people write it.' }),
      files: t.exposeInt('files', { description: 'How many files.' }),
    }),
  });
  const GapRef = builder.objectRef<One<AnalysisReport['gaps']>>('AnalysisGap').implement({
    description: 'Something that was not looked at although it was asked for.',
    fields: (t) => ({
      type: t.expose('type', { type: TypeRef, description: 'What was looked for.' }),
      file: t.exposeString('file', { nullable: true, description: 'The file; null when it is about the whole.' }),
      engine: t.exposeString('engine', { description: 'What should have looked.' }),
      reason: t.exposeString('reason', { description: 'Why it did not.' }),
    }),
  });
  const EngineRef = builder.objectRef<One<AnalysisReport['engines']>>('AnalysisEngine').implement({
    description: 'A program that took part.',
    fields: (t) => ({
      type: t.expose('type', { type: TypeRef, description: 'What it looked for.' }),
      engine: t.exposeString('engine', { description: 'By the name its authors gave it.' }),
      version: t.exposeString('version', { description: 'Its version.' }),
      files: t.exposeInt('files', { description: 'How many files it looked at.' }),
    }),
  });
  return builder.objectRef<AnalysisReport>('AnalysisSummary').implement({
    description: 'What an analysis looked at, and what it did not.',
    fields: (t) => ({
      filesAnalysed: t.exposeInt('filesAnalysed', { description: 'Files of the languages that are analysed.' }),
      linesAnalysed: t.exposeInt('linesAnalysed', { description: 'Lines of these files.' }),
      leftOut: t.expose('leftOut', {
        type: [leftOutRef],
        description: 'What was left out, by reason, most files first.',
      }),
      notAnalysed: t.expose('notAnalysed', { type: [LanguageRef], description: 'Languages that no engine reads.' }),
      gaps: t.expose('gaps', { type: [GapRef], description: 'What was not looked at; at most 1000.' }),
      engines: t.expose('engines', { type: [EngineRef], description: 'What took part.' }),
      limitsReached: t.exposeStringList('limitsReached', { description: 'Limits that cut the work short.' }),
    }),
  });
}
