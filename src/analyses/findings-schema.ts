import type { AnalysisFinding, Prisma } from '../generated/prisma/client.ts';
import { type AnalysisType, FindingSeverity, FindingState } from '../generated/prisma/enums.ts';
import { type Builder, defaultPageSize } from '../platform/builder.ts';
import type { AnalysisTypeRef } from './schema.ts';

/** Which findings of an analysis are wanted, and which page of them. */
export interface FindingsArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
  readonly type?: AnalysisType | null | undefined;
  readonly severity?: FindingSeverity | null | undefined;
  readonly file?: string | null | undefined;
  readonly state?: FindingState | null | undefined;
}

/** The types of a list of findings. */
export function addFindings(builder: Builder, TypeRef: AnalysisTypeRef) {
  const SeverityRef = builder.enumType(FindingSeverity, {
    name: 'FindingSeverity',
    description: 'How much a finding matters.',
    values: {
      HIGH: { description: 'Wrong or dangerous.' },
      MEDIUM: { description: 'Misleading, or will hurt.' },
      LOW: { description: 'Untidy.' },
    },
  });
  const StateRef = builder.enumType(FindingState, {
    name: 'FindingState',
    description: 'How a finding stands to the analysis before.',
    values: {
      ADDED: { description: 'It is new.' },
      UNCHANGED: { description: 'It was there before, perhaps while the file had another name.' },
      FIXED: { description: 'It was there before and is gone.' },
    },
  });
  const FindingRef = builder.objectRef<AnalysisFinding>('AnalysisFinding').implement({
    description: 'One thing an analysis found. Lines and columns count from 1.',
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id within this analysis.' }),
      type: t.expose('type', { type: TypeRef, description: 'What was looked for.' }),
      severity: t.expose('severity', { type: SeverityRef, description: 'How much it matters.' }),
      state: t.expose('state', {
        type: StateRef,
        nullable: true,
        description: 'How it stands to the analysis before; null where that cannot be told.',
      }),
      rule: t.exposeString('rule', { description: "The rule's own id, as its engine writes it." }),
      engine: t.exposeString('engine', { description: 'What found it.' }),
      file: t.exposeString('file', { description: 'Relative, with forward slashes.' }),
      line: t.exposeInt('line', { description: 'Where it begins.' }),
      column: t.exposeInt('column', { nullable: true, description: 'Null where only the line is known.' }),
      endLine: t.exposeInt('endLine', { nullable: true, description: 'Where it ends; null where that is not known.' }),
      message: t.exposeString('message', { description: 'What is amiss. Never holds the text of a secret.' }),
      suggestion: t.exposeString('suggestion', {
        nullable: true,
        description: 'What to do about it; null where the message says all.',
      }),
      cwe: t.exposeString('cwe', { nullable: true, description: 'The weakness, e.g. CWE-89; null where it is none.' }),
      fingerprint: t.exposeString('fingerprint', {
        description: 'The same in the next analysis when lines move; another one when the file is renamed.',
      }),
    }),
  });
  const ConnectionRef = builder.connectionObject(
    { type: FindingRef, name: 'AnalysisFindingConnection' },
    { name: 'AnalysisFindingEdge' },
  );
  builder.objectField(ConnectionRef, 'totalCount', (t) =>
    t.int({
      description: 'How many there are in the whole list.',
      resolve: (page) => ('totalCount' in page && typeof page.totalCount === 'number' ? page.totalCount : 0),
    }),
  );
  return { ConnectionRef, SeverityRef, StateRef };
}

/** What is read of a job for a page of its findings: one more than asked for tells whether there is more. */
export function findingsSelection(args: FindingsArguments) {
  const where = filterOf(args);
  const [after, before] = [idOf(args.after), idOf(args.before)];
  const beyond = { ...(after !== null && { gt: after }), ...(before !== null && { lt: before }) };
  const { size, backwards } = pageOf(args);
  return {
    findings: {
      where: { AND: [where, ...(after === null && before === null ? [] : [{ id: beyond }])] },
      orderBy: { id: backwards ? 'desc' : 'asc' },
      take: size + 1,
    },
    _count: { select: { findings: { where } } },
  } satisfies Prisma.JobSelect;
}

/** The page that was read by `findingsSelection` with the same arguments. */
export function findingsPage(
  {
    findings,
    _count,
  }: { readonly findings: readonly AnalysisFinding[]; readonly _count: { readonly findings: number } },
  args: FindingsArguments,
) {
  const { size, backwards } = pageOf(args);
  const page = findings.slice(0, size);
  const nodes = backwards ? page.toReversed() : page;
  const more = findings.length > size;
  const edges = nodes.map((node) => ({ cursor: cursorOf(node.id), node }));
  return {
    edges,
    totalCount: _count.findings,
    pageInfo: {
      hasNextPage: backwards ? typeof args.before === 'string' : more,
      hasPreviousPage: backwards ? more : typeof args.after === 'string',
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function filterOf({ type, severity, file, state }: FindingsArguments): Prisma.AnalysisFindingWhereInput {
  return {
    ...(type && { type }),
    ...(severity && { severity }),
    ...(typeof file === 'string' && { file }),
    // SQL knows of null only that it does not know.
    ...(state ? { state } : { OR: [{ state: null }, { state: { not: 'FIXED' as const } }] }),
  };
}

function pageOf({ first, last }: FindingsArguments): { size: number; backwards: boolean } {
  const backwards = typeof last === 'number' && typeof first !== 'number';
  return { size: (backwards ? last : first) ?? defaultPageSize, backwards };
}

/** Cursors have the form of every other list's; what has another one was refused before. */
function cursorOf(id: string): string {
  return Buffer.from(`GPC:S:${id}`).toString('base64');
}

function idOf(cursor: string | null | undefined): string | null {
  return typeof cursor === 'string' ? Buffer.from(cursor, 'base64').toString('utf8').slice('GPC:S:'.length) : null;
}
