import { z } from 'zod';
import { type Severity, severities } from '../../code/findings.ts';

/** How much a finding weighs in the score. */
export const severityWeights: Record<Severity, number> = { high: 10, medium: 3, low: 1 };

const counts = z.record(z.enum(severities), z.int().min(0));
/** How many findings there are of each severity. */
export type SeverityCounts = z.infer<typeof counts>;

/** What was counted. Null where it was not asked for or could not be measured: then it does not enter the score. */
export interface Measured {
  /** Lines of the files that were analysed. */
  readonly lines: number;
  readonly quality: SeverityCounts | null;
  readonly security: SeverityCounts | null;
  readonly types: SeverityCounts | null;
  /** Of functions and methods, how many are too complex. */
  readonly complexity: { readonly part: number; readonly of: number } | null;
  /** Of lines, how many stand in blocks that are there more than once. */
  readonly duplication: { readonly part: number; readonly of: number } | null;
  /** Of public symbols, how many say nothing of themselves. */
  readonly documentation: { readonly part: number; readonly of: number } | null;
}

/**
 * What enters the score, each as a density, so that trees of any size compare: findings by 1000 lines, everything
 * else as a share from 0 to 1. `weight` is what it costs at worst; `half` the density at which it costs half of that.
 */
export const scoreParts = {
  quality: { weight: 3, half: 30 },
  security: { weight: 3, half: 10 },
  types: { weight: 1.5, half: 20 },
  complexity: { weight: 1.5, half: 0.15 },
  duplication: { weight: 0.5, half: 0.1 },
  documentation: { weight: 0.5, half: 0.5 },
} as const;
export type ScorePart = keyof typeof scoreParts;

const partNames = ['quality', 'security', 'types', 'complexity', 'duplication', 'documentation'] as const;

/** How a score came about. */
export const score = z.object({
  /** 0 to 10, one decimal; higher is better. */
  value: z.number(),
  lines: z.int(),
  parts: z.array(
    z.object({
      name: z.enum(partNames),
      /** Weighted findings by 1000 lines, or a share from 0 to 1; four decimals. */
      density: z.number(),
      weight: z.number(),
      half: z.number(),
      /** Points it takes away from 10, two decimals. */
      cost: z.number(),
    }),
  ),
});
export type Score = z.infer<typeof score>;

/** The formula, as it is told beside every score. */
export const scoreFormula =
  '10 × (1 − Σ weight × density ÷ (density + half) ÷ Σ weight) over the parts that were measured; findings count ' +
  'high 10, medium 3, low 1 by 1000 lines, the other densities are shares from 0 to 1';

/**
 * The score of a tree: 10 × (1 − Σ wᵢ·dᵢ/(dᵢ + hᵢ) ÷ Σ wᵢ) over the parts that were measured. Each term grows with its
 * density and never passes its weight, so one more finding never raises the score, and twice the same tree has the
 * score of the tree. Null without quality findings or without a line that was analysed.
 */
export function scoreOf(measured: Measured): Score | null {
  if (measured.quality === null || measured.lines === 0) return null;
  const found = partNames.flatMap((name) => {
    const density = densityOf(measured, name);
    return density === null ? [] : [{ name, density, ...scoreParts[name] }];
  });
  const total = found.reduce((sum, { weight }) => sum + weight, 0);
  const parts = found.map((part) => ({
    ...part,
    cost: (10 * part.weight * part.density) / (part.density + part.half) / total,
  }));
  const cost = parts.reduce((sum, part) => sum + part.cost, 0);
  return {
    value: rounded(Math.max(0, 10 - cost), 1),
    lines: measured.lines,
    parts: parts.map((part) => ({ ...part, density: rounded(part.density, 4), cost: rounded(part.cost, 2) })),
  };
}

function densityOf(measured: Measured, name: ScorePart): number | null {
  if (name === 'quality' || name === 'security' || name === 'types') {
    const found = measured[name];
    if (found === null) return null;
    const weighted = severities.reduce((sum, severity) => sum + severityWeights[severity] * found[severity], 0);
    return (weighted * 1000) / measured.lines;
  }
  const share = measured[name];
  return share === null || share.of === 0 ? null : share.part / share.of;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
