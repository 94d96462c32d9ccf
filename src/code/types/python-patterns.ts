import { fieldOf, type PythonNode } from '../quality/python-nodes.ts';
import { assume, constantOf, type Reading, textOf } from './python-conditions.ts';
import { joined, type Way } from './python-ways.ts';

/** The ways into a case of a match statement, and those that go past it. */
export function matchCase(
  clause: PythonNode,
  subjects: readonly PythonNode[],
  ways: readonly Way[],
  reading: Reading,
): { into: Way[]; past: Way[] } {
  const patterns = clause.children.filter(({ type }) => type === 'case_pattern');
  const guard = fieldOf(clause, 'guard')?.children[0];
  const [subject, ...others] = subjects;
  const [pattern] = patterns;
  const constants = pattern === undefined || patterns.length > 1 ? null : constantsOf(pattern, reading);
  const isOpen = patterns.every((one) => isIrrefutable(one, reading));
  const binds = patterns.some((one) => captures(one, reading).includes(reading.name));
  let into = [...ways];
  let past = isOpen ? [] : [...ways];
  if (subject !== undefined && others.length === 0 && constants !== null) {
    const text = textOf(subject, reading);
    into = ways.flatMap((way) => constants.flatMap((one) => way.learn(text, { is: one }) ?? []));
    past = ways.flatMap((way) => withoutAll(way, text, constants, reading));
  }
  if (binds) into = into.map((way) => way.forget(reading.name).withBound(true));
  if (guard === undefined) return { into: joined(into), past: joined(past) };
  const unmet = into.flatMap((way) => assume(guard, false, way, reading));
  return { into: joined(into.flatMap((way) => assume(guard, true, way, reading))), past: joined(past, unmet) };
}

/** A way on which a value is none of the constants; none where these are all that there are. */
function withoutAll(way: Way, subject: string, constants: readonly string[], reading: Reading): Way[] {
  const next = way.learn(subject, { isNot: constants });
  if (next === null) return [];
  const { isNot } = next.of(subject);
  const enumeration = /(\w+)\.\w+$/.exec(constants[0] ?? '')?.[1];
  const members = enumeration === undefined ? null : reading.members(enumeration);
  if (members === null) return [next];
  return [...members].every((one) => isNot.some((each) => each.endsWith(`${enumeration}.${one}`))) ? [] : [next];
}

/** The constants that a pattern stands for; null where it stands for anything else. */
function constantsOf(pattern: PythonNode, reading: Reading): string[] | null {
  if (pattern.type === 'case_pattern' || pattern.type === 'union_pattern') {
    const parts = pattern.children.map((one) => constantsOf(one, reading));
    return parts.length === 0 || parts.includes(null) ? null : parts.flatMap((one) => one ?? []);
  }
  const constant = constantOf(pattern, reading);
  return constant === null || (pattern.type === 'dotted_name' && pattern.children.length < 2) ? null : [constant];
}

function isIrrefutable(pattern: PythonNode, reading: Reading): boolean {
  const [only, second] = pattern.children;
  if (only === undefined) return textOf(pattern, reading) === '_';
  return second === undefined && only.type === 'dotted_name' && only.children.length === 1;
}

/** Names that a pattern gives parts of the value to. */
function captures(pattern: PythonNode, reading: Reading): string[] {
  if (pattern.type === 'class_pattern') return pattern.children.slice(1).flatMap((one) => captures(one, reading));
  if (pattern.type === 'keyword_pattern') return pattern.children.slice(1).flatMap((one) => captures(one, reading));
  if (pattern.type === 'dotted_name') return pattern.children.length === 1 ? [textOf(pattern, reading)] : [];
  if (pattern.type === 'identifier') return [textOf(pattern, reading)];
  return pattern.children.flatMap((one) => captures(one, reading));
}
