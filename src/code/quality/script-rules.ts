import type { MethodDefinition, Node, PropertyDefinition } from 'oxc-parser';
import type { LineIndex } from '../lines.ts';
import type { RuleHit } from './rule-hit.ts';
import { effectHits } from './script-effects.ts';

/** Operators whose two sides being the same decides the result; `+` and `*` double and square. */
const DECIDED = new Set(['-', '/', '%', '&', '|', '^', '&&', '||']);
const LONGEST_SUBJECT = 80;
/** Characters before a place in which the shift that it follows is looked for. */
const SHIFTED_BEFORE = 300;

/** A member that TypeScript keeps to its class. */
export interface PrivateMember {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** Looks at the nodes of a JavaScript or TypeScript file for what the linter does not see. */
export class ScriptRules {
  readonly hits: RuleHit[] = [];
  readonly privateMembers: PrivateMember[] = [];
  readonly #text: string;
  readonly #lines: LineIndex;

  constructor(text: string, lines: LineIndex) {
    this.#text = text;
    this.#lines = lines;
  }

  look(node: Node): void {
    for (const { at, rule, message, suggestion } of effectHits(this.#text, node)) {
      this.#hit(at, { rule, severity: 'medium', message, suggestion });
    }
    switch (node.type) {
      case 'IfStatement':
        if (node.alternate !== null) this.#sameBranches(node, node.consequent, node.alternate);
        break;
      case 'ConditionalExpression':
        this.#sameBranches(node, node.consequent, node.alternate);
        break;
      case 'BinaryExpression':
      case 'LogicalExpression':
        if (
          DECIDED.has(node.operator) &&
          this.#isSame(node.left, node.right) &&
          !isLiteral(node.left) &&
          !this.#cutsToInteger(node)
        ) {
          this.#hit(node, {
            rule: 'identical-operands',
            severity: 'medium',
            message: `Both sides of \`${node.operator}\` are the same.`,
            suggestion: 'Compare or combine with what was meant on the other side.',
          });
        }
        break;
      case 'ExpressionStatement':
        // A name or a member alone may be read for its effect.
        if (node.expression.type === 'BinaryExpression') {
          this.#hit(node, {
            rule: 'useless-expression',
            severity: 'medium',
            message: `The result of \`${node.expression.operator}\` is not used.`,
            suggestion: 'Assign it or ask for it in a condition, or remove it.',
          });
        }
        break;
      case 'ForStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.#once(node, node.body);
        break;
      case 'MethodDefinition':
      case 'PropertyDefinition':
        this.#member(node);
        break;
      default:
    }
  }

  #sameBranches(node: Node, one: Node, other: Node): void {
    if (other.type === 'IfStatement' || !this.#isSame(one, other)) return;
    if (one.type === 'BlockStatement' && one.body.length === 0) return;
    this.#hit(node, {
      rule: 'identical-branches',
      severity: 'medium',
      message: 'Both branches do the same, so the condition decides nothing.',
      suggestion: 'Drop the condition, or write what the other branch should do.',
    });
  }

  /** A number that was shifted is made an integer of 32 bits again, as hashes of texts do it. */
  #cutsToInteger({
    operator,
    left,
    start,
  }: Extract<Node, { type: 'BinaryExpression' | 'LogicalExpression' }>): boolean {
    if ((operator !== '&' && operator !== '|') || left.type !== 'Identifier') return false;
    const before = this.#text.slice(Math.max(0, start - SHIFTED_BEFORE), start);
    return (
      new RegExp(`(?<![\\w$.])${left.name.replaceAll('$', '\\$')}\\s*=\\s*\\(?$`).test(before) && before.includes('<<')
    );
  }

  #once(loop: Node, body: Node): void {
    const last = body.type === 'BlockStatement' ? body.body.at(-1) : undefined;
    const leaves =
      last?.type === 'ReturnStatement' ||
      last?.type === 'ThrowStatement' ||
      (last?.type === 'BreakStatement' && last.label === null);
    if (last === undefined || !leaves || /\bcontinue\b/.test(this.#text.slice(body.start, body.end))) return;
    this.#hit(loop, {
      rule: 'loop-runs-once',
      severity: 'medium',
      message: `This loop never comes to a second turn: line ${this.#lines.lineAt(last.start)} leaves it at the end of the first.`,
      suggestion: 'Leave under a condition, or write it without a loop.',
    });
  }

  #member(node: MethodDefinition | PropertyDefinition): void {
    if (node.accessibility !== 'private' || node.computed || node.key.type !== 'Identifier') return;
    // A brand makes two types differ, and nobody reads it.
    const isBrand = node.key.name.startsWith('__') || (node.type === 'PropertyDefinition' && node.declare);
    if (isBrand || node.decorators.length > 0 || node.key.name === 'constructor') return;
    const { line, column } = this.#place(node.key);
    this.privateMembers.push({ name: node.key.name, line, column });
  }

  /** Whether two parts of the text say the same, white space aside. */
  #isSame(one: Node, other: Node): boolean {
    const first = this.#text.slice(one.start, one.end);
    const second = this.#text.slice(other.start, other.end);
    return first === second || (one.type === other.type && squeezed(first) === squeezed(second));
  }

  #hit(node: Node, said: Pick<RuleHit, 'rule' | 'severity' | 'message' | 'suggestion'>): void {
    const subject = squeezed(this.#text.slice(node.start, node.end)).slice(0, LONGEST_SUBJECT);
    this.hits.push({ ...said, ...this.#place(node), endLine: this.#lines.lineAt(node.end - 1), subject });
  }

  #place({ start }: Node): { line: number; column: number } {
    return { line: this.#lines.lineAt(start), column: start - this.#text.lastIndexOf('\n', start - 1) };
  }
}

function isLiteral(node: Node): boolean {
  // Calls may answer differently each time.
  return node.type === 'Literal' || node.type === 'CallExpression' || node.type === 'UpdateExpression';
}

/** The text with its lines joined. What stands between words of one line may be within a string: it stays. */
function squeezed(text: string): string {
  return text.replace(/[ \t]*\r?\n\s*/g, ' ');
}
