import type { Node } from 'web-tree-sitter';
import type { Reexport, SourceImport } from './symbols.ts';
import { childOf, children, lineOf } from './syntax-tree.ts';

/** One path that a `use` brings in: `path::name as alias`. */
interface Used {
  readonly path: string;
  readonly name: string;
  readonly alias: string | null;
}

/** A `use` names things for the compiler; modules that use each other load in no order. */
const COMPILED = { typeOnly: true, lazy: false };

/** Imports of a file: `use`, `extern crate`, and `mod name;`, which is written `self::name`. */
export function rustImports(root: Node): { imports: SourceImport[]; reexports: Reexport[] } {
  const imports: SourceImport[] = [];
  const reexports: Reexport[] = [];
  // Modules that stand in the file itself are no packages.
  const inner = new Set(
    children(root).flatMap((node) =>
      node.type === 'mod_item' && node.childForFieldName('body') !== null
        ? [node.childForFieldName('name')?.text ?? '']
        : [],
    ),
  );
  for (const node of children(root)) {
    const line = lineOf(node);
    const body = node.childForFieldName('body');
    const name = node.childForFieldName('name')?.text ?? '';
    if (node.type === 'use_declaration') {
      const used = usesOf(node);
      for (const [path, names] of grouped(used.filter(({ path }) => !inner.has(path.split('::', 1)[0] ?? ''))))
        imports.push({ specifier: path, names, line, ...COMPILED });
      if (isPublic(node))
        for (const one of used)
          reexports.push({ specifier: one.path, imported: one.name, exported: one.alias ?? one.name, line });
    } else if (node.type === 'extern_crate_declaration')
      imports.push({ specifier: name, names: ['*'], line, ...COMPILED });
    else if (node.type === 'mod_item' && body === null) {
      imports.push({ specifier: `self::${name}`, names: [], line, ...COMPILED });
      // Who may use this module may use that one.
      if (isPublic(node) && !isHidden(node))
        reexports.push({ specifier: `self::${name}`, imported: '*', exported: name, line });
    }
  }
  return { imports, reexports };
}

function isPublic(node: Node): boolean {
  return childOf(node, 'visibility_modifier')?.text === 'pub';
}

/** `#[doc(hidden)]` stands before it. */
function isHidden(node: Node): boolean {
  for (let at = node.previousSibling; at !== null; at = at.previousSibling) {
    if (at.type !== 'attribute_item' && !at.type.endsWith('comment')) return false;
    if (/\bdoc\s*\(\s*hidden\b/.test(at.text)) return true;
  }
  return false;
}

function grouped(used: readonly Used[]): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const one of used) paths.set(one.path, [...(paths.get(one.path) ?? []), one.name]);
  return paths;
}

function usesOf(declaration: Node): Used[] {
  const argument = declaration.childForFieldName('argument');
  return argument === null ? [] : flatten(argument, '', null);
}

function flatten(node: Node, prefix: string, alias: string | null): Used[] {
  const under = (path: string | undefined): string =>
    [prefix, (path ?? '').replace(/\s+/g, '')].filter((part) => part !== '').join('::');
  switch (node.type) {
    case 'scoped_use_list': {
      const list = node.childForFieldName('list');
      const path = under(node.childForFieldName('path')?.text);
      return list === null ? [] : flatten(list, path, null);
    }
    case 'use_list':
      return children(node).flatMap((one) => flatten(one, prefix, null));
    case 'use_as_clause': {
      const path = node.childForFieldName('path');
      return path === null ? [] : flatten(path, prefix, node.childForFieldName('alias')?.text ?? null);
    }
    case 'use_wildcard':
      return [{ path: under(node.firstNamedChild?.text), name: '*', alias: null }];
    case 'line_comment':
    case 'block_comment':
      return [];
    default: {
      const whole = node.type === 'self' ? prefix : under(node.text);
      const cut = whole.lastIndexOf('::');
      if (cut < 0) return [{ path: whole, name: '*', alias }];
      return [{ path: whole.slice(0, cut), name: whole.slice(cut + 2), alias }];
    }
  }
}
