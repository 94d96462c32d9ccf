import type { Node } from 'web-tree-sitter';
import { argumentsOf, calledName, sourceOf, textOf } from './python-calls.ts';
import type { SettingUse } from './symbols.ts';
import { children, lineOf } from './syntax-tree.ts';

const READERS = /^(?:os\.environ\.(?:get|pop|setdefault)|environ\.(?:get|pop|setdefault)|os\.getenv|getenv)$/;
/** python-decouple, starlette, environs and django-environ: `config('NAME', default=…)`, `env.str('NAME', …)`. */
const LIBRARIES = /\b(?:from|import)\s+(?:decouple|environs|environ|starlette\.config)\b/;
const LIBRARY_CALL = /^(?:(?:\w*_)?config|(?:\w*_)?env(?:\.\w+)?)$/;

const MENTION = /\benviron\b|\bgetenv\b|\benvvar\b/;

/** Environment variables that a Python file reads, in source order. */
export function pythonSettings(root: Node, text: string): SettingUse[] {
  const library = LIBRARIES.test(text);
  const settings = /\bBaseSettings\b/.test(text);
  if (!library && !settings && !/\benviron\b|\bgetenv\b|\benvvar\b/.test(text)) return [];
  const found: SettingUse[] = [];
  // WSGI applications have an `environ` of their own, which is not the process's.
  const imported = /\bfrom\s+os\s+import\b[^\n]*\benviron\b/.test(text);
  for (const node of root.descendantsOfType(['call', 'subscript', 'class_definition'])) {
    if (node === null) continue;
    if (node.type === 'class_definition') {
      if (settings) found.push(...classSettings(node));
    } else {
      // Most calls are others: asking the tree costs more than a look at the text.
      const head = text.slice(node.startIndex, node.endIndex);
      if (!MENTION.test(head) && !library) continue;
      const setting = node.type === 'call' ? calledSetting(node, library, imported) : subscriptSetting(node, imported);
      if (setting !== null) found.push(setting);
    }
  }
  return firstOfEach(found);
}

function firstOfEach(found: readonly SettingUse[]): SettingUse[] {
  const byName = new Map<string, SettingUse>();
  for (const one of [...found].sort((a, b) => a.line - b.line)) {
    const seen = byName.get(one.name);
    byName.set(
      one.name,
      seen === undefined
        ? one
        : {
            ...seen,
            default: seen.default ?? one.default,
            description: seen.description ?? one.description,
            // Read once with a way out, it is not needed.
            required: seen.required && one.required,
          },
    );
  }
  return [...byName.values()];
}

/** `os.environ['X']` fails without it, unless it is written or deleted there. */
function subscriptSetting(node: Node, imported: boolean): SettingUse | null {
  const value = node.childForFieldName('value')?.text ?? '';
  if (value !== 'os.environ' && !(imported && value === 'environ')) return null;
  const name = textOf(node.childForFieldName('subscript'));
  const { parent } = node;
  if (name === null || parent === null || parent.type === 'delete_statement') return null;
  if (/assignment$/.test(parent.type) && parent.childForFieldName('left')?.startIndex === node.startIndex) return null;
  return { name, default: null, description: null, line: lineOf(node), required: !isGuarded(node, name) };
}

/** Whether it is asked for first (`'X' in os.environ`), or its absence is caught. */
function isGuarded(node: Node, name: string): boolean {
  const asked = new RegExp(`(['"])${name}\\1\\s+(?:not\\s+)?in\\s+(?:os\\.)?environ\\b`);
  for (let around = node.parent; around !== null; around = around.parent) {
    if (around.type === 'try_statement' && /\bexcept\s*(?::|\(?[^:]*\b(?:KeyError|Exception)\b)/.test(around.text))
      return true;
    if (around.type === 'function_definition' || around.parent === null) return asked.test(around.text);
  }
  return false;
}

function calledSetting(node: Node, library: boolean, imported: boolean): SettingUse | null {
  const called = calledName(node);
  const line = lineOf(node);
  const isReader = READERS.test(called) && (imported || !called.startsWith('environ.'));
  const fromLibrary = !isReader && library && LIBRARY_CALL.test(called);
  const { positional, named } = argumentsOf(node);
  if (!isReader && !fromLibrary) {
    const name = textOf(named.get('envvar'));
    const description = textOf(named.get('help'));
    return name === null ? null : { name, default: sourceOf(named.get('default')), description, line, required: false };
  }
  const name = textOf(positional[0] ?? named.get('key'));
  if (name === null || !/^\w+$/.test(name)) return null;
  const given = named.get('default') ?? positional[fromLibrary && called.endsWith('config') ? 2 : 1] ?? null;
  const fallback = given === null || given.text === 'None' ? alternative(node) : given;
  return {
    name,
    default: sourceOf(fallback),
    description: null,
    line,
    required: fromLibrary && given === null,
  };
}

/** `read or fallback` */
function alternative(node: Node): Node | null {
  const { parent } = node;
  if (parent?.type !== 'boolean_operator' || parent.childForFieldName('operator')?.text !== 'or') return null;
  return parent.childForFieldName('left')?.startIndex === node.startIndex ? parent.childForFieldName('right') : null;
}

/** Fields of a class of pydantic-settings. */
function classSettings(node: Node): SettingUse[] {
  const body = node.childForFieldName('body');
  if (body === null || !/\bBaseSettings\b/.test(node.childForFieldName('superclasses')?.text ?? '')) return [];
  const prefix = /\benv_prefix\s*=\s*(['"])(.*?)\1/.exec(body.text)?.[2] ?? '';
  return children(body).flatMap((statement) => {
    const assignment = statement.type === 'expression_statement' ? statement.firstNamedChild : null;
    const name = assignment?.type === 'assignment' ? (assignment.childForFieldName('left')?.text ?? '') : '';
    if (assignment === null || !/^[a-z]\w*$/i.test(name) || assignment.childForFieldName('type') === null) return [];
    const type = assignment.childForFieldName('type')?.text ?? '';
    return name === 'model_config' || /\bClassVar\b/.test(type) ? [] : [fieldSetting(name, prefix, assignment)];
  });
}

function fieldSetting(name: string, prefix: string, assignment: Node): SettingUse {
  const value = assignment.childForFieldName('right');
  const isField = value?.type === 'call' && /(?:^|\.)Field$/.test(calledName(value));
  const options = isField && value !== null ? argumentsOf(value) : null;
  const given = options === null ? value : (options.named.get('default') ?? options.positional[0] ?? null);
  const factory = options?.named.get('default_factory') ?? null;
  const alias = ['validation_alias', 'alias', 'env']
    .map((key) => textOf(options?.named.get(key)))
    .find((one) => one !== null);
  const fallback = given === null || given.text === '...' ? null : given;
  return {
    name: alias ?? `${prefix}${name}`.toUpperCase(),
    default: sourceOf(fallback ?? factory),
    description: textOf(options?.named.get('description')),
    line: lineOf(assignment),
    required: fallback === null && factory === null,
  };
}
