import type { Node } from 'web-tree-sitter';
import { importOf, lazyImportOf } from './declarations.ts';
import type { SourceImport } from './symbols.ts';
import { childOf, children, lineOf } from './syntax-tree.ts';

/** `use` declarations and files that are required by a path that is written out; `./` stands for `__DIR__`. */
export function phpImports(root: Node): SourceImport[] {
  const types = [
    'namespace_use_declaration',
    'require_expression',
    'require_once_expression',
    'include_expression',
    'include_once_expression',
  ];
  return root
    .descendantsOfType(types)
    .flatMap((node) => (node === null ? [] : node.type.startsWith('namespace') ? readUse(node) : readRequire(node)));
}

function readUse(node: Node): SourceImport[] {
  const group = childOf(node, 'namespace_use_group');
  const prefix = group === null ? '' : `${childOf(node, 'namespace_name')?.text ?? ''}\\`;
  return children(group ?? node)
    .filter((one) => /^namespace_use_(?:group_)?clause$/.test(one.type))
    .map((clause) => {
      const path = `${prefix}${clause.firstNamedChild?.text ?? ''}`.replace(/\s+/g, '').replace(/^\\/, '');
      return lazyImportOf(path, [path.slice(path.lastIndexOf('\\') + 1)], lineOf(clause));
    });
}

function readRequire(node: Node): SourceImport[] {
  const inner = node.text.replace(/^(?:require|include)(?:_once)?\s*\(?\s*/, '').replace(/\)$/, '');
  const match = /^(__DIR__\s*\.\s*|dirname\(__FILE__\)\s*\.\s*)?(['"])([^'"$]+)\2\s*$/.exec(inner);
  if (match === null) return [];
  const path = (match[3] ?? '').replace(/^\//, match[1] === undefined ? '/' : '');
  return [importOf(path.startsWith('.') || path.startsWith('/') ? path : `./${path}`, [], lineOf(node))];
}
