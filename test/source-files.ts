import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Node, parseSync, Visitor } from 'oxc-parser';

/** The project's folder. */
export const root = join(import.meta.dirname, '..');

export interface Import {
  /** The file as its path from the project's folder; null for a package. */
  readonly to: string | null;
  /** Whether nothing of it is left when the types are taken away. */
  readonly typeOnly: boolean;
  /** Whether it is loaded when it is first needed: `import()`. */
  readonly late: boolean;
  readonly reexport: boolean;
}

export interface FunctionSize {
  readonly name: string;
  readonly lines: number;
}

export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Statements at the top, without imports. */
  readonly statements: readonly string[];
  /** Functions that stand at the top or in a class; those inside them count to them. */
  readonly functions: readonly FunctionSize[];
}

/** Reads every source file that people write. */
export function sourceFiles(): SourceFile[] {
  return globSync('src/**/*.{ts,js}', { cwd: root })
    .filter((path) => !/^src\/(generated|gql)\//.test(path))
    .sort()
    .map(readSource);
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse`);
  const target = (request: string) => (request.startsWith('.') ? join(dirname(path), request) : null);
  // `import { type A }` still loads the file at run time; only `import type` does not.
  const isTypeOnly = (start: number) => /^(import|export)\s+type\b/.test(text.slice(start, start + 20));
  const imports = [
    ...module.staticImports.map(({ moduleRequest, start }) => ({
      to: target(moduleRequest.value),
      typeOnly: isTypeOnly(start),
      late: false,
      reexport: false,
    })),
    ...module.dynamicImports.map(({ moduleRequest }) => ({
      to: target(text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
      typeOnly: false,
      late: true,
      reexport: false,
    })),
    ...module.staticExports.flatMap(({ entries, start }) =>
      entries.flatMap(({ moduleRequest }) =>
        moduleRequest === null
          ? []
          : [{ to: target(moduleRequest.value), typeOnly: isTypeOnly(start), late: false, reexport: true }],
      ),
    ),
  ];
  const statements = program.body.map(({ type }) => type).filter((type) => type !== 'ImportDeclaration');
  return {
    path,
    lines: lineOf(text, text.trimEnd().length),
    imports,
    statements,
    functions: functionsOf(text, program),
  };
}

function functionsOf(text: string, program: Parameters<Visitor['visit']>[0]): FunctionSize[] {
  const found: FunctionSize[] = [];
  let depth = 0;
  const names: string[] = [];
  const enter = (node: Node) => {
    const lines = lineOf(text, node.end) - lineOf(text, node.start) + 1;
    if (depth === 0) found.push({ name: names.at(-1) ?? '', lines });
    depth += 1;
  };
  const leave = () => {
    depth -= 1;
  };
  new Visitor({
    VariableDeclarator: (node) => names.push('name' in node.id ? node.id.name : ''),
    'VariableDeclarator:exit': () => names.pop(),
    MethodDefinition: (node) => names.push('name' in node.key ? String(node.key.name) : ''),
    'MethodDefinition:exit': () => names.pop(),
    FunctionDeclaration(node) {
      names.push(node.id?.name ?? 'default');
      enter(node);
    },
    'FunctionDeclaration:exit'() {
      names.pop();
      leave();
    },
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
  }).visit(program);
  return found;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
