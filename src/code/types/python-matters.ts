import { fieldOf, type PythonNode } from '../quality/python-nodes.ts';

/** What the conditions and assignments of a block speak of. */
interface Mentions {
  /** How many conditions speak of a name. */
  readonly asked: Map<string, number>;
  readonly assigned: Set<string>;
}

/**
 * Tells of an expression, by its text, whether what is known of it may decide anything in a block: two conditions speak
 * of one of its names, or one does and the name is given a value. To keep the rest would only multiply the ways.
 */
export function mattering(block: PythonNode, text: string): (subject: string) => boolean {
  const mentions: Mentions = { asked: new Map(), assigned: new Set() };
  collect(block, text, mentions);
  const names = new Set(
    [...mentions.asked].flatMap(([name, times]) => (times > 1 || mentions.assigned.has(name) ? [name] : [])),
  );
  const known = new Map<string, boolean>();
  return (subject) => {
    const told = known.get(subject) ?? wordsOf(subject).some((word) => names.has(word));
    known.set(subject, told);
    return told;
  };
}

function collect(node: PythonNode, text: string, mentions: Mentions): void {
  for (const condition of conditionsOf(node)) {
    for (const word of new Set(wordsOf(text.slice(condition.start, condition.end)))) {
      mentions.asked.set(word, (mentions.asked.get(word) ?? 0) + 1);
    }
  }
  const target =
    node.type === 'named_expression'
      ? fieldOf(node, 'name')
      : /^(?:assignment|augmented_assignment|for_statement)$/.test(node.type)
        ? fieldOf(node, 'left')
        : null;
  if (target !== null) {
    for (const word of wordsOf(text.slice(target.start, target.end))) mentions.assigned.add(word);
  }
  for (const child of node.children) collect(child, text, mentions);
}

function conditionsOf(node: PythonNode): readonly PythonNode[] {
  switch (node.type) {
    case 'if_statement':
    case 'elif_clause':
    case 'while_statement':
      return [fieldOf(node, 'condition')].flatMap((one) => one ?? []);
    case 'for_statement':
      return [fieldOf(node, 'right')].flatMap((one) => one ?? []);
    case 'match_statement':
      return node.children.filter(({ field }) => field === 'subject');
    case 'conditional_expression':
      return node.children.slice(1, 2);
    case 'boolean_operator':
      return node.children.filter(({ field }) => field === 'left');
    case 'assert_statement':
    case 'if_clause':
      return node.children.slice(0, 1);
    default:
      return [];
  }
}

function wordsOf(text: string): string[] {
  return (text.match(/[A-Za-z_]\w*/g) ?? []).filter((word) => !COMMON.has(word));
}

/** Words that tell nothing of what an expression is about. */
const COMMON = new Set('self cls not and or in is None True False len isinstance'.split(' '));
