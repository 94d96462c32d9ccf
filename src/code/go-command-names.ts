import type { Node } from 'web-tree-sitter';
import { type CommandDraft, draftCommand } from './command-drafts.ts';
import type { FlagMarks } from './go-flags.ts';
import {
  type Closure,
  type GoFunction,
  GoScopes,
  GoVariables,
  type Naming,
  shortText,
  withoutAddress,
} from './go-scopes.ts';
import { SharedFlags } from './go-shared-flags.ts';
import { type GoConstants, goConstants } from './go-texts.ts';
import { lineOf } from './syntax-tree.ts';

/** What is known of commands while a file is read. */
export interface GoReading {
  readonly scopes: GoScopes;
  readonly constants: GoConstants;
  /** Paths of the imported packages by their names in the file. */
  readonly packages: ReadonlyMap<string, string>;
  readonly isMain: boolean;
  /** Flags of the package `flag` have one dash, those of pflag two. */
  readonly dashes: string;
  readonly drafts: CommandDraft[];
  /** Commands by the node of the literal that makes them. */
  readonly literals: Map<number, CommandDraft>;
  readonly commands: GoVariables<CommandDraft>;
  readonly flagSets: GoVariables<CommandDraft>;
  readonly shared: SharedFlags;
  readonly marks: FlagMarks;
  /** Names by which other files know a command. */
  readonly names: Map<CommandDraft, string[]>;
  /** Commands of other files that one of this file adds. */
  readonly added: Map<CommandDraft, string[]>;
  /** Commands that are the program itself. */
  readonly roots: Set<CommandDraft>;
  readonly ownFlagSets: CommandDraft[];
}

/** What gives the flags of a command. */
export const FLAGS_METHOD = /^(?:Persistent|Local)?Flags$/;

/** A reading that nothing was read for yet. */
export function readingOf(root: Node, text: string, isMain: boolean, dashes: string): GoReading {
  const scopes = new GoScopes(root, text);
  return {
    scopes,
    constants: goConstants(root),
    packages: packagesOf(root),
    isMain,
    dashes,
    drafts: [],
    literals: new Map(),
    commands: new GoVariables(),
    flagSets: new GoVariables(),
    shared: new SharedFlags(scopes.functions),
    marks: new Map(),
    names: new Map(),
    added: new Map(),
    roots: new Set(),
    ownFlagSets: [],
  };
}

function packagesOf(root: Node): Map<string, string> {
  const found = new Map<string, string>();
  for (const spec of root.descendantsOfType('import_spec')) {
    const path = shortText(spec?.childForFieldName('path') ?? null)?.slice(1, -1);
    if (path === undefined) continue;
    // Without a name of its own a package is called as its folder, which may be that of a major version.
    const name = shortText(spec?.childForFieldName('name') ?? null);
    found.set(name ?? path.replace(/\/v\d+$/, '').replace(/^.*\//, ''), path);
  }
  return found;
}

/** Names of a value: those that only its function knows, and the others. That of a function has `()` behind it. */
interface Names {
  readonly inside: readonly string[];
  readonly outside: readonly string[];
}

/** Keeps a value under the names that the file gives it. */
export function nameValue(
  value: Node,
  draft: CommandDraft,
  variables: GoVariables<CommandDraft>,
  isOnly: boolean,
  { scopes }: GoReading,
): Names {
  const naming = scopes.namingOf(value);
  if (naming === undefined) return { inside: [], outside: [] };
  const scope = scopes.around(value);
  const from = value.startIndex;
  const outside: string[] = [];
  if (naming.kind !== 'returned') {
    variables.set(scope, naming.name, from, draft);
    if (scope.at < 0 || naming.kind === 'assigned') outside.push(naming.name);
    if (scope.at >= 0 && naming.kind === 'assigned') variables.set(null, naming.name, from, draft);
  }
  const { closure } = naming;
  if (scope.at >= 0 && isGiven(naming, closure ?? scope, isOnly)) {
    const maker = closure === null ? `${scope.name}()` : closureKey(closure.id);
    variables.set(null, maker, from, draft);
    if (closure === null) outside.push(maker);
  }
  return { inside: naming.kind === 'declared' && scope.at >= 0 ? [naming.name] : [], outside };
}

/** Whether a function gives a value back; one that makes only this command gives it inside of something else. */
function isGiven(naming: Naming, maker: GoFunction | Closure, isOnly: boolean): boolean {
  if (naming.kind === 'returned' || maker.returned.has(naming.name)) return true;
  return isOnly && 'node' in maker && maker.node.childForFieldName('result')?.type === 'pointer_type';
}

/** What a function without a name gives where it stands: `func() *cobra.Command { … }()`. */
function closureKey(id: number): string {
  return `func ${id}()`;
}

/** A value may be passed on from function to function. */
const MOST_STEPS = 4;

/** The command that an expression is, or what its function is given as one, where the file tells. */
export function draftOf(node: Node | null, reading: GoReading, steps = 0): CommandDraft | undefined {
  if (node === null || steps > MOST_STEPS) return undefined;
  const { literals, scopes, shared } = reading;
  const literal = literals.get(withoutAddress(node).id);
  if (literal !== undefined) return literal;
  const called = node.type === 'call_expression' ? node.childForFieldName('function') : null;
  if (called?.type === 'func_literal') return heldBy(null, closureKey(called.id), node, reading);
  const name = shortText(called ?? node);
  if (name === null) return undefined;
  const held = (scope: GoFunction | null, key: string): CommandDraft | undefined => {
    const call = (): Node | null => scopes.callHeldBy(scope, key, node.startIndex) ?? null;
    return heldBy(scope, key, node, reading) ?? draftOf(call(), reading, steps + 1);
  };
  if (called !== null) return held(null, `${name}()`);
  const scope = scopes.around(node);
  return held(scope, name) ?? shared.setOf(name, scope) ?? held(null, name);
}

/**
 * By which name other files know the command that an expression is: `buildCmd`, `newBuild()`, and behind the path of
 * its package that of another one. Null where that cannot be told.
 */
export function foreignName(node: Node, reading: GoReading, steps = 0): string | null {
  // `newBuild().cmd`: what holds the command is what the function gives.
  const operand = node.type === 'selector_expression' ? node.childForFieldName('operand') : null;
  const made = operand?.type === 'call_expression' ? operand : node;
  const isCall = made.type === 'call_expression';
  const written = shortText(isCall ? made.childForFieldName('function') : made);
  const [, owner, bare] = /^(?:(\w+)\.)?(\w+)$/.exec(written ?? '') ?? [];
  if (written === null || bare === undefined) return null;
  const name = isCall ? `${written}()` : written;
  const { packages, scopes } = reading;
  const held = isCall ? undefined : scopes.callHeldBy(scopes.around(made), name, made.startIndex);
  const call = held ?? scopes.callHeldBy(null, name, made.startIndex);
  if (call !== undefined && steps < MOST_STEPS) return foreignName(call, reading, steps + 1);
  if (owner === undefined) return name;
  const path = packages.get(owner);
  return path === undefined ? null : `${path}.${bare}${isCall ? '()' : ''}`;
}

/** A variable holds what it was given last: a command, or the flags of one. */
function heldBy(scope: GoFunction | null, name: string, node: Node, reading: GoReading): CommandDraft | undefined {
  const set = reading.flagSets.get(scope, name, node.startIndex);
  const command = reading.commands.get(scope, name, node.startIndex);
  return (set !== undefined && (command === undefined || set.from > command.from) ? set : command)?.value;
}

/** The program itself, where its command stands in another file. */
export function program(node: Node, reading: GoReading): CommandDraft {
  const known = reading.commands.get(null, '', 0)?.value;
  if (known !== undefined) return known;
  const draft = draftCommand(lineOf(node), null, null);
  reading.drafts.push(draft);
  reading.commands.set(null, '', 0, draft);
  reading.roots.add(draft);
  return draft;
}

/** Whose flags an expression holds: `flag` of the program, `cmd.Flags()`, a variable, what a function is given. */
export function flagOwner(owner: Node, reading: GoReading): CommandDraft | undefined {
  const name = shortText(owner);
  if (name === 'flag' || name === 'pflag') return reading.isMain ? program(owner, reading) : undefined;
  const called = owner.type === 'call_expression' ? owner.childForFieldName('function') : null;
  const field = called?.type === 'selector_expression' ? called.childForFieldName('field') : null;
  const isFlags = FLAGS_METHOD.test(shortText(field ?? null) ?? '');
  const held = isFlags ? (called?.childForFieldName('operand') ?? null) : owner;
  return draftOf(held, reading);
}
