import { z } from 'zod';
import { ruleHit } from './rule-hit.ts';

/** A name that is kept to its file or its package, and stands in its own file only where it is declared. */
const loneName = z.object({ name: z.string(), kind: z.string(), line: z.int(), column: z.int().nullable() });
export type LoneName = z.infer<typeof loneName>;

/** What this analyser's own reading of one file gives: the same for the same text under the same name. */
export const fileFacts = z.object({
  /** Lines that hold more than comments and white space. */
  codeLines: z.int(),
  /** Of every function: cyclomatic complexity, and cognitive complexity or -1 where it counts to another one. */
  functions: z.array(z.tuple([z.int(), z.int()])),
  publicSymbols: z.int(),
  documentedSymbols: z.int(),
  /** What is wrong in any file. */
  hits: z.array(ruleHit),
  /** What is too large or too complex, which is not asked of tests. */
  sizes: z.array(ruleHit),
  /** Private names of a Python file that it does not use itself. */
  privates: z.array(loneName),
  /** Names a JavaScript or TypeScript file exports and does not use itself. */
  exported: z.array(loneName),
  /** Names at the top of a script that is no module, which other scripts of a page share; null for a module. */
  shared: z.array(z.string()).nullable(),
  /** Names that it declares for all files of the tree: in `declare global`, or for want of any import. */
  globals: z.array(z.string()),
  /**
   * Each identifier that the file mentions, once, with a blank between them: in Python those that begin with `_`. They
   * are many, and one text is handed from thread to thread and kept faster than a list.
   */
  mentions: z.string(),
  /** Why the text could not be read as its language; what is above is of the part that could. */
  problem: z.string().nullable(),
});
export type FileFacts = z.infer<typeof fileFacts>;

/** One thing that a linter says of a file. */
export const lintHit = z.object({
  code: z.string(),
  message: z.string(),
  help: z.string().nullable(),
  line: z.int(),
  column: z.int(),
  endLine: z.int(),
  /** There where what the rule warns of cannot come of it: it is told as something superfluous. */
  isHarmless: z.literal(true).optional(),
});
export type LintHit = z.infer<typeof lintHit>;

/** What a linter says of a file. */
export const lintResult = z.object({ hits: z.array(lintHit), problem: z.string().nullable() });
export type LintResult = z.infer<typeof lintResult>;
