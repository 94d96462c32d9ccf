/** Folders that hold what others wrote and is kept here as it is. */
const VENDORED =
  /(?:^|\/)(?:_?vendor(?:ed)?|_vendored?|patched|third[-_]?party|extern(?:al)?s?|bundled[-_]?libs?|deps|submodules|subprojects|node_modules|site-packages)\//i;

/** Whether a file was written elsewhere, by its path: whoever keeps the repository does not mend it. */
export function isVendored(path: string): boolean {
  return VENDORED.test(path);
}
