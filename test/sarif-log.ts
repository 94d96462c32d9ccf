import { z } from 'zod';

/**
 * What SARIF 2.1.0 asks of a log with one run and inline rules, as far as Millwright writes it; a property that is not
 * named here is refused. The numbers are those of the specification's sections.
 */

/** 3.10: percent-encoded, so that no character stands for itself that a URI may not hold (RFC 3986). */
const uriCharacters = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const absoluteUri = z
  .string()
  .regex(uriCharacters)
  .regex(/^[a-z][a-z0-9+.-]*:/i);
/** 3.4.4: beside a base a URI is relative, and has no segment that leaves it. */
const relativeUri = z
  .string()
  .regex(uriCharacters)
  .refine((uri) => !/^[a-z][a-z0-9+.-]*:|^\//i.test(uri), 'is absolute')
  .refine((uri) => !uri.split('/').includes('..'), 'leaves its base');
/** 3.11. */
const message = z.strictObject({ text: z.string().min(1) });
/** 3.27.10. */
const level = z.enum(['none', 'note', 'warning', 'error']);

/** 3.29 and 3.30: lines and columns count from 1, and the end is not before the start. */
const region = z
  .strictObject({
    startLine: z.int().min(1),
    startColumn: z.int().min(1).optional(),
    endLine: z.int().min(1).optional(),
  })
  .refine(({ startLine, endLine }) => endLine === undefined || endLine >= startLine, 'ends before it starts');
const artifactLocation = z.strictObject({ uri: relativeUri, uriBaseId: z.string().min(1) });
const location = z.strictObject({
  physicalLocation: z.strictObject({ artifactLocation, region: region.optional() }),
});

/** 3.49. */
const rule = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  shortDescription: message,
  fullDescription: message,
  help: message,
  defaultConfiguration: z.strictObject({ level }),
  properties: z.strictObject({
    tags: z.array(z.string().min(1)).refine(isSet, 'holds a tag twice'),
    'security-severity': z
      .string()
      .regex(/^(?:10\.0|\d\.\d)$/)
      .optional(),
  }),
});

/** 3.27. */
const result = z.strictObject({
  ruleId: z.string().min(1),
  ruleIndex: z.int().min(0),
  level,
  message,
  locations: z.array(location).length(1),
  partialFingerprints: z
    .record(z.string().min(1), z.string().min(1))
    .refine((prints) => Object.keys(prints).length > 0, 'is empty'),
  baselineState: z.enum(['new', 'unchanged', 'updated', 'absent']).optional(),
  suppressions: z
    .array(z.strictObject({ kind: z.enum(['inSource', 'external']), justification: z.string().optional() }))
    .optional(),
});

const run = z
  .strictObject({
    tool: z.strictObject({
      driver: z.strictObject({
        name: z.string().min(1),
        version: z.string().min(1),
        semanticVersion: z.string().regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/),
        informationUri: absoluteUri.optional(),
        rules: z.array(rule).refine((rules) => isSet(rules.map(({ id }) => id)), 'holds a rule twice'),
      }),
      extensions: z
        .array(z.strictObject({ name: z.string().min(1), version: z.string().min(1) }))
        .refine((all) => isSet(all.map((one) => JSON.stringify(one))), 'holds an extension twice'),
    }),
    columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
    versionControlProvenance: z
      .array(z.strictObject({ repositoryUri: absoluteUri, revisionId: z.string().min(1).optional() }))
      .optional(),
    originalUriBaseIds: z.record(z.string().min(1), z.strictObject({ description: message })),
    invocations: z.array(
      z.strictObject({
        executionSuccessful: z.boolean(),
        toolExecutionNotifications: z.array(
          z.strictObject({ level, message, locations: z.array(location).length(1).optional() }),
        ),
      }),
    ),
    results: z.array(result),
  })
  .superRefine(({ tool, results, invocations, originalUriBaseIds }, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    for (const { ruleId, ruleIndex } of results) {
      // 3.27.6: the index leads to the descriptor whose id is the ruleId.
      if (tool.driver.rules[ruleIndex]?.id !== ruleId) refuse(`ruleIndex ${ruleIndex} does not lead to ${ruleId}`);
    }
    const notified = invocations.flatMap((one) => one.toolExecutionNotifications);
    for (const { locations = [] } of [...results, ...notified]) {
      for (const { physicalLocation } of locations) {
        const { uriBaseId } = physicalLocation.artifactLocation;
        if (!(uriBaseId in originalUriBaseIds)) refuse(`nothing says what ${uriBaseId} is`);
      }
    }
    // 3.27.17: fingerprints are what tells two results apart.
    const prints = results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
    if (!isSet(prints)) refuse('two results have the same fingerprints');
  });

/** A log as Millwright writes it. */
export const sarifLog = z.strictObject({
  $schema: absoluteUri,
  version: z.literal('2.1.0'),
  runs: z.array(run).length(1),
});

function isSet(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
