import { subjectOf } from './dispatch.ts';
import { type Flow, type FunctionUnit, onceRecursive } from './flow.ts';
import { fieldOf, type PythonNode, partOf } from './python-nodes.ts';

const COMPREHENSIONS = new Set([
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

/** What steers a Python program. */
export function pythonFlow(text: string, root: PythonNode): Flow[] {
  return new PythonReader(text).read(root, false, null);
}

class PythonReader {
  readonly #text: string;
  /** Of the function that is read. */
  #statements = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(node: PythonNode, inClass: boolean, within: string | null): Flow[] {
    if (node.type.endsWith('_statement')) this.#statements += 1;
    switch (node.type) {
      case 'if_statement':
        return [this.#withChain(node, 'if', within)];
      case 'for_statement':
      case 'while_statement':
        return [this.#withChain(node, 'loop', within)];
      case 'except_clause':
      case 'except_group_clause':
        return [{ kind: 'catch', children: this.#parts(node, false, within) }];
      case 'match_statement':
        return [{ kind: 'switch', children: this.#parts(node, false, within), subject: 'match' }];
      case 'case_clause': {
        const children = this.#parts(node, false, within);
        return this.#isWildcard(node) ? children : [{ kind: 'case', children }];
      }
      case 'conditional_expression':
        return [{ kind: 'choice', children: this.#parts(node, false, within) }];
      case 'boolean_operator':
        return [this.#logic(node, within)];
      case 'call':
        return this.#call(node, within);
      case 'lambda':
        return [this.#lambda(node)];
      case 'function_definition':
        return [this.#function(node, inClass)];
      case 'class_definition':
        return this.#parts(node, true, null);
      case 'block':
        return this.#parts(node, inClass, within);
      case 'decorated_definition':
        return this.#decorated(node, inClass, within);
      default:
        return COMPREHENSIONS.has(node.type) ? this.#comprehension(node, within) : this.#parts(node, false, within);
    }
  }

  #parts(node: PythonNode, inClass: boolean, within: string | null): Flow[] {
    const found: Flow[] = [];
    for (const child of node.children) for (const flow of this.read(child, inClass, within)) found.push(flow);
    return found;
  }

  /** What a command line or a test runner calls gets its parameters by name, one for each decorator. */
  #decorated(node: PythonNode, inClass: boolean, within: string | null): Flow[] {
    const byName = node.children.some((child) => {
      const head = child.type === 'decorator' ? this.#slice(child).split('(')[0] : undefined;
      return head !== undefined && /\b(?:option|argument|command|group|fixture|parametrize|patch)$/.test(head.trim());
    });
    return this.#parts(node, inClass, within).map((flow) =>
      byName && flow.unit !== undefined ? { ...flow, unit: { ...flow.unit, parameters: 0 } } : flow,
    );
  }

  #withChain(node: PythonNode, kind: 'if' | 'loop', within: string | null): Flow {
    const children: Flow[] = [];
    const chain: Flow[] = [];
    for (const child of node.children) {
      if (child.type === 'elif_clause') {
        const parts = this.#parts(child, false, within);
        chain.push({ kind: 'elif', children: parts, subject: this.#subjectOf(child) });
      } else if (child.type === 'else_clause')
        chain.push({ kind: 'else', children: this.#parts(child, false, within) });
      else children.push(...this.read(child, false, within));
    }
    return { kind, children, chain, subject: kind === 'if' ? this.#subjectOf(node) : null };
  }

  #subjectOf(node: PythonNode): string | null {
    const condition = fieldOf(node, 'condition');
    return condition === null ? null : subjectOf(this.#slice(condition));
  }

  #logic(node: PythonNode, within: string | null): Flow {
    const operators: string[] = [];
    const children: Flow[] = [];
    const take = (one: PythonNode): void => {
      if (one.type !== 'boolean_operator') {
        children.push(...this.read(one, false, within));
        return;
      }
      for (const part of one.children) {
        if (part.field === 'operator') operators.push(part.type);
        else take(part);
      }
    };
    take(node);
    const runs = operators.filter((operator, at) => operator !== operators[at - 1]).length;
    return { kind: 'logic', children, operators: operators.length, runs };
  }

  #comprehension(node: PythonNode, within: string | null): Flow[] {
    return node.children.flatMap((child): Flow[] => {
      const inner = this.read(child, false, within);
      const guards = child.type === 'for_in_clause' || child.type === 'if_clause';
      return guards ? [{ kind: 'guard', children: inner }] : inner;
    });
  }

  #call(node: PythonNode, within: string | null): Flow[] {
    const parts = this.#parts(node, false, within);
    const callee = fieldOf(node, 'function');
    if (within !== null && callee?.type === 'identifier' && this.#slice(callee) === within) {
      parts.push({ kind: 'recursion', children: [] });
    }
    return parts;
  }

  #lambda(node: PythonNode): Flow {
    return this.#unit(node, {
      name: null,
      parameters: 0,
      isMember: false,
      isNamed: false,
      isExpression: true,
    });
  }

  #function(node: PythonNode, isMember: boolean): Flow {
    const named = fieldOf(node, 'name');
    const parameters = fieldOf(node, 'parameters')?.children ?? [];
    const names = this.#givenByPlace(parameters);
    const first = names[0];
    const bound = isMember && (first === 'self' || first === 'cls' || first === 'mcs') ? 1 : 0;
    const name = named === null ? null : this.#slice(named);
    const isOverriding = isMember && name !== null && this.#isOverriding(node, name);
    return this.#unit(node, {
      name,
      parameters: isOverriding ? 0 : names.length - bound,
      isMember,
      isNamed: true,
      isExpression: false,
    });
  }

  /** What a class inherits decides the parameters of what stands in its place, but for those of its constructor. */
  #isOverriding(node: PythonNode, name: string): boolean {
    return !/^__(?:init|new)__$/.test(name) && this.#slice(node).includes(`super().${name}(`);
  }

  #unit(
    node: PythonNode,
    unit: Pick<FunctionUnit, 'name' | 'parameters' | 'isMember' | 'isNamed' | 'isExpression'>,
  ): Flow {
    // A method calls itself through its object; a name alone means another function.
    const within = unit.isMember ? null : unit.name;
    const { line, column, endLine } = node;
    const around = this.#statements;
    this.#statements = 0;
    const body = onceRecursive(this.#parts(node, false, within));
    const statements = this.#statements;
    this.#statements = around;
    return { kind: 'function', children: [], unit: { ...unit, line, column, endLine, statements, body } };
  }

  /** Names of the parameters before `*`: those after it are given by name, which tells them apart. */
  #givenByPlace(parameters: readonly PythonNode[]): string[] {
    const names: string[] = [];
    for (const parameter of parameters) {
      if (parameter.type === 'list_splat_pattern' || parameter.type === 'keyword_separator') break;
      if (parameter.type === 'dictionary_splat_pattern' || parameter.type === 'positional_separator') continue;
      const name = parameter.type === 'identifier' ? parameter : (fieldOf(parameter, 'name') ?? parameter.children[0]);
      if (name === undefined || name.type === 'list_splat_pattern') break;
      if (name.type === 'dictionary_splat_pattern') continue;
      names.push(this.#slice(name));
    }
    return names;
  }

  #isWildcard(node: PythonNode): boolean {
    const pattern = partOf(node, 'case_pattern');
    return pattern !== null && this.#slice(pattern) === '_' && partOf(node, 'if_clause') === null;
  }

  #slice(node: PythonNode): string {
    return this.#text.slice(node.start, node.end);
  }
}
