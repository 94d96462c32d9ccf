import { posix } from 'node:path';
import type { CommandUse } from '../../code/symbols.ts';

/** The commands of one file. */
interface FileCommands {
  readonly path: string;
  readonly uses: readonly CommandUse[];
}

type Modules = readonly { readonly path: string; readonly commands: readonly CommandUse[] }[];

/** A command that adds others, and the folder of its file. */
interface Parent {
  readonly use: CommandUse;
  readonly folder: string;
}

/** Commands hold commands; deeper than this no command line goes. */
const DEEPEST = 6;

/**
 * The commands of all files, those that another file adds to one of its own under their whole names. What no file
 * places is left out.
 */
export function placedCommands(modules: Modules): FileCommands[] {
  const parents = parentsByName(modules);
  const programs = programsByFolder(modules);
  return modules.flatMap(({ path, commands }) => {
    const folder = posix.dirname(path);
    const uses = commands
      .flatMap((use) => placed({ use, folder }, parents, 0) ?? [])
      .filter(says)
      .map((use) => (use.link === undefined ? use : { ...use, program: use.program ?? programs.get(folder) ?? null }));
    return uses.length === 0 ? [] : [{ path, uses }];
  });
}

/** A program that is only added to says nothing by itself. */
function says({ program, name, description, options, arguments: given }: CommandUse): boolean {
  return program !== null || name !== null || description !== null || options.length > 0 || given.length > 0;
}

/** The program of a folder whose files put one together; none where there are several. */
function programsByFolder(modules: Modules): ReadonlyMap<string, string | null> {
  const programs = new Map<string, string | null>();
  for (const { path, commands } of modules) {
    const folder = posix.dirname(path);
    for (const { program, name, link } of commands) {
      if (program === null || name !== null || link === undefined) continue;
      programs.set(folder, programs.has(folder) && programs.get(folder) !== program ? null : program);
    }
  }
  return programs;
}

/** Who adds a name, by folder and name. */
function parentsByName(modules: Modules): ReadonlyMap<string, Parent> {
  const parents = new Map<string, Parent>();
  const folders = new Set(modules.flatMap(({ path, commands }) => (commands.length === 0 ? [] : posix.dirname(path))));
  for (const { path, commands } of modules) {
    const folder = posix.dirname(path);
    for (const use of commands) {
      for (const name of use.link?.adds ?? []) {
        const dot = name.lastIndexOf('.');
        const of = dot < 0 ? folder : folderOf(name.slice(0, dot), folders);
        if (of !== null) parents.set(`${of}/${name.slice(dot + 1)}`, { use, folder });
      }
    }
  }
  return parents;
}

/** The folder of an imported package: its path is the module's, which no file tells, and the folder's in it. */
function folderOf(path: string, folders: ReadonlySet<string>): string | null {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const inner = path.slice(at + 1);
    if (folders.has(inner)) return inner;
  }
  return null;
}

function placed({ use, folder }: Parent, parents: ReadonlyMap<string, Parent>, depth: number): CommandUse | null {
  if (use.link === undefined) return use;
  const { names, isPlaced } = use.link;
  const parent = names.map((name) => parents.get(`${folder}/${name}`)).find((one) => one !== undefined);
  const found = parent === undefined || depth > DEEPEST ? null : placed(parent, parents, depth + 1);
  // Its own file takes it for the program as long as no other one adds it to another command.
  if (found === null) return isPlaced ? use : null;
  const words = [found.name, isPlaced ? use.program : null, use.name].filter((part) => part !== null);
  return { ...use, program: found.program, name: words.join(' ') };
}
