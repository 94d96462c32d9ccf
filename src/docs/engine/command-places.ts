import { posix } from 'node:path';
import type { CommandUse } from '../../code/symbols.ts';

/** The commands of one file. */
interface FileCommands {
  readonly path: string;
  readonly uses: readonly CommandUse[];
}

/** Commands hold commands; deeper than this no command line goes. */
const DEEPEST = 6;

/**
 * The commands of all files, those that a file of the same folder adds to another one under their whole names. What no
 * file places is left out.
 */
export function placedCommands(
  modules: readonly { readonly path: string; readonly commands: readonly CommandUse[] }[],
): FileCommands[] {
  const parents = parentsByName(modules);
  return modules.flatMap(({ path, commands }) => {
    const uses = commands.flatMap((use) => placed(use, posix.dirname(path), parents, 0) ?? []);
    return uses.length === 0 ? [] : [{ path, uses }];
  });
}

/** Who adds a name, by folder and name. */
function parentsByName(
  modules: readonly { readonly path: string; readonly commands: readonly CommandUse[] }[],
): ReadonlyMap<string, CommandUse> {
  const parents = new Map<string, CommandUse>();
  for (const { path, commands } of modules) {
    for (const use of commands) {
      for (const name of use.link?.adds ?? []) parents.set(`${posix.dirname(path)}/${name}`, use);
    }
  }
  return parents;
}

function placed(
  use: CommandUse,
  folder: string,
  parents: ReadonlyMap<string, CommandUse>,
  depth: number,
): CommandUse | null {
  if (use.link === undefined || use.link.isPlaced) return use;
  const parent = use.link.names.map((name) => parents.get(`${folder}/${name}`)).find((one) => one !== undefined);
  const found = parent === undefined || depth > DEEPEST ? null : placed(parent, folder, parents, depth + 1);
  if (found === null) return null;
  const name = [found.name, use.name].filter((part) => part !== null).join(' ');
  return { ...use, program: found.program, name };
}
