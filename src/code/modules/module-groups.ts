import { compareBytes } from '../source-tree.ts';

/** Modules that a diagram shows as one node. */
export interface ModuleGroup {
  /** A module's path, or a folder's with a slash at its end; `folder/*` for the files right in a folder. */
  readonly label: string;
  readonly modules: readonly string[];
  /** A folder is opened into its parts where there is room; anything else stays as it is. */
  readonly kind: 'folder' | 'files' | 'rest' | 'module';
}

/** More nodes than that, with the arrows between them, cannot be read on a page. */
const MOST_NODES = 20;
/** Fewer nodes than that say nothing: a flat folder is drawn module by module as long as that can be read at all. */
const FEWEST_NODES = 4;
const MOST_ALONE = 30;
/** A folder with a smaller share of the modules stays closed, so that all are seen from the same distance. */
const LARGE_SHARE = 0.25;

/**
 * Groups modules so that a diagram of them can be read: each alone while they are few, else by folder. A folder that
 * holds most of the project is opened, though only as far as there is room: its smallest parts are put together then.
 */
export function groupModules(modules: readonly string[]): ModuleGroup[] {
  if (modules.length <= MOST_NODES) return [...modules].sort(compareBytes).map(alone);
  let groups: ModuleGroup[] = partsOf({ label: '', modules, kind: 'folder' });
  if (groups.length > MOST_NODES) groups = withRest('', groups, MOST_NODES);
  for (;;) {
    const largest = groups
      .filter((group) => group.kind === 'folder' && group.modules.length >= modules.length * LARGE_SHARE)
      .sort((a, b) => b.modules.length - a.modules.length || compareBytes(a.label, b.label))
      .find((group) => partsOf(group).length > 1 || partsOf(group)[0]?.kind === 'folder');
    if (largest === undefined) break;
    const others = groups.filter((group) => group !== largest);
    const room = MOST_NODES - others.length;
    const parts = partsOf(largest);
    if (room < 2) break;
    groups = [...others, ...(parts.length > room ? withRest(largest.label, parts, room) : parts)];
  }
  if (groups.length < FEWEST_NODES && modules.length <= MOST_ALONE) return [...modules].sort(compareBytes).map(alone);
  return groups.sort((a, b) => compareBytes(a.label, b.label));
}

function alone(path: string): ModuleGroup {
  return { label: path, modules: [path], kind: 'module' };
}

/** Its subfolders, and the files right in it as one. */
function partsOf(folder: ModuleGroup): ModuleGroup[] {
  const own: string[] = [];
  const folders = new Map<string, string[]>();
  for (const path of folder.modules) {
    const slash = path.indexOf('/', folder.label.length);
    if (slash < 0) own.push(path);
    else folders.set(path.slice(0, slash + 1), [...(folders.get(path.slice(0, slash + 1)) ?? []), path]);
  }
  const parts = [...folders].map(([label, modules]): ModuleGroup => {
    const [first = '', ...more] = modules;
    return more.length === 0 ? alone(first) : { label, modules, kind: 'folder' };
  });
  const [first, ...more] = own;
  if (first === undefined) return parts;
  if (more.length === 0) return [...parts, alone(first)];
  return [...parts, { label: `${folder.label}*`, modules: own, kind: 'files' }];
}

/** The largest parts, and one that stands for the others. */
function withRest(folder: string, parts: readonly ModuleGroup[], room: number): ModuleGroup[] {
  const bySize = [...parts].sort((a, b) => b.modules.length - a.modules.length || compareBytes(a.label, b.label));
  const rest = bySize.splice(room - 1);
  const modules = rest.flatMap((part) => part.modules);
  return [...bySize, { label: `${folder}… ${rest.length} more`, modules, kind: 'rest' }];
}
