import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

/** One page: where it goes and what it says. */
export interface Page {
  readonly path: string;
  readonly content: string;
}

/**
 * Unified diff that adds the pages, as git writes it: `git apply` takes it in a clean clone. Rejects with a
 * ConflictError when a page would fall on something that exists under `root`.
 */
export async function makePatch(root: string, pages: readonly Page[]): Promise<string> {
  const found = await Promise.all(pages.map(({ path }) => lstat(join(root, path)).catch(() => null)));
  const taken = pages.find((_, index) => found[index] !== null);
  if (taken !== undefined) throw await conflict(taken);
  return pages.map(addition).join('');
}

/** Loaded when it is needed: it brings GraphQL along, and a thread that makes pages has no other use for that. */
async function conflict({ path }: Page): Promise<Error> {
  const { ConflictError } = await import('../../platform/errors.ts');
  return new ConflictError(`${path} exists already: it is not overwritten`, 'PAGE_EXISTS');
}

function addition(page: Page): string {
  const header = `diff --git ${quoted(`a/${page.path}`)} ${quoted(`b/${page.path}`)}\nnew file mode 100644\n`;
  if (page.content === '') return header;
  const complete = page.content.endsWith('\n');
  const lines = (complete ? page.content.slice(0, -1) : page.content).split('\n');
  const range = lines.length === 1 ? '+1' : `+1,${lines.length}`;
  const body = lines.map((line) => `+${line}\n`).join('');
  // A blank in a name makes git end the header line with a tab, so that the name's end can be told.
  const tab = page.path.includes(' ') ? '\t' : '';
  const end = complete ? '' : '\\ No newline at end of file\n';
  return `${header}--- /dev/null\n+++ ${quoted(`b/${page.path}`)}${tab}\n@@ -0,0 ${range} @@\n${body}${end}`;
}

const C_ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/** A name as git quotes it: control characters, quotes and backslashes escaped, everything else as it is. */
function quoted(name: string): string {
  const escaped = name.replace(
    /["\\]|\p{Cc}/gu,
    (one) => C_ESCAPES[one] ?? `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return escaped === name ? name : `"${escaped}"`;
}
