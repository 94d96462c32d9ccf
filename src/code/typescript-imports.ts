import type { DynamicImport, ExportNamedDeclaration, ImportDeclaration, Program } from 'oxc-parser';
import type { SourceImport } from './symbols.ts';
import type { TypeScriptSource } from './typescript-source.ts';

/** Where a local name of an import comes from. */
export interface ImportedName {
  readonly specifier: string;
  readonly imported: string;
  readonly line: number;
}

/** Import and export-from statements and `import()` with a literal; `locals` maps local names to their origin. */
export function importsOf(
  source: TypeScriptSource,
  program: Program,
  dynamic: readonly DynamicImport[],
): { imports: SourceImport[]; locals: Map<string, ImportedName> } {
  const imports: SourceImport[] = [];
  const locals = new Map<string, ImportedName>();
  for (const statement of program.body) {
    const line = source.lineAt(statement.start);
    if (statement.type === 'ImportDeclaration') imports.push(takeImport(statement, line, locals));
    else if (statement.type === 'ExportNamedDeclaration' && statement.source !== null) {
      imports.push(takeExportFrom(source, statement, line));
    } else if (statement.type === 'ExportAllDeclaration') {
      const typeOnly = statement.exportKind === 'type';
      imports.push({ specifier: statement.source.value, names: ['*'], line, typeOnly, lazy: false });
    } else if (
      statement.type === 'TSImportEqualsDeclaration' &&
      statement.moduleReference.type === 'TSExternalModuleReference'
    ) {
      const specifier = statement.moduleReference.expression.value;
      imports.push({ specifier, names: ['*'], line, typeOnly: statement.importKind === 'type', lazy: false });
      locals.set(statement.id.name, { specifier, imported: '*', line });
    }
  }
  for (const one of dynamic) {
    const specifier = literalText(source.text.slice(one.moduleRequest.start, one.moduleRequest.end));
    if (specifier !== null)
      imports.push({ specifier, names: ['*'], line: source.lineAt(one.start), typeOnly: false, lazy: true });
  }
  return { imports, locals };
}

function takeImport(statement: ImportDeclaration, line: number, locals: Map<string, ImportedName>): SourceImport {
  const specifier = statement.source.value;
  const names: string[] = [];
  let typeNames = 0;
  for (const one of statement.specifiers) {
    let imported = '*';
    if (one.type === 'ImportDefaultSpecifier') imported = 'default';
    else if (one.type === 'ImportSpecifier') {
      imported = one.imported.type === 'Literal' ? one.imported.value : one.imported.name;
      if (one.importKind === 'type') typeNames += 1;
    }
    names.push(imported);
    locals.set(one.local.name, { specifier, imported, line });
  }
  const typeOnly = statement.importKind === 'type' || (names.length > 0 && typeNames === names.length);
  return { specifier, names, line, typeOnly, lazy: false };
}

function takeExportFrom(source: TypeScriptSource, statement: ExportNamedDeclaration, line: number): SourceImport {
  const names = statement.specifiers.map((one) => (one.local.type === 'Literal' ? one.local.value : one.local.name));
  const types = statement.specifiers.filter((one) => one.exportKind === 'type').length;
  const typeOnly = statement.exportKind === 'type' || (types > 0 && types === names.length);
  const specifier = statement.source?.value ?? literalText(source.text.slice(statement.start, statement.end)) ?? '';
  return { specifier, names, line, typeOnly, lazy: false };
}

function literalText(written: string): string | null {
  return /^(['"`])([^'"`\\$\n]*)\1$/.exec(written.trim())?.[2] ?? null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The module a `require` call names, or null for anything else. */
export function requiredSpecifier(node: unknown): string | null {
  if (!isObject(node) || node.type !== 'CallExpression' || !isObject(node.callee)) return null;
  if (node.callee.type !== 'Identifier' || node.callee.name !== 'require') return null;
  const argument = Array.isArray(node.arguments) && node.arguments.length === 1 ? node.arguments[0] : null;
  if (!isObject(argument) || argument.type !== 'Literal' || typeof argument.value !== 'string') return null;
  return argument.value;
}
