import type { Node } from 'web-tree-sitter';
import { isComment } from './comments.ts';
import { importOf, joined, linesOf, parsedFrom, shortValue, symbolFrom, written } from './declarations.ts';
import { declaredNames } from './declared-names.ts';
import { nativeSettings } from './native-settings.ts';
import { rubyCommands } from './ruby-commands.ts';
import { attributeDocs, describeAttributes, describeMethod, rubyDoc } from './ruby-methods.ts';
import { argumentsOf, type Scope, scopeOf, symbolNames } from './ruby-scopes.ts';
import type { ParsedSource, SourceImport, SourceSymbol } from './symbols.ts';
import { children, lineOf, problemsOf, withSyntaxTree } from './syntax-tree.ts';

/**
 * Public symbols of a Ruby file. Classes and modules stand side by side under their whole names; a module that only
 * holds others is none. What `private`, `protected`, `private_constant` or a `:nodoc:` hides is left out.
 */
export function parseRuby(text: string): Promise<Omit<ParsedSource, 'lines'>> {
  return withSyntaxTree('ruby', text, (root) => {
    const file: File = { text, types: [] };
    const top = readBody(file, children(root), scopeOf('', false));
    const imports = root.descendantsOfType('call').flatMap((node) => (node === null ? [] : readRequire(node)));
    return parsedFrom({
      symbols: joined([...top, ...file.types].filter(isShown)),
      imports,
      problems: problemsOf(root, 'Ruby'),
      runnable:
        text.startsWith('#!') || /^\s*if\s+(?:__FILE__\s*==\s*\$0|\$0\s*==\s*__FILE__|\$PROGRAM_NAME)/m.test(text),
      settings: nativeSettings('ruby', root, text),
      commands: rubyCommands(root, text),
      declared: declaredNames('ruby', root),
    });
  });
}

interface File {
  readonly text: string;
  /** Classes and modules in source order, nested ones too. */
  readonly types: SourceSymbol[];
}

function isShown(symbol: SourceSymbol): boolean {
  return symbol.kind !== 'namespace' || symbol.members.length > 0 || symbol.doc !== null;
}

function readRequire(node: Node): SourceImport[] {
  const method = node.childForFieldName('method')?.text ?? '';
  if (node.childForFieldName('receiver') !== null || !/^(?:require|require_relative|load|autoload)$/.test(method))
    return [];
  const given = argumentsOf(node);
  const string = given.find((one) => one.type === 'string');
  const relative = given.map((one) =>
    /^File\.(?:expand_path|join)\(?\s*(['"])([^'"#]+)\1\s*,\s*(?:__FILE__|__dir__)\s*\)?$/.exec(one.text),
  );
  // Beside `__FILE__` the first `..` only leads to the folder of the file.
  const expanded = relative.find((one) => one !== null)?.[2]?.replace(/^\.\.\//, './');
  const path = string === undefined ? expanded : /^(['"])([^'"#]+)\1$/.exec(string.text)?.[2];
  if (path === undefined) return [];
  const specifier = method === 'require_relative' && !path.startsWith('.') ? `./${path}` : path;
  return [{ ...importOf(specifier, [], lineOf(node)), lazy: method === 'autoload' }];
}

/** Statements of a body; the grammar keeps the comments before the first one outside of it. */
function statementsOf(owner: Node, body: Node): Node[] {
  const before = children(owner).filter((one) => isComment(one) && one.startIndex < body.startIndex);
  return [...before, ...children(body)];
}

/** What stands in a branch beside what stands before it, where the grammar keeps the comment of its first statement. */
function branchesOf(node: Node): Node[] {
  return children(node).flatMap((one) => (one.type === 'then' ? children(one) : [one]));
}

/** Members that the statements of a body declare; classes inside of it go to the file's list. */
function readBody(file: File, siblings: readonly Node[], scope: Scope): SourceSymbol[] {
  const found = siblings.flatMap((node, at) => readStatement(file, siblings, at, node, scope));
  return found.filter((one) => !scope.hidden.has(`${one.isStatic ? 'self.' : ''}${one.name.replace(/=$/, '')}`));
}

function readStatement(file: File, siblings: readonly Node[], at: number, node: Node, scope: Scope): SourceSymbol[] {
  switch (node.type) {
    case 'class':
    case 'module':
      describeType(file, siblings, at, node, scope);
      return [];
    case 'singleton_class': {
      const body = node.childForFieldName('body');
      return body === null ? [] : readBody(file, statementsOf(node, body), scopeOf(scope.path, true));
    }
    case 'method':
    case 'singleton_method':
      return describeMethod(file.text, siblings, at, node, scope);
    case 'assignment':
      return describeConstant(file, siblings, at, node, scope);
    case 'identifier':
      scope.turn(node.text);
      return [];
    case 'call':
      return readCall(file, siblings, at, node, scope);
    case 'begin':
    case 'if':
    case 'unless':
    case 'then':
    case 'else':
      return readBody(file, branchesOf(node), scope);
    default:
      return [];
  }
}

const ATTRIBUTES = /^(?:attr_accessor|attr_reader|attr_writer|attr|cattr_accessor|mattr_accessor|class_attribute)$/;

function readCall(file: File, siblings: readonly Node[], at: number, node: Node, scope: Scope): SourceSymbol[] {
  const method = node.childForFieldName('method')?.text ?? '';
  if (node.childForFieldName('receiver') !== null) return [];
  const given = argumentsOf(node);
  if (ATTRIBUTES.test(method)) return scope.open ? describeAttributes(file.text, siblings, at, node, scope) : [];
  if (
    !/^(?:public|private|protected|module_function|private_class_method|public_class_method|private_constant)$/.test(
      method,
    )
  )
    return [];
  const names = given.flatMap(symbolNames);
  if (method === 'private_class_method') scope.hide(names.map((name) => `self.${name}`));
  else if (method === 'private' || method === 'protected' || method === 'private_constant') scope.hide(names);
  else scope.show(names);
  // `private def x`, and `private attr_reader :x`.
  const inner = given.filter((one) => one.type === 'method' || one.type === 'singleton_method' || one.type === 'call');
  if (inner.length === 0) return [];
  if (method.startsWith('private') || method === 'protected') return [];
  const named = scopeOf(scope.path, method === 'module_function' || scope.isSingleton);
  return inner.flatMap((one) =>
    one.type === 'call'
      ? readCall(file, siblings, at, one, named)
      : describeMethod(file.text, siblings, at, one, named, node),
  );
}

function describeType(file: File, siblings: readonly Node[], at: number, node: Node, scope: Scope): void {
  const own = node.childForFieldName('name')?.text.replace(/^::/, '') ?? '';
  const name = scope.path === '' ? own : `${scope.path}::${own}`;
  const { doc, hidden } = rubyDoc(file.text, siblings, at, node);
  const body = node.childForFieldName('body');
  const superclass = node.childForFieldName('superclass');
  const place = file.types.length;
  const members = body === null ? [] : joined(readBody(file, statementsOf(node, body), scopeOf(name, false)));
  if (hidden === 'all') {
    file.types.splice(place);
    return;
  }
  if (hidden === 'itself' || scope.hidden.has(own)) return;
  file.types.push(
    symbolFrom({
      kind: node.type === 'class' ? 'class' : 'namespace',
      name,
      signature: `${node.type} ${name}${superclass === null ? '' : ` ${written(file.text, superclass)}`}`,
      doc,
      members,
      ...linesOf(node),
    }),
  );
}

/** `NAME = value`; a value of `Struct.new` or `Class.new` is a class. */
function describeConstant(file: File, siblings: readonly Node[], at: number, node: Node, scope: Scope): SourceSymbol[] {
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  if (left?.type !== 'constant' || right === null) return [];
  const { doc, hidden } = rubyDoc(file.text, siblings, at, node);
  if (hidden !== null) return [];
  const made = /^(?:::)?(Struct|Data|Class|Module)\.(?:new|define)\b/.exec(right.text);
  if (made === null) {
    const signature = `${left.text} = ${shortValue(file.text, right)}`;
    return [symbolFrom({ kind: 'constant', name: left.text, signature, doc, ...linesOf(node) })];
  }
  const block = right.childForFieldName('block');
  const body = block?.childForFieldName('body') ?? null;
  const call = written(file.text, right, block);
  const name = scope.path === '' ? left.text : `${scope.path}::${left.text}`;
  const fields = /^(?:Struct|Data)$/.test(made[1] ?? '') ? argumentsOf(right).flatMap(symbolNames) : [];
  const told = attributeDocs(file.text, siblings, at);
  const attributes = fields.map((field) =>
    symbolFrom({ kind: 'property', name: field, signature: field, doc: told.get(field) ?? null, ...linesOf(right) }),
  );
  const members =
    body === null || block === null ? [] : readBody(file, statementsOf(block, body), scopeOf(name, false));
  file.types.push(
    symbolFrom({
      kind: 'class',
      name,
      signature: `${left.text} = ${call}`,
      doc,
      members: [...attributes, ...members],
      ...linesOf(node),
    }),
  );
  return [];
}
