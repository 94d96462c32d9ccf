import { type Node, Query } from 'web-tree-sitter';
import { PythonBodies, type PythonBody } from './python-body.ts';
import { readString } from './python-strings.ts';

/** What stands anywhere in a Python file, found by one query. */
export interface PythonFacts {
  /** Import statements in source order. */
  readonly importStatements: readonly Node[];
  /** Bodies by the offset at which their function's definition begins. */
  readonly bodies: ReadonlyMap<number, PythonBody>;
  readonly declared: ReadonlySet<string>;
}

/** Walking the tree node by node from outside of the parser costs more than parsing; a query runs inside of it. */
const PATTERNS = `
[(import_statement) (import_from_statement)] @import
[(function_definition) (lambda) (return_statement) (raise_statement) (yield) (await) (try_statement)
 (for_statement "async") (with_statement "async")] @body
(function_definition name: (identifier) @name)
(class_definition name: (identifier) @name)
(parameters (identifier) @name)
(default_parameter name: (identifier) @name)
(typed_default_parameter name: (identifier) @name)
(typed_parameter . (identifier) @name)
[(list_splat_pattern (identifier) @name) (dictionary_splat_pattern (identifier) @name)]
(assignment left: [(identifier) @name (attribute attribute: (identifier) @name)
  (pattern_list (identifier) @name) (tuple_pattern (identifier) @name)])
(pair key: (string) @key)
`;

let query: Query | null = null;

export function pythonFacts(root: Node, text: string): PythonFacts {
  query ??= new Query(root.tree.language, PATTERNS);
  const importStatements: Node[] = [];
  const bodies = new PythonBodies(text);
  const declared = new Set<string>();
  for (const { name, node } of query.captures(root)) {
    if (name === 'name') declared.add(text.slice(node.startIndex, node.endIndex));
    else if (name === 'body') bodies.take(node);
    else if (name === 'import') importStatements.push(node);
    else {
      const key = readString(node);
      if (/^[A-Za-z_][\w.-]*$/.test(key)) declared.add(key);
    }
  }
  return { importStatements, bodies: bodies.finish(), declared };
}
