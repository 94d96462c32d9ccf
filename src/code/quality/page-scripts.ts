/** What makes a file a module of one kind or another. */
const MODULE = /^[ \t\uFEFF]*(?:import|export)\b|\brequire\s*\(|\bmodule\.exports\b|\bexports\.|\bdefine\s*\(/m;

/** Whether a text says that it is a module: then its names are its own. */
export function isModule(text: string): boolean {
  return MODULE.test(text);
}

/** Whether a file lies where a server takes what pages load. */
export function isServed(path: string): boolean {
  return /(?:^|\/)_?(?:static|public|assets|wwwroot)\//.test(path);
}

/**
 * Whether a text is a script that pages load, and no module: it shares its names with every other script of a page.
 * `served` says whether it lies where pages are served from.
 */
function isPageScript(name: string, served: boolean, text: string): boolean {
  return /\.js$/.test(name) && (served || /\b(?:document|window)\.|\$\(/.test(text)) && !isModule(text);
}

/** What a script does with names that it does not declare itself. */
export interface PageScript {
  /** Names that it gives a value somewhere. */
  readonly assigned: ReadonlySet<string>;
}

const ASSIGNED =
  /(?<![\w$.'"-])([A-Za-z_$][\w$]*)\s*(?:[-+*/%&|^]?=(?![=>])|\+\+|--)|\(\s*([A-Za-z_$][\w$]*)\s+(?:of|in)\b/g;

/** A text as a script that pages load; null where it is none. Goes through the text once. */
export function readPageScript(name: string, served: boolean, text: string): PageScript | null {
  if (!isPageScript(name, served, text)) return null;
  const names = [...text.matchAll(ASSIGNED)].map(([, given, taken]) => given ?? taken ?? '');
  return { assigned: new Set(names) };
}

/**
 * Whether a name that a script of a page does not declare may come from another script of that page, which may be a
 * library or lie on another host: it is called, looked into, or begins as classes and constants do. A variable that is
 * read as it is, or one that the script assigns, is none of a library's. `after` is what stands behind the name, at
 * least to the end of the next line.
 */
export function mayComeFromPage(name: string, after: string, { assigned }: PageScript): boolean {
  return !assigned.has(name) && (/^\s*(?:\?\.|[.(])/.test(after) || /^[A-Z]/.test(name));
}
