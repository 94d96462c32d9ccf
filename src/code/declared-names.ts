import { type Node, Query } from 'web-tree-sitter';
import { compareBytes } from './source-tree.ts';
import type { Grammar } from './syntax-tree.ts';

/** Python's names are gathered with its other facts, in one walk. */
type DeclaringGrammar = Exclude<Grammar, 'python'>;

/** Nodes whose `name` is what they declare. */
const NAMED: Readonly<Record<DeclaringGrammar, string>> = {
  c: 'preproc_def preproc_function_def struct_specifier enum_specifier union_specifier enumerator',
  cpp:
    'preproc_def preproc_function_def struct_specifier enum_specifier union_specifier enumerator class_specifier ' +
    'namespace_definition alias_declaration concept_definition',
  c_sharp:
    'class_declaration struct_declaration interface_declaration enum_declaration record_declaration ' +
    'record_struct_declaration method_declaration property_declaration enum_member_declaration delegate_declaration parameter',
  go:
    'function_declaration method_declaration type_spec type_alias const_spec var_spec field_declaration method_spec ' +
    'parameter_declaration variadic_parameter_declaration',
  java:
    'class_declaration interface_declaration enum_declaration record_declaration annotation_type_declaration ' +
    'method_declaration variable_declarator enum_constant formal_parameter annotation_type_element_declaration',
  php:
    'class_declaration interface_declaration trait_declaration enum_declaration method_declaration ' +
    'function_definition simple_parameter property_promotion_parameter enum_case',
  ruby: 'class module method singleton_method keyword_parameter optional_parameter',
  rust:
    'function_item function_signature_item struct_item enum_item union_item trait_item type_item const_item ' +
    'static_item mod_item macro_definition field_declaration enum_variant associated_type',
};

const C_DECLARATORS =
  '(function_declarator declarator: [(identifier) (field_identifier)] @name) ' +
  '(pointer_declarator declarator: [(identifier) (field_identifier) (type_identifier)] @name) ' +
  '(array_declarator declarator: [(identifier) (field_identifier) (type_identifier)] @name) ' +
  '(init_declarator declarator: (identifier) @name) (declaration declarator: (identifier) @name) ' +
  '(field_declaration declarator: (field_identifier) @name) (parameter_declaration declarator: (identifier) @name) ' +
  '(type_definition declarator: (type_identifier) @name)';

/** What no `name` tells. */
const FURTHER: Readonly<Record<DeclaringGrammar, string>> = {
  c: C_DECLARATORS,
  cpp: `${C_DECLARATORS} (qualified_identifier name: (identifier) @name)`,
  c_sharp: '(variable_declarator (identifier) @name)',
  go: '',
  java: '',
  php: '(const_element (name) @name) (property_element (variable_name (name) @name))',
  ruby:
    '(assignment left: [(constant) (instance_variable)] @name) (method_parameters (identifier) @name) ' +
    // Not by the call: the search for one goes down a long chain of calls again from each of them.
    '(alias name: (_) @name) (argument_list (simple_symbol) @name)',
  rust: '(parameter pattern: (identifier) @name)',
};

const queries = new Map<DeclaringGrammar, Query>();

/** Every name a tree declares at any depth, private ones too; sorted, each once, without `$` and `:`. */
export function declaredNames(grammar: DeclaringGrammar, root: Node): string[] {
  const found = new Set<string>();
  for (const { node } of queryFor(grammar, root).captures(root)) {
    const name = node.text.replace(/^[$:@]+/, '');
    if (name !== '') found.add(name);
    // A qualified name is known by its last part too.
    if (name.includes('::')) found.add(name.slice(name.lastIndexOf('::') + 2));
  }
  return [...found].sort(compareBytes);
}

function queryFor(grammar: DeclaringGrammar, root: Node): Query {
  const known = queries.get(grammar);
  if (known !== undefined) return known;
  const named = NAMED[grammar].split(' ').map((type) => `(${type} name: (_) @name)`);
  const query = new Query(root.tree.language, [...named, FURTHER[grammar]].join('\n'));
  queries.set(grammar, query);
  return query;
}
