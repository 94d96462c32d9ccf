import type { Node } from 'web-tree-sitter';
import { requirement } from './manifest-python.ts';
import type { EntryPoint, Manifest } from './manifests.ts';
import { withPythonTree } from './python-grammar.ts';
import { readString } from './python-strings.ts';
import { children } from './syntax-tree.ts';

/** setup.py: the arguments of its `setup(…)` that are written out. Nothing of it is run. */
export function readSetupPy(empty: Manifest, content: string): Promise<Manifest> {
  return withPythonTree(content, (root) => {
    const constants = readConstants(root);
    const given = setupArguments(root);
    const one = (name: string): string | null => {
      const node = given.get(name);
      return node === undefined ? null : (textOf(node, constants)?.trim() ?? null);
    };
    const python = one('python_requires');
    return {
      ...empty,
      name: one('name'),
      version: one('version'),
      description: one('description'),
      license: one('license'),
      runtime: python === null ? null : `Python ${python}`,
      dependencies: [
        ...listOf(given.get('install_requires'), constants).map((line) => requirement(line, 'runtime')),
        ...pairsOf(given.get('extras_require')).flatMap(([, node]) =>
          listOf(node, constants).map((line) => requirement(line, 'optional')),
        ),
      ],
      entryPoints: commandsOf(given.get('entry_points'), constants),
    };
  });
}

/** Names at the margin that are texts or lists: `VERSION = "1.2"`. */
function readConstants(root: Node): Map<string, Node> {
  const constants = new Map<string, Node>();
  for (const statement of children(root)) {
    const assignment = children(statement)[0];
    const name = assignment?.childForFieldName('left');
    const value = assignment?.childForFieldName('right');
    if (assignment?.type === 'assignment' && name?.type === 'identifier' && value) constants.set(name.text, value);
  }
  return constants;
}

function setupArguments(root: Node): Map<string, Node> {
  const calls = root.descendantsOfType('call').filter((call) => call !== null);
  const call = calls.find((one) => /^(?:\w+\.)*setup$/.test(one.childForFieldName('function')?.text ?? ''));
  const given = new Map<string, Node>();
  const list = call?.childForFieldName('arguments');
  for (const argument of list ? children(list) : []) {
    const name = argument.childForFieldName('name')?.text;
    const value = argument.childForFieldName('value');
    if (argument.type === 'keyword_argument' && name !== undefined && value) given.set(name, value);
  }
  return given;
}

/** A text that is written out, or a constant that is one. */
function textOf(node: Node, constants: ReadonlyMap<string, Node>): string | null {
  const inner = node.type === 'parenthesized_expression' ? (children(node)[0] ?? node) : node;
  const value = inner.type === 'identifier' ? (constants.get(inner.text) ?? inner) : inner;
  if (value.type !== 'string' && value.type !== 'concatenated_string') return null;
  return /^[a-zA-Z]*f/i.test(value.text) ? null : readString(value);
}

function listOf(node: Node | undefined, constants: ReadonlyMap<string, Node>): string[] {
  const value = node?.type === 'identifier' ? constants.get(node.text) : node;
  if (value?.type !== 'list' && value?.type !== 'tuple') return [];
  return children(value).flatMap((item) => textOf(item, constants) ?? []);
}

function pairsOf(node: Node | undefined): [string, Node][] {
  if (node?.type !== 'dictionary') return [];
  return children(node).flatMap((pair): [string, Node][] => {
    const key = pair.childForFieldName('key');
    const value = pair.childForFieldName('value');
    return key?.type === 'string' && value ? [[readString(key), value]] : [];
  });
}

function commandsOf(node: Node | undefined, constants: ReadonlyMap<string, Node>): EntryPoint[] {
  return pairsOf(node)
    .filter(([group]) => group === 'console_scripts' || group === 'gui_scripts')
    .flatMap(([, list]) => listOf(list, constants))
    .flatMap((line): EntryPoint[] => {
      const [name = '', target = ''] = line.split('=').map((part) => part.trim());
      return name === '' || target === '' ? [] : [{ kind: 'command', name, target }];
    });
}
