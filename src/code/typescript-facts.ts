import type { Program } from 'oxc-parser';
import type { ParsedSource, SourceImport } from './symbols.ts';
import { CommandDefinitions } from './typescript-commands.ts';
import { takeDeclared } from './typescript-declared.ts';
import { requiredSpecifier } from './typescript-imports.ts';
import { SettingReads } from './typescript-settings.ts';
import type { TypeScriptSource } from './typescript-source.ts';
import { walkProgram } from './typescript-walk.ts';

/** What stands anywhere in a file, not only in what it exports. */
export interface TypeScriptFacts extends Pick<ParsedSource, 'settings' | 'commands' | 'declared'> {
  /** `require('x')` anywhere in the file. */
  readonly requires: readonly SourceImport[];
}

/** Everything that takes a walk over the whole tree, in one walk. Gives the functions' bodies to `source`. */
export function factsOf(source: TypeScriptSource, program: Program): TypeScriptFacts {
  const { text } = source;
  const declared = new Set<string>();
  const requires: SourceImport[] = [];
  const lineAt = (offset: number): number => source.lineAt(offset);
  const settings = /\benv/i.test(text) ? new SettingReads(text) : null;
  const definitions = new CommandDefinitions(text, lineAt);
  const commands = definitions.isNeeded ? definitions : null;
  const mayRequire = text.includes('require');
  const bodies = walkProgram(text, program, (node, frame) => {
    takeDeclared(declared, node);
    settings?.visit(node, frame.within);
    commands?.visit(node);
    if (!mayRequire || node.type !== 'CallExpression') return;
    const specifier = requiredSpecifier(node);
    if (specifier === null) return;
    const lazy = frame.within !== null;
    requires.push({ specifier, names: ['*'], line: lineAt(node.start), typeOnly: false, lazy });
  });
  source.setBodies(bodies);
  return {
    requires: requires.sort((a, b) => a.line - b.line || (a.specifier < b.specifier ? -1 : 1)),
    settings: settings?.settings(lineAt) ?? [],
    commands: commands?.commands() ?? [],
    declared: [...declared].sort(),
  };
}
