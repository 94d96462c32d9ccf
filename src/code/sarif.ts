import type { Finding, Severity } from './findings.ts';

/** What made the findings. */
export interface SarifTool {
  readonly name: string;
  readonly version: string;
  /** Where to read about it; absent where there is nowhere. */
  readonly informationUri?: string;
  /** The engines it used, each by the name its authors gave it. */
  readonly engines: readonly { readonly engine: string; readonly version: string }[];
}

/** A finding as it stands in a report. */
export interface SarifFinding extends Finding {
  /** How it stands to the run before; absent where there was none. */
  readonly state?: 'added' | 'unchanged' | 'fixed';
  /** Why it is not to be counted, where somebody has said so in the code. */
  readonly suppression?: { readonly justification: string | null };
}

/** Where the code was taken from. */
export interface SarifOrigin {
  readonly repositoryUri: string;
  readonly commit: string | null;
}

export interface SarifOptions {
  readonly tool: SarifTool;
  readonly findings: readonly SarifFinding[];
  readonly origin?: SarifOrigin;
  /** Things that were not looked at, one sentence each, with the file where it is about one. */
  readonly gaps?: readonly { readonly file: string | null; readonly engine: string; readonly reason: string }[];
}

const levels: Record<Severity, 'error' | 'warning' | 'note'> = { high: 'error', medium: 'warning', low: 'note' };
/** How GitHub ranks a weakness: from 7 on high, from 4 on medium. */
const securitySeverities: Record<Severity, string> = { high: '8.0', medium: '5.0', low: '2.0' };
const baseline = { added: 'new', unchanged: 'unchanged', fixed: 'absent' } as const;

/**
 * A report in SARIF 2.1.0 (OASIS Standard, 27 March 2020, with errata 01), as text. One run; a rule is called
 * `engine/rule`, for two engines may use one word. The same findings give the same text.
 */
export function writeSarif(options: SarifOptions): string {
  const { tool, findings, origin, gaps = [] } = options;
  const rules = rulesOf(findings);
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const run = {
    tool: {
      driver: {
        name: tool.name,
        version: tool.version,
        semanticVersion: tool.version,
        ...(tool.informationUri !== undefined && { informationUri: tool.informationUri }),
        rules,
      },
      extensions: enginesOnce(tool.engines),
    },
    columnKind: 'utf16CodeUnits',
    ...(origin !== undefined && {
      versionControlProvenance: [
        { repositoryUri: origin.repositoryUri, ...(origin.commit !== null && { revisionId: origin.commit }) },
      ],
    }),
    originalUriBaseIds: { SRCROOT: { description: { text: 'The root of the tree that was looked at.' } } },
    invocations: [{ executionSuccessful: true, toolExecutionNotifications: gaps.map(notification) }],
    results: findings.map((finding) => resultOf(finding, indexes.get(ruleId(finding)) ?? -1)),
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** An engine may have taken part in several ways; a list of extensions names each once. */
function enginesOnce(engines: SarifTool['engines']): { name: string; version: string }[] {
  const once = new Map(engines.map(({ engine, version }) => [`${engine}\0${version}`, { name: engine, version }]));
  return [...once.values()];
}

function ruleId({ engine, rule }: Pick<Finding, 'engine' | 'rule'>): string {
  return `${engine}/${rule}`;
}

/** The rules of the findings, each once, by id; what they say is what their first finding says. */
function rulesOf(findings: readonly SarifFinding[]) {
  const byId = new Map<string, SarifFinding[]>();
  for (const finding of findings) {
    const id = ruleId(finding);
    const present = byId.get(id);
    if (present === undefined) byId.set(id, [finding]);
    else present.push(finding);
  }
  return [...byId]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, [first, ...others]]) => {
      if (first === undefined) throw new Error(`the rule ${id} without findings`);
      const severity = worstOf([first, ...others]);
      return {
        id,
        name: first.rule,
        shortDescription: { text: `${first.rule} (${first.engine})` },
        fullDescription: { text: first.message },
        help: { text: first.suggestion ?? first.message },
        defaultConfiguration: { level: levels[severity] },
        properties: {
          tags: [first.engine, ...(first.cwe === null ? [] : ['security', weaknessTag(first.cwe)])],
          ...(first.cwe !== null && { 'security-severity': securitySeverities[severity] }),
        },
      };
    });
}

function worstOf(findings: readonly SarifFinding[]): Severity {
  const present = new Set(findings.map(({ severity }) => severity));
  return present.has('high') ? 'high' : present.has('medium') ? 'medium' : 'low';
}

/** `CWE-89` as code scanning services spell it: `external/cwe/cwe-089`. */
function weaknessTag(cwe: string): string {
  return `external/cwe/cwe-${cwe.replace(/^CWE-/i, '').padStart(3, '0')}`;
}

function resultOf(finding: SarifFinding, ruleIndex: number) {
  const { severity, message, suggestion, fingerprint, state, suppression } = finding;
  return {
    ruleId: ruleId(finding),
    ruleIndex,
    level: levels[severity],
    message: { text: suggestion === null ? message : `${message} ${suggestion}` },
    locations: [{ physicalLocation: { artifactLocation: place(finding.file), region: region(finding) } }],
    partialFingerprints: { 'millwright/v1': fingerprint },
    ...(state !== undefined && { baselineState: baseline[state] }),
    ...(suppression !== undefined && {
      suppressions: [
        { kind: 'inSource', ...(suppression.justification !== null && { justification: suppression.justification }) },
      ],
    }),
  };
}

function region({ line, column, endLine }: Pick<Finding, 'line' | 'column' | 'endLine'>) {
  return {
    startLine: line,
    ...(column !== null && { startColumn: column }),
    ...(endLine !== null && endLine >= line && { endLine }),
  };
}

/** A path as a relative URI: each segment is escaped, the slashes stay. */
function place(path: string) {
  return { uri: path.split('/').map(escapeSegment).join('/'), uriBaseId: 'SRCROOT' };
}

/** Half a surrogate pair, which a file's name can hold, has no escape. */
function escapeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed());
}

function notification({ file, engine, reason }: { file: string | null; engine: string; reason: string }) {
  return {
    level: 'warning',
    message: { text: `${engine}: ${reason}` },
    ...(file !== null && { locations: [{ physicalLocation: { artifactLocation: place(file) } }] }),
  };
}
