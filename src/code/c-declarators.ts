import type { Node } from 'web-tree-sitter';
import { isComment } from './comments.ts';
import { shortValue, written } from './declarations.ts';
import type { Parameter } from './symbols.ts';
import { childOf, children } from './syntax-tree.ts';

/** What a declarator declares: its name, and the list of parameters when it is a function. */
export interface Declarator {
  readonly name: string;
  readonly parameters: Node | null;
}

const NAMES =
  /^(?:identifier|field_identifier|type_identifier|destructor_name|operator_name|qualified_identifier|template_function|primitive_type)$/;

/** Goes through pointers, arrays and brackets to the name; null for what has none. */
export function readDeclarator(node: Node | null): Declarator | null {
  let parameters: Node | null = null;
  for (let at = node, depth = 0; at !== null && depth < 50; depth += 1) {
    if (NAMES.test(at.type)) return { name: at.text.replace(/\s+/g, ''), parameters };
    if (at.type === 'operator_cast') {
      const type = at.childForFieldName('type')?.text ?? '';
      const inner = at.childForFieldName('declarator');
      return { name: `operator ${type}`, parameters: inner?.childForFieldName('parameters') ?? null };
    }
    // A pointer to a function is a variable: its brackets hold a star.
    if (at.type === 'function_declarator')
      parameters =
        at.childForFieldName('declarator')?.type === 'parenthesized_declarator'
          ? null
          : at.childForFieldName('parameters');
    at =
      at.childForFieldName('declarator') ??
      children(at).find((one) => /declarator$/.test(one.type) || NAMES.test(one.type)) ??
      null;
  }
  return null;
}

/** Parameters of a function; `(void)` has none. */
export function readParameters(text: string, list: Node): Parameter[] {
  const found = children(list).filter((one) => !isComment(one));
  if (found.length === 1 && found[0]?.text === 'void') return [];
  return found.flatMap((one): Parameter[] => {
    if (one.text === '...') return [{ name: '...', type: null, default: null, optional: true, rest: true }];
    if (!/parameter_declaration$/.test(one.type)) return [];
    const declared = readDeclarator(one.childForFieldName('declarator'));
    const value = one.childForFieldName('default_value');
    const whole = written(text, one).replace(/\s*=[\s\S]*$/, '');
    const name = declared?.name ?? '';
    const rest = one.type === 'variadic_parameter_declaration';
    return [
      {
        name: name === '' ? '_' : name,
        type: name === '' ? whole : whole.replace(new RegExp(`\\s*\\b${name}\\b`), ''),
        default: value === null ? null : shortValue(text, value),
        optional: value !== null || rest,
        rest,
      },
    ];
  });
}

/** Every declarator of a declaration: `int a, *b;` has two. */
export function declaratorsOf(node: Node): Node[] {
  return node.childrenForFieldName('declarator').flatMap((one) => (one === null ? [] : [one]));
}

/**
 * What a function gives: everything before its name, stars too, but the words that say how it is stored and attributes.
 */
export function returnType(text: string, node: Node, name: string): string {
  const head = written(text, node, node.childForFieldName('body'));
  const at = head.search(new RegExp(`(?<![\\w:])${name.replace(/[^\w]/g, '\\$&')}\\s*\\(`));
  return (at < 0 ? head : head.slice(0, at))
    .replace(/\[\[[^\]]*\]\]\s*|\b(?:static|inline|extern|constexpr|consteval|virtual|explicit|friend)\b\s*/g, '')
    .trim();
}

/** Words such as `static` and `extern` before a declaration. */
export function storageOf(node: Node): string[] {
  return children(node)
    .filter((one) => one.type === 'storage_class_specifier')
    .map((one) => one.text);
}

/** The struct, union, class or enum that a declaration defines in its place, or null. */
export function definedType(node: Node): Node | null {
  const type = childOf(node, 'struct_specifier', 'union_specifier', 'class_specifier', 'enum_specifier');
  return type?.childForFieldName('body') == null ? null : type;
}
