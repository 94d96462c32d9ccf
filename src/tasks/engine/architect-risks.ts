import { code, counted, grouped } from '../../code/markdown/markdown.ts';
import type { PlaceWriter } from './answer-text.ts';
import type { ImportEdge, ModuleFacts, TreeFacts } from './architect-facts.ts';
import type { Layering, UnitGraph } from './architect-layers.ts';
import type { FileMeasure, MeasuredFunction } from './architect-measures.ts';
import type { Churn } from './git-churn.ts';

/** A file with how complex it is and how often it changes. */
export interface HotSpot {
  readonly module: ModuleFacts;
  readonly measure: FileMeasure;
  /** Null where there is no history. */
  readonly commits: number | null;
  readonly changedLines: number | null;
  readonly authors: number | null;
  /** Complexity times commits; complexity alone without a history. */
  readonly heat: number;
}

/** Something about the structure that will cost, with its numbers and places. */
export interface Risk {
  readonly severity: 'high' | 'medium' | 'low';
  /** What kind of risk: the same word for the same kind. */
  readonly kind: 'cycle' | 'hot spot' | 'hub' | 'mutual' | 'size' | 'function' | 'unparsed';
  readonly title: string;
  /** Markdown with links. */
  readonly text: string;
  readonly weight: number;
}

/** What risks are judged by. Complexity is that of SonarSource's rule S3776 and of NIST 500-235: over 15 is much. */
export const LIMITS = {
  complexity: 15,
  fileLines: 1_000,
  hotCommits: 5,
  hubShare: 0.15,
  hubFewest: 8,
  hubImports: 8,
} as const;
const MOST_RISKS = 15;
const MOST_OF_A_KIND = 4;

/** Everything risks are made of. */
export interface RiskFacts {
  readonly facts: TreeFacts;
  readonly graph: UnitGraph;
  readonly layering: Layering;
  readonly measures: ReadonlyMap<string, FileMeasure>;
  readonly hotSpots: readonly HotSpot[];
  readonly churn: Churn;
}

/** Files by complexity times changes, the hottest first. */
export function hotSpotsOf(facts: TreeFacts, measures: ReadonlyMap<string, FileMeasure>, churn: Churn): HotSpot[] {
  return facts.modules
    .flatMap((module): HotSpot[] => {
      const measure = measures.get(module.path);
      if (measure === undefined || measure.cyclomatic === 0) return [];
      const changes =
        churn.files === null ? null : (churn.files.get(module.path) ?? { commits: 0, lines: 0, authors: 0 });
      const heat = measure.cyclomatic * (changes?.commits ?? 1);
      return [
        {
          module,
          measure,
          commits: changes?.commits ?? null,
          changedLines: changes?.lines ?? null,
          authors: changes?.authors ?? null,
          heat,
        },
      ];
    })
    .filter(({ heat }) => heat > 0)
    .sort((a, b) => b.heat - a.heat || (a.module.path < b.module.path ? -1 : 1));
}

/** The largest risks, the worst first; of each kind the largest only. */
export function risksOf(facts: RiskFacts, places: PlaceWriter): Risk[] {
  const found = [cycleRisks, hotSpotRisks, hubRisks, mutualRisks, functionRisks, sizeRisks, parseRisks].flatMap(
    (find) =>
      find(facts, places)
        .sort((a, b) => rank(a) - rank(b) || b.weight - a.weight)
        .slice(0, MOST_OF_A_KIND),
  );
  // Kinds are not measured alike: within a severity they keep the order above.
  return found
    .map((risk, at) => ({ risk, at }))
    .sort((a, b) => rank(a.risk) - rank(b.risk) || a.at - b.at)
    .map(({ risk }) => risk)
    .slice(0, MOST_RISKS);
}

function rank({ severity }: Risk): number {
  return { high: 0, medium: 1, low: 2 }[severity];
}

/** The import behind an arrow between two units. */
function importBetween(edges: readonly ImportEdge[], from: string, to: string): ImportEdge | undefined {
  const isIn = (path: string, unit: string): boolean =>
    path === unit || (unit.endsWith('/') && path.slice(0, path.lastIndexOf('/') + 1) === (unit === './' ? '' : unit));
  return edges.find((edge) => edge.atLoad && isIn(edge.from, from) && isIn(edge.to, to));
}

function cycleRisks({ facts, graph }: RiskFacts, places: PlaceWriter): Risk[] {
  return graph.cycles.map((cycle): Risk => {
    const steps = cycle.map((unit, at) => {
      const next = cycle[(at + 1) % cycle.length] ?? unit;
      const edge = importBetween(facts.edges, unit, next);
      return edge === undefined
        ? code(unit)
        : `${places.at(`import of ${next}`, edge.from, edge.line)} imports ${code(next)}`;
    });
    return {
      severity: cycle.length > 3 ? 'high' : 'medium',
      kind: 'cycle',
      title: `Import cycle of ${counted(cycle.length, 'module')}`,
      text: `${steps.join('; ')}. Whichever is loaded first sees the others half made; one of these imports has to go, or to move into the function that needs it.`,
      weight: cycle.length,
    };
  });
}

function hotSpotRisks({ hotSpots, facts, churn }: RiskFacts, places: PlaceWriter): Risk[] {
  if (churn.files === null) return [];
  return hotSpots.slice(0, MOST_OF_A_KIND).flatMap((spot): Risk[] => {
    const { module, measure, commits } = spot;
    const worst = measure.worst[0];
    if (
      commits === null ||
      commits < LIMITS.hotCommits ||
      worst === undefined ||
      complexityOf(worst) <= LIMITS.complexity
    )
      return [];
    const untested = facts.testFiles > 0 && module.tests === 0 ? ' No test file imports it.' : '';
    const alone = spot.authors === 1 ? ' One author made all of these changes.' : '';
    return [
      {
        severity: commits >= 2 * LIMITS.hotCommits ? 'high' : 'medium',
        kind: 'hot spot',
        title: `Hot spot ${code(module.path)}`,
        text: `${counted(commits, 'commit')} in a year changed ${grouped(spot.changedLines ?? 0)} lines of a file whose functions have a cyclomatic complexity of ${grouped(measure.cyclomatic)} together; the worst is ${functionAt(module.path, worst, places)}.${untested}${alone}`,
        weight: spot.heat,
      },
    ];
  });
}

function hubRisks({ graph }: RiskFacts, places: PlaceWriter): Risk[] {
  const incoming = countBy(graph.edges.map(({ to }) => to));
  const outgoing = countBy(graph.edges.map(({ from }) => from));
  const many = Math.max(LIMITS.hubFewest, graph.units.length * LIMITS.hubShare);
  return [...incoming].flatMap(([unit, by]): Risk[] => {
    const uses = outgoing.get(unit) ?? 0;
    // What only gathers others' names for users imports much and is meant to.
    if (by < many || uses < LIMITS.hubImports || /(?:^|\/)(?:index\.[cm]?[jt]sx?|__init__\.py)$/.test(unit)) return [];
    const place = unit.endsWith('/') ? code(unit) : places.at('hub', unit, 1);
    return [
      {
        severity: 'medium',
        kind: 'hub',
        title: `Hub ${code(unit)}`,
        text: `${place} is imported by ${counted(by, 'module')} of ${graph.units.length} and imports ${uses} itself: a change in any of these reaches most of the project through it.`,
        weight: by * uses,
      },
    ];
  });
}

function mutualRisks({ layering }: RiskFacts, places: PlaceWriter): Risk[] {
  return layering.mutual
    .filter(({ above, below }) => above.endsWith('/') || below.endsWith('/'))
    .map(({ above, below, down, up }): Risk => {
      const shown = up
        .slice(0, 4)
        .map((edge) => `${places.at(`import against the layers`, edge.from, edge.line)} imports ${code(edge.to)}`);
      const more = up.length > shown.length ? `; and ${up.length - shown.length} more` : '';
      return {
        severity: 'medium',
        kind: 'mutual',
        title: `${code(above)} and ${code(below)} import each other`,
        text: `${counted(down, 'import')} one way and ${up.length} the other. Those to cut are the fewer: ${shown.join('; ')}${more}.`,
        weight: down / up.length + up.length,
      };
    });
}

function functionRisks({ measures, hotSpots }: RiskFacts, places: PlaceWriter): Risk[] {
  const hot = new Set(hotSpots.slice(0, MOST_OF_A_KIND).flatMap(({ measure }) => measure.worst[0] ?? []));
  return [...measures].flatMap(([path, { worst }]) =>
    worst
      .filter((one) => complexityOf(one) > LIMITS.complexity * 2 && !hot.has(one))
      .map(
        (one): Risk => ({
          severity: complexityOf(one) >= LIMITS.complexity * 4 ? 'medium' : 'low',
          kind: 'function',
          title: `Complex function ${code(one.name ?? 'without a name')}`,
          text: `${functionAt(path, one, places)}: more than ${LIMITS.complexity} is hard to follow and to test.`,
          weight: complexityOf(one),
        }),
      ),
  );
}

function sizeRisks({ facts }: RiskFacts, places: PlaceWriter): Risk[] {
  return facts.modules
    .filter(({ lines }) => lines > LIMITS.fileLines)
    .map(
      ({ path, lines, publicNames }): Risk => ({
        severity: lines > LIMITS.fileLines * 2 ? 'medium' : 'low',
        kind: 'size',
        title: `Large file ${code(path)}`,
        text: `${places.at('large file', path, 1, lines)} has ${grouped(lines)} lines and ${counted(publicNames, 'public name')}.`,
        weight: lines,
      }),
    );
}

function parseRisks({ facts }: RiskFacts, places: PlaceWriter): Risk[] {
  return facts.problems.map(
    ({ path, line, message }): Risk => ({
      severity: 'low',
      kind: 'unparsed',
      title: `${code(path)} does not parse as a whole`,
      text: `${places.at('parse problem', path, line)}: ${code(message)}. What is told of this file may lack a part.`,
      weight: 1,
    }),
  );
}

/** The larger of the two measures. */
export function complexityOf({ cyclomatic, cognitive }: MeasuredFunction): number {
  return Math.max(cyclomatic, cognitive ?? 0);
}

/** A function with its place and measures. */
export function functionAt(path: string, one: MeasuredFunction, places: PlaceWriter): string {
  const name = one.name === null ? 'a function without a name' : code(one.name);
  const cognitive = one.cognitive === null ? '' : `, cognitive ${one.cognitive}`;
  return `${name} in ${places.at(`function ${one.name ?? ''}`.trim(), path, one.line, one.endLine)} (cyclomatic ${one.cyclomatic}${cognitive})`;
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
