/** What makes a file a module of one kind or another. */
const MODULE = /^\s*(?:import|export)\b|\brequire\s*\(|\bmodule\.exports\b|\bexports\.|\bdefine\s*\(/m;

/** Whether a text says that it is a module: then its names are its own. */
export function isModule(text: string): boolean {
  return MODULE.test(text);
}

/** Whether a text is a script that pages load, and no module: it shares its names with every other script of a page. */
export function isPageScript(path: string, text: string): boolean {
  return (
    /\.js$/.test(path) &&
    (/(?:^|\/)_?(?:static|public|assets|wwwroot)\//.test(path) || /\b(?:document|window)\.|\$\(/.test(text)) &&
    !isModule(text)
  );
}

/**
 * Whether a name that a script of a page does not declare may come from another script of that page, which may be a
 * library or lie on another host: it is called, looked into, or begins as classes and constants do. A variable that is
 * read as it is, or one that the script assigns, is none of a library's.
 */
export function mayComeFromPage(name: string, line: string, column: number, text: string): boolean {
  const own = name.replaceAll('$', '\\$');
  const isAssigned = new RegExp(
    `(?<![\\w$.'"-])${own}\\s*(?:[-+*/%&|^]?=(?![=>])|\\+\\+|--)|\\((?:\\s*)${own}\\s+(?:of|in)\\b`,
  );
  if (isAssigned.test(text)) return false;
  const after = line.slice(column - 1 + name.length);
  return /^\s*(?:\?\.|[.(])/.test(after) || /^[A-Z]/.test(name);
}
