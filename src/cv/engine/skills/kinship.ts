import { type Skill, vocabulary } from './vocabulary.ts';

/** A skill by its canonical name. */
export function readSkill(name: string): Skill | undefined {
  return vocabulary().get(name);
}

/** Whether two skills are of one kind: PostgreSQL and MySQL are both relational databases. */
export function sharesKind(one: string, other: string): boolean {
  const kinds = readSkill(one)?.parents ?? [];
  return (readSkill(other)?.parents ?? []).some((kind) => kinds.includes(kind));
}
