import { z } from 'zod';
import { severities } from '../findings.ts';

/** What a rule of this analyser says of a place of a file, before it is known which file that is. */
export const ruleHit = z.object({
  rule: z.string(),
  severity: z.enum(severities),
  line: z.int(),
  column: z.int().nullable(),
  endLine: z.int().nullable(),
  message: z.string(),
  suggestion: z.string().nullable(),
  subject: z.string(),
});
export type RuleHit = z.infer<typeof ruleHit>;
