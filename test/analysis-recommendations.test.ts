import { describe, expect, it } from 'vitest';
import { recommend } from '../src/analyses/engine/recommendations.ts';
import type { TypedFinding } from '../src/analyses/engine/typed-findings.ts';

/** A finding of a type checker, which says no more than its message. */
function said(line: number, message: string, rule = 'TS2304'): TypedFinding {
  return {
    type: 'TYPES',
    engine: 'tsc',
    rule,
    severity: 'high',
    file: 'src/a.ts',
    line,
    column: 1,
    endLine: null,
    message,
    suggestion: null,
    cwe: null,
    fingerprint: String(line),
  };
}

describe('A recommendation', () => {
  it('names what is wrong in one place', () => {
    expect(recommend([said(1, "Cannot find name 'Env'.")])).toEqual(["Cannot find name 'Env' (TS2304): src/a.ts:1"]);
  });

  it('of several places says only what holds in all of them', () => {
    expect(recommend([said(1, "Cannot find name 'Env'."), said(5, "Cannot find name 'Context'.")])).toEqual([
      "Cannot find name '…' (TS2304): src/a.ts:1, src/a.ts:5",
    ]);
    const alike = [1, 2, 3, 4].map((line) => said(line, `Property 'a${line}' does not exist on type 'A'.`, 'TS2339'));
    expect(recommend(alike)).toEqual([
      "Property '…' does not exist on type 'A' (TS2339): src/a.ts:1, src/a.ts:2, src/a.ts:3 and 1 more",
    ]);
    expect(
      recommend([said(1, 'Expected 1 arguments, but got 2.'), said(2, 'Expected 1 arguments, but got 0.')]),
    ).toEqual(['Expected 1 arguments, but got … (TS2304): src/a.ts:1, src/a.ts:2']);
    const copies = [
      said(1, 'Write what b.ts:7 and this have in common once.'),
      said(9, 'Write what c.ts:3 and this have in common once.'),
    ];
    expect(recommend(copies)).toEqual(['Write what … and this have in common once (TS2304): src/a.ts:1, src/a.ts:9']);
  });

  it('names what is wrong before what is large, however much there is of it', () => {
    const long = [1, 2, 3].map((line) => said(line, 'Divide it.', 'long-function'));
    const rules = recommend([...long, said(9, 'Both sides are the same.', 'identical-operands')]);
    expect(rules.map((one) => /\(([\w-]+)\)/.exec(one)?.[1])).toEqual(['identical-operands', 'long-function']);
  });

  it('of places with more than one thing says so', () => {
    expect(recommend([said(1, 'Expected 1 argument'), said(2, 'Argument missing for parameter "a"')])).toEqual([
      'Expected 1 argument, and others of the kind (TS2304): src/a.ts:1, src/a.ts:2',
    ]);
  });
});
