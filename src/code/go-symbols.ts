import type { Node } from 'web-tree-sitter';
import { type Comment, type CommentRule, commentBefore, commentBeside, isComment } from './comments.ts';
import { importOf, joined, linesOf, parsedFrom, shortValue, symbolFrom, written } from './declarations.ts';
import { declaredNames } from './declared-names.ts';
import { plainDoc } from './doc-comments.ts';
import { goCommands } from './go-commands.ts';
import { nativeSettings } from './native-settings.ts';
import type { Parameter, ParsedSource, SourceImport, SourceSymbol } from './symbols.ts';
import { childOf, children, lineOf, problemsOf, withSyntaxTree } from './syntax-tree.ts';

/** Comments that touch a declaration are its documentation; directives to tools are not. */
const RULE: CommentRule = {
  accepts: (comment) => !/^\/\/(?:go:|line |export |nolint|\+build)/.test(comment),
  overEmptyLines: false,
};

/** Public symbols of a Go file: those whose names begin with a capital letter. */
export function parseGo(text: string): Promise<Omit<ParsedSource, 'lines'>> {
  return withSyntaxTree('go', text, (root) => {
    const statements = children(root);
    const at = statements.findIndex((node) => node.type === 'package_clause');
    const isMain = childOf(root, 'package_clause')?.firstNamedChild?.text === 'main';
    return parsedFrom({
      doc: at < 0 ? null : plainDoc(commentBefore(text, statements, at, RULE)),
      symbols: withMethods(statements.flatMap((_, index) => symbolsOf(text, statements, index))),
      imports: root.descendantsOfType('import_spec').flatMap((spec) => (spec === null ? [] : readImport(spec))),
      problems: problemsOf(root, 'Go'),
      runnable: isMain && statements.some((node) => nameOf(node) === 'main'),
      settings: nativeSettings('go', root, text),
      commands: goCommands(root, text),
      declared: declaredNames('go', root),
    });
  });
}

function readImport(spec: Node): SourceImport[] {
  const specifier = spec.childForFieldName('path')?.text.replace(/^["`]|["`]$/g, '') ?? '';
  const name = spec.childForFieldName('name')?.text ?? '*';
  return specifier === '' ? [] : [importOf(specifier, name === '_' ? [] : ['*'], lineOf(spec))];
}

function nameOf(node: Node): string {
  return node.childForFieldName('name')?.text ?? '';
}

function isPublic(name: string): boolean {
  return /^\p{Lu}/u.test(name);
}

function symbolsOf(text: string, siblings: readonly Node[], at: number): SourceSymbol[] {
  const node = siblings[at];
  if (node === undefined) return [];
  switch (node.type) {
    case 'function_declaration':
    case 'method_declaration':
      return describeFunction(text, siblings, at, node);
    case 'type_declaration':
    case 'const_declaration':
    case 'var_declaration':
      return specsOf(text, siblings, at, node);
    default:
      return [];
  }
}

/** A method's name begins with its type's until the two are found in one file. */
function describeFunction(text: string, siblings: readonly Node[], at: number, node: Node): SourceSymbol[] {
  const name = nameOf(node);
  const receiver = node.childForFieldName('receiver');
  const owner = receiver === null ? null : (/^\(\s*(?:\w+\s+)?\**\s*\(?(\w+)/.exec(receiver.text)?.[1] ?? '');
  if (!isPublic(name) || (owner !== null && !isPublic(owner))) return [];
  return [
    symbolFrom({
      kind: owner === null ? 'function' : 'method',
      name: owner === null ? name : `${owner}.${name}`,
      signature: written(text, node, node.childForFieldName('body')),
      ...callable(text, node),
      doc: plainDoc(commentBefore(text, siblings, at, RULE)),
      ...linesOf(node),
    }),
  ];
}

function callable(text: string, node: Node): { parameters: Parameter[]; returns: string | null } {
  const parameters = node.childForFieldName('parameters');
  const result = node.childForFieldName('result');
  return {
    parameters: parameters === null ? [] : children(parameters).flatMap((one) => readParameter(text, one)),
    returns: result === null ? null : written(text, result),
  };
}

function readParameter(text: string, node: Node): Parameter[] {
  if (isComment(node)) return [];
  const typeNode = node.childForFieldName('type');
  const rest = node.type === 'variadic_parameter_declaration';
  const type = typeNode === null ? null : `${rest ? '...' : ''}${written(text, typeNode)}`;
  const names = node.childrenForFieldName('name').flatMap((one) => (one === null ? [] : [one.text]));
  return (names.length === 0 ? ['_'] : names).map((name) => ({ name, type, default: null, optional: rest, rest }));
}

/** Types, constants and variables, alone or in a group in parentheses. */
function specsOf(text: string, siblings: readonly Node[], at: number, statement: Node): SourceSymbol[] {
  const word = statement.type.slice(0, statement.type.indexOf('_'));
  const list = childOf(statement, 'var_spec_list') ?? statement;
  const inner = children(list);
  const outer = commentBefore(text, siblings, at, RULE);
  return inner.flatMap((spec, index) => {
    if (isComment(spec)) return [];
    const own = commentBefore(text, inner, index, RULE) ?? commentBeside(text, inner, index);
    const comment = own ?? outer;
    return spec.type === 'type_spec' || spec.type === 'type_alias'
      ? describeType(text, spec, comment)
      : describeValues(text, spec, word === 'const' ? 'const' : 'var', comment);
  });
}

function describeValues(text: string, spec: Node, word: 'const' | 'var', comment: Comment | null): SourceSymbol[] {
  const names = spec.childrenForFieldName('name').flatMap((one) => (one === null ? [] : [one.text]));
  const type = spec.childForFieldName('type');
  const value = spec.childForFieldName('value');
  return names.filter(isPublic).map((name) =>
    symbolFrom({
      kind: word === 'const' ? 'constant' : 'variable',
      name,
      signature: [
        `${word} ${name}`,
        ...(type === null ? [] : [written(text, type)]),
        ...(value === null || names.length > 1 ? [] : ['=', shortValue(text, value)]),
      ].join(' '),
      doc: plainDoc(comment),
      ...linesOf(spec),
    }),
  );
}

function describeType(text: string, spec: Node, comment: Comment | null): SourceSymbol[] {
  const name = nameOf(spec);
  const type = spec.childForFieldName('type');
  if (!isPublic(name) || type === null) return [];
  const isStruct = type.type === 'struct_type';
  const isInterface = type.type === 'interface_type';
  const inner = children(childOf(type, 'field_declaration_list') ?? type);
  const head = `type ${written(text, spec, type)}`.trimEnd();
  return [
    symbolFrom({
      kind: isStruct ? 'class' : isInterface ? 'interface' : 'type',
      name,
      signature: isStruct ? `${head} struct` : isInterface ? `${head} interface` : `type ${written(text, spec)}`,
      doc: plainDoc(comment),
      ...linesOf(spec),
      members: isStruct || isInterface ? inner.flatMap((_, at) => memberOf(text, inner, at)) : [],
    }),
  ];
}

function memberOf(text: string, siblings: readonly Node[], at: number): SourceSymbol[] {
  const node = siblings[at];
  if (node === undefined || isComment(node)) return [];
  const doc = plainDoc(commentBefore(text, siblings, at, RULE) ?? commentBeside(text, siblings, at));
  if (node.type === 'method_spec' || node.type === 'method_elem') {
    const name = nameOf(node);
    if (!isPublic(name)) return [];
    return [
      symbolFrom({
        kind: 'method',
        name,
        signature: written(text, node),
        ...callable(text, node),
        doc,
        ...linesOf(node),
      }),
    ];
  }
  if (node.type !== 'field_declaration') return [];
  const type = node.childForFieldName('type');
  const shown = type === null ? '' : written(text, type);
  const names = node.childrenForFieldName('name').flatMap((one) => (one === null ? [] : [one.text]));
  // An embedded type lends its fields and methods; its own documentation stands where it is declared.
  return names
    .filter(isPublic)
    .map((name) => symbolFrom({ kind: 'property', name, signature: `${name} ${shown}`, doc, ...linesOf(node) }));
}

/** Methods become members of their type where the file declares it. */
function withMethods(symbols: readonly SourceSymbol[]): SourceSymbol[] {
  const types = new Set(symbols.filter((one) => one.kind !== 'method').map((one) => one.name));
  const methods = new Map<string, SourceSymbol[]>();
  const others = symbols.filter((one) => {
    const [owner = '', name = ''] = one.name.split('.');
    if (one.kind !== 'method' || !types.has(owner)) return true;
    methods.set(owner, [...(methods.get(owner) ?? []), { ...one, name }]);
    return false;
  });
  return joined(others.map((one) => ({ ...one, members: [...one.members, ...(methods.get(one.name) ?? [])] })));
}
