import { type Denial, isManifestName, isOutputListName, isVendoredFolder } from './left-out.ts';

/**
 * Tells of a path among `files` which of the folders above it holds other people's code or a tool's output, the
 * topmost; null for none. What the repository denies of the file is heeded.
 */
export function vendoredFolders(files: readonly string[]): (path: string, denied: Denial) => string | null {
  const manifestFolders = new Set<string>();
  const outputFolders = new Set<string>();
  for (const path of files) {
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    if (isManifestName(name)) manifestFolders.add(slash < 0 ? '' : path.slice(0, slash));
    else if (slash > 0 && isOutputListName(name)) outputFolders.add(path.slice(0, slash));
  }
  // Many files stand in one folder, and few denials are made.
  const known = new Map<Denial, Map<string, string | null>>();
  const above = (path: string, denied: Denial, found: Map<string, string | null>): string | null => {
    const slash = path.lastIndexOf('/');
    if (slash < 0) return null;
    const folder = path.slice(0, slash);
    const before = found.get(folder);
    if (before !== undefined) return before;
    const parent = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
    const stands = { inRoot: parent === '', besideManifest: manifestFolders.has(parent) };
    const isVendored = () =>
      (denied === null && outputFolders.has(folder)) ||
      isVendoredFolder(folder.slice(folder.lastIndexOf('/') + 1), stands, denied);
    const topmost = above(folder, denied, found) ?? (isVendored() ? folder : null);
    found.set(folder, topmost);
    return topmost;
  };
  return (path, denied) => {
    const found = known.get(denied) ?? new Map<string, string | null>();
    known.set(denied, found);
    return above(path, denied, found);
  };
}
