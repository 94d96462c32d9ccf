import type { Node } from 'web-tree-sitter';
import type { ParsedLanguage } from '../../code/languages.ts';
import { endLineOf, type Grammar, lineOf, withSyntaxTree } from '../../code/syntax-tree.ts';

/** Languages whose functions are measured by counting branches in their syntax trees. */
type CountedLanguage = Exclude<ParsedLanguage, 'python' | 'typescript' | 'javascript'>;

interface Shape {
  readonly grammar: Grammar;
  readonly functions: readonly string[];
  /** Nodes that are one decision each. */
  readonly decisions: readonly string[];
}

const LOGIC = /^(?:&&|\|\||and|or|\?\?)$/;

const SHAPES: Readonly<Record<CountedLanguage, Shape>> = {
  go: shape(
    'go',
    'function_declaration method_declaration',
    'if_statement for_statement expression_case type_case communication_case',
  ),
  java: shape(
    'java',
    'method_declaration constructor_declaration',
    'if_statement for_statement enhanced_for_statement while_statement do_statement catch_clause ternary_expression switch_label',
  ),
  rust: shape('rust', 'function_item', 'if_expression while_expression for_expression loop_expression match_arm'),
  c: shape(
    'c',
    'function_definition',
    'if_statement for_statement while_statement do_statement case_statement conditional_expression',
  ),
  cpp: shape(
    'cpp',
    'function_definition',
    'if_statement for_statement for_range_loop while_statement do_statement case_statement conditional_expression catch_clause',
  ),
  csharp: shape(
    'c_sharp',
    'method_declaration constructor_declaration local_function_statement',
    'if_statement for_statement for_each_statement foreach_statement while_statement do_statement catch_clause conditional_expression switch_section switch_expression_arm',
  ),
  ruby: shape(
    'ruby',
    'method singleton_method',
    'if unless elsif while until for when rescue conditional if_modifier unless_modifier while_modifier until_modifier',
  ),
  php: shape(
    'php',
    'function_definition method_declaration',
    'if_statement else_if_clause for_statement foreach_statement while_statement do_statement case_statement catch_clause conditional_expression match_conditional_expression',
  ),
};

function shape(grammar: Grammar, functions: string, decisions: string): Shape {
  return { grammar, functions: functions.split(' '), decisions: decisions.split(' ') };
}

/** A function and its cyclomatic complexity. */
export interface BranchCount {
  readonly name: string | null;
  readonly line: number;
  readonly endLine: number;
  readonly cyclomatic: number;
}

/**
 * Cyclomatic complexity of each named function of a text: one more than its decisions (T. J. McCabe, “A Complexity
 * Measure”, IEEE Transactions on Software Engineering SE-2(4), 1976), conditions of `and` and `or` counted each, and
 * those of nameless functions in it along.
 */
export async function countBranches(language: CountedLanguage, text: string): Promise<BranchCount[]> {
  const { grammar, functions, decisions } = SHAPES[language];
  return withSyntaxTree(grammar, text, (root) =>
    root
      .descendantsOfType([...functions])
      .filter((node) => node !== null)
      .map((node) => {
        const logic = node
          .descendantsOfType(['binary_expression', 'binary'])
          .filter((one) => one !== null && isLogic(one));
        const branches = node
          .descendantsOfType([...decisions])
          // Keywords are nodes too, and what is left over decides nothing.
          .filter((one) => one?.isNamed === true && one.firstChild?.type !== 'default');
        const name = node.childForFieldName('name') ?? nameIn(node.childForFieldName('declarator'));
        return {
          name: name?.text ?? null,
          line: lineOf(node),
          endLine: endLineOf(node),
          cyclomatic: 1 + branches.length + logic.length,
        };
      }),
  );
}

function isLogic(node: Node): boolean {
  return LOGIC.test(node.childForFieldName('operator')?.type ?? '');
}

/** The name of a function of C stands in its declarator, behind pointers. */
function nameIn(declarator: Node | null): Node | null {
  const inner = declarator?.childForFieldName('declarator') ?? null;
  return inner === null ? declarator : nameIn(inner);
}
