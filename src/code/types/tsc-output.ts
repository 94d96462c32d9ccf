import { dirname, join, relative, sep } from 'node:path';
import { isInside } from '../source-text.ts';
import type { InstalledEngine } from './engine-places.ts';
import type { Diagnostic } from './messages.ts';
import type { Mirror } from './mirror.ts';

/** What the compiler said of one program. */
export type ProgramOutput =
  | { readonly failure: string }
  | { readonly diagnostics: readonly Diagnostic[]; readonly general: readonly string[] };

/** Where the compiler may have read. */
interface ReadPlaces {
  readonly mirror: Mirror;
  readonly tsc: InstalledEngine;
  readonly nodeTypes: InstalledEngine | null;
}

const PLACE = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/;
const GENERAL = /^error (TS\d+): (.*)$/;

/**
 * Reads the compiler's text output. When it has read a file of the machine that it was not given, by whatever way,
 * nothing it said is passed on: a message could quote what stands there.
 */
export function readOutput(stdout: string, { mirror, tsc, nodeTypes }: ReadPlaces): ProgramOutput {
  const installed = nodeTypes === null ? [] : [nodeTypes.path, join(nodeTypes.path, '../../undici-types')];
  const allowed = [mirror.root, mirror.generated, dirname(tsc.path), ...installed];
  const diagnostics: Diagnostic[] = [];
  const general: string[] = [];
  // Whether the lines that follow belong to the last diagnostic.
  let isTold = false;
  for (const line of stdout.split('\n')) {
    const last = diagnostics.at(-1);
    if (/^ +\S/.test(line) && last !== undefined && isTold) {
      diagnostics[diagnostics.length - 1] = { ...last, details: `${last.details ?? ''}${line.trim()}\n` };
      continue;
    }
    isTold = false;
    const [, path, row, column, rule, message] = PLACE.exec(line) ?? [];
    if (path !== undefined && rule !== undefined && message !== undefined) {
      const file = join(mirror.root, path);
      const place = { line: Math.max(1, Number(row)), column: Math.max(1, Number(column)), endLine: null };
      if (isInside(mirror.root, file)) {
        isTold = true;
        diagnostics.push({ file: relative(mirror.root, file).replaceAll(sep, '/'), ...place, rule, message });
      } else if (path.endsWith('.json')) general.push(message);
    } else if (GENERAL.test(line)) general.push(GENERAL.exec(line)?.[2] ?? '');
    else if (line.startsWith('/') && !allowed.some((folder) => isInside(folder, line.trimEnd()))) {
      return { failure: 'The compiler was led out of the tree, so what it said is not used' };
    }
  }
  const roots = `${dirname(mirror.root)}${sep}`;
  const cleaned = (text: string) => text.replaceAll(`${mirror.root}${sep}`, '').replaceAll(roots, '');
  return {
    diagnostics: diagnostics.map((one) => ({ ...one, message: cleaned(one.message) })),
    general: general.map(cleaned),
  };
}

const BEGINNING = /^\d\d:\d\d:\d\d [AP]M - Building project '.*?([^/\\']+)'\.\.\.$/;

/**
 * Divides what the compiler says of several configurations in one run (`--build --verbose --singleThreaded`) among
 * them: their parts in the order of `names`, which are those of the configuration files. Null when it does not say of
 * each in turn that it begins with it.
 */
export function dividedOutput(stdout: string, names: readonly string[]): string[] | null {
  const parts: string[][] = [];
  for (const line of stdout.split('\n')) {
    const name = BEGINNING.exec(line)?.[1];
    if (name === undefined) parts.at(-1)?.push(line);
    else if (name === names[parts.length]) parts.push([]);
    else return null;
  }
  return parts.length === names.length ? parts.map((lines) => lines.join('\n')) : null;
}
