import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SarifFinding, writeSarif } from '../src/code/sarif.ts';
import { sarifLog } from './sarif-log.ts';

const engines = [
  { engine: 'ruff', version: '0.1.0' },
  { engine: 'ruff', version: '0.1.0' },
  { engine: 'ruff', version: '0.2.0' },
];
const tool = { name: 'Millwright', version: '1.2.3', engines };

const sample: SarifFinding = {
  rule: 'S608',
  engine: 'ruff',
  severity: 'high',
  file: 'a b/ö#.py',
  line: 3,
  column: 5,
  endLine: 4,
  message: 'SQL is put together from text.',
  suggestion: 'Use parameters.',
  cwe: 'CWE-89',
  fingerprint: 'f1',
};

function written(findings: readonly SarifFinding[]) {
  const gaps = [
    { file: 'x y.py', engine: 'ruff', reason: 'r' },
    { file: null, engine: 'tsc', reason: 'r' },
  ];
  const origin = { repositoryUri: 'https://example.org/a/b', commit: '0123456789' };
  const [run] = sarifLog.parse(JSON.parse(writeSarif({ tool, findings, gaps, origin }))).runs;
  if (run === undefined) throw new Error('no run');
  return run;
}

describe('a SARIF report', () => {
  it('names rule, level, place, fingerprint, weakness, standing and suppression', () => {
    const fixed: SarifFinding = {
      ...sample,
      severity: 'low',
      rule: 'E501',
      cwe: null,
      fingerprint: 'f2',
      state: 'fixed',
    };
    const suppressed: SarifFinding = { ...sample, fingerprint: 'f3', suppression: { justification: 'a test' } };
    const { results, tool: used } = written([sample, fixed, suppressed]);
    expect(used.driver.rules).toMatchObject([
      { id: 'ruff/E501' },
      {
        id: 'ruff/S608',
        help: { text: 'Use parameters.' },
        properties: { tags: ['ruff', 'security', 'external/cwe/cwe-089'] },
      },
    ]);
    expect(results.map(({ ruleIndex, level }) => [ruleIndex, level])).toEqual([
      [1, 'error'],
      [0, 'note'],
      [1, 'error'],
    ]);
    expect(results[0]?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'a%20b/%C3%B6%23.py', uriBaseId: 'SRCROOT' },
      region: { startLine: 3, startColumn: 5, endLine: 4 },
    });
    expect(results[1]).toMatchObject({ baselineState: 'absent', partialFingerprints: { 'millwright/v1': 'f2' } });
    expect(results[2]).toMatchObject({ suppressions: [{ kind: 'inSource', justification: 'a test' }] });
  });

  it('names an engine once for each version, whatever it was used for', () => {
    expect(written([]).tool.extensions).toEqual([
      { name: 'ruff', version: '0.1.0' },
      { name: 'ruff', version: '0.2.0' },
    ]);
  });

  it('keeps the rules of the specification for any findings', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    const place = fc.integer({ min: 1, max: 1000 });
    const finding = fc.record({
      rule: text,
      engine: text,
      severity: fc.constantFrom('high', 'medium', 'low'),
      file: text.filter((path) => !path.startsWith('/') && !path.split('/').includes('..')),
      line: place,
      column: fc.option(place),
      endLine: fc.option(place),
      message: text,
      suggestion: fc.option(text),
      cwe: fc.option(fc.constantFrom('CWE-89', 'CWE-1')),
      fingerprint: fc.uuid(),
      state: fc.constantFrom('added', 'unchanged', 'fixed'),
    } as const);
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 20 }), (findings) => {
        expect(written(findings).results).toHaveLength(findings.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the rules of the specification', () => {
  /** A good log with one thing changed in its text. */
  const changed = (from: string, to: string) => {
    const text = writeSarif({ tool, findings: [sample, { ...sample, rule: 'S1', fingerprint: 'f2' }] });
    expect(text).toContain(from);
    return sarifLog.safeParse(JSON.parse(text.replace(from, to))).success;
  };

  it.each([
    ['a line before the first', '"startLine": 3', '"startLine": 0'],
    ['an end before the start', '"endLine": 4', '"endLine": 2'],
    ['a column before the first', '"startColumn": 5', '"startColumn": 0'],
    ['a level that is none', '"level": "error"', '"level": "fatal"'],
    ['a rule that is not there', '"ruleIndex": 1', '"ruleIndex": 2'],
    ['a rule that is another', '"ruleIndex": 1', '"ruleIndex": 0'],
    ['a blank in an address', 'a%20b', 'a b'],
    ['a letter that is not escaped', '%C3%B6', 'ö'],
    ['an address that leaves the root', 'a%20b/', '../'],
    ['an absolute address', 'a%20b/', '/'],
    ['a base that nothing explains', '"uriBaseId": "SRCROOT"', '"uriBaseId": "ROOT"'],
    ['a message without a word', '"text": "SQL is put together from text."', '"text": ""'],
    ['another version', '"version": "2.1.0"', '"version": "2.0.0"'],
    ['two results with one fingerprint', '"f2"', '"f1"'],
    ['a property that is none', '"columnKind"', '"columnKinds"'],
    ['no driver', '"driver"', '"drivers"'],
  ])('refuse %s', (_what, from, to) => {
    expect([changed('"columnKind"', '"columnKind"'), changed(from, to)]).toEqual([true, false]);
  });
});
