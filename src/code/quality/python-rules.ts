import { fieldOf, type PythonNode, partOf } from './python-nodes.ts';
import type { RuleHit } from './rule-hit.ts';

/** Operators whose two sides being the same decides the result; `+`, `*` and `@` do not. */
const DECIDED = new Set(['-', '/', '//', '%', '&', '|', '^', 'and', 'or']);
const LITERALS = new Set(['true', 'false', 'none', 'integer', 'float']);
const LONGEST_SUBJECT = 80;

/** Looks at a Python tree for what the linter does not see. */
export function pythonHits(text: string, root: PythonNode): RuleHit[] {
  const hits: RuleHit[] = [];
  const rules = new PythonRules(text, hits);
  const waiting: PythonNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    rules.look(node);
    for (const child of node.children) waiting.push(child);
  }
  return hits.sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
}

type Said = Pick<RuleHit, 'rule' | 'severity' | 'message' | 'suggestion'>;

class PythonRules {
  readonly #text: string;
  readonly #hits: RuleHit[];

  constructor(text: string, hits: RuleHit[]) {
    this.#text = text;
    this.#hits = hits;
  }

  look(node: PythonNode): void {
    switch (node.type) {
      case 'module':
      case 'block':
        this.#unreachable(node);
        break;
      case 'if_statement':
        this.#constant(node);
        this.#branches(node);
        break;
      case 'while_statement':
        if (!this.#isEndless(node)) this.#constant(node);
        this.#once(node);
        break;
      case 'binary_operator':
      case 'boolean_operator':
        this.#operands(node);
        break;
      default:
    }
  }

  #unreachable(block: PythonNode): void {
    const at = block.children.findIndex((statement) => this.#ends(statement));
    const end = block.children[at];
    const next = block.children[at + 1];
    if (at < 0 || end === undefined || next === undefined) return;
    // A function is made a generator by a yield that is never reached.
    if (/\byield\b/.test(this.#slice(next))) return;
    const isLoop = end.type === 'while_statement';
    // Behind a loop that nothing leaves, an error says that nobody should ever come there.
    if (isLoop && /^(?:raise|assert)_statement$/.test(next.type)) return;
    const last = block.children.at(-1) ?? next;
    this.#hit(
      { ...next, endLine: last.endLine },
      {
        rule: 'unreachable-code',
        severity: 'high',
        message: isLoop
          ? `This never runs: the loop of line ${end.line} never ends.`
          : `This never runs: line ${end.endLine} leaves the block before it.`,
        suggestion: 'Remove it, or move it before the statement that leaves.',
      },
    );
  }

  /** Whether what stands after a statement in the same block is never reached. */
  #ends(node: PythonNode): boolean {
    switch (node.type) {
      case 'return_statement':
      case 'raise_statement':
      case 'break_statement':
      case 'continue_statement':
        return true;
      case 'if_statement': {
        const otherwise = partOf(node, 'else_clause');
        if (otherwise === null) return false;
        const branches = node.children.flatMap((child) =>
          child.type === 'elif_clause' ? (fieldOf(child, 'consequence') ?? []) : [],
        );
        const all = [fieldOf(node, 'consequence'), ...branches, fieldOf(otherwise, 'body')];
        return all.every((block) => block !== null && this.#blockEnds(block));
      }
      case 'while_statement':
        return this.#isEndless(node) && !hasBreak(fieldOf(node, 'body'));
      default:
        return false;
    }
  }

  #blockEnds(block: PythonNode): boolean {
    return block.children.some((statement) => this.#ends(statement));
  }

  #isEndless(loop: PythonNode): boolean {
    const condition = fieldOf(loop, 'condition');
    return condition !== null && (condition.type === 'true' || this.#slice(condition) === '1');
  }

  #once(loop: PythonNode): void {
    const body = fieldOf(loop, 'body');
    const last = body?.children.at(-1);
    if (body === null || last === undefined || !/^(?:return|raise|break)_statement$/.test(last.type)) return;
    if (/\bcontinue\b/.test(this.#slice(body))) return;
    this.#hit(loop, {
      rule: 'loop-runs-once',
      severity: 'medium',
      message: `This loop never comes to a second turn: line ${last.line} leaves it at the end of the first.`,
      suggestion: 'Leave under a condition, or write it without a loop.',
    });
  }

  #constant(node: PythonNode): void {
    const condition = fieldOf(node, 'condition');
    if (condition === null || !LITERALS.has(condition.type)) return;
    const written = this.#slice(condition);
    const holds = !(condition.type === 'false' || condition.type === 'none' || Number(written) === 0);
    const body = fieldOf(node, 'consequence');
    // It makes a generator of the function around it.
    if (!holds && body !== null && /^yield\b/.test(this.#slice(body).trimStart())) return;
    this.#hit(condition, {
      rule: 'constant-condition',
      // A literal was written there on purpose: to keep a block together, or to leave one out for now.
      severity: 'low',
      message: `The condition \`${written}\` ${holds ? 'always' : 'never'} holds.`,
      suggestion: 'Remove the condition, or write what it should ask.',
    });
  }

  #branches(node: PythonNode): void {
    const chain = node.children.filter((child) => child.type === 'elif_clause');
    const seen = new Set<string>();
    for (const one of [node, ...chain]) {
      const condition = fieldOf(one, 'condition');
      if (condition === null) continue;
      const written = squeezed(this.#slice(condition));
      // Calls may answer differently each time.
      if (seen.has(written) && !written.includes('(') && !written.includes(':=')) {
        this.#hit(condition, {
          rule: 'duplicate-condition',
          severity: 'high',
          message: `\`${written.slice(0, LONGEST_SUBJECT)}\` was asked before in this chain, so this branch never runs.`,
          suggestion: 'Ask for what was meant here, or remove the branch.',
        });
      }
      seen.add(written);
    }
    const otherwise = partOf(node, 'else_clause');
    const blocks = [node, ...chain].map((one) => fieldOf(one, 'consequence'));
    const last = otherwise === null ? null : fieldOf(otherwise, 'body');
    if (last === null || last.children.every(({ type }) => type === 'pass_statement')) return;
    const text = squeezed(this.#slice(last));
    if (blocks.every((block) => block !== null && squeezed(this.#slice(block)) === text)) {
      this.#hit(node, {
        rule: 'identical-branches',
        severity: 'medium',
        message: 'All branches do the same, so the condition decides nothing.',
        suggestion: 'Drop the condition, or write what the other branch should do.',
      });
    }
  }

  #operands(node: PythonNode): void {
    const [left, operator, right] = [fieldOf(node, 'left'), fieldOf(node, 'operator'), fieldOf(node, 'right')];
    if (left === null || operator === null || right === null || !DECIDED.has(operator.type)) return;
    if (LITERALS.has(left.type) || left.type === 'call' || left.type === 'await') return;
    if (squeezed(this.#slice(left)) !== squeezed(this.#slice(right))) return;
    this.#hit(node, {
      rule: 'identical-operands',
      severity: 'medium',
      message: `Both sides of \`${operator.type}\` are the same.`,
      suggestion: 'Compare or combine with what was meant on the other side.',
    });
  }

  #hit(node: PythonNode, said: Said): void {
    const subject = squeezed(this.#slice(node)).slice(0, LONGEST_SUBJECT);
    this.#hits.push({ ...said, line: node.line, column: node.column, endLine: node.endLine, subject });
  }

  #slice(node: PythonNode): string {
    return this.#text.slice(node.start, node.end);
  }
}

/** Whether a loop's body leaves that loop; loops and functions inside have their own. */
function hasBreak(node: PythonNode | null): boolean {
  if (node === null) return false;
  if (node.type === 'break_statement') return true;
  if (node.type === 'function_definition' || node.type === 'class_definition') return false;
  return node.children.some((child) => {
    if (child.type !== 'for_statement' && child.type !== 'while_statement') return hasBreak(child);
    const otherwise = partOf(child, 'else_clause');
    return otherwise !== null && hasBreak(otherwise);
  });
}

/** The text with its lines joined. What stands between words of one line may be within a string: it stays. */
function squeezed(text: string): string {
  return text.replace(/[ \t]*\r?\n\s*/g, ' ');
}
