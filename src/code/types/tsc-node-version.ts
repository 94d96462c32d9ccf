import { posix } from 'node:path';
import { z } from 'zod';
import { readJsonc } from '../jsonc.ts';
import type { Diagnostic } from './messages.ts';

const ranges = z.record(z.string(), z.string()).optional().catch(undefined);
const manifest = z.object({ dependencies: ranges, devDependencies: ranges });

/** What the declarations of Node.js have no longer from a version on. */
const DROPPED: readonly { readonly major: number; readonly message: RegExp }[] = [
  { major: 23, message: /^Property 'is\w+' does not exist on type 'typeof import\("(?:node:)?util"\)'/ },
  { major: 24, message: /^Property 'path' does not exist on type 'Dirent\b/ },
  // What a file is read with could be left out of every signature.
  {
    major: 24,
    message: /^Argument of type '[^'\n]* \| undefined' is not assignable to parameter of type 'ReadFileOptions \| /m,
  },
];

/**
 * Whether a message says that something is not there which the declarations of Node.js had in the version that the
 * manifest nearest to the file asks for: those that are at hand are newer.
 */
export function isOfOlderNode(
  { file, rule, message, details = '' }: Diagnostic,
  texts: ReadonlyMap<string, string>,
): boolean {
  const said = rule === 'TS2769' ? details : message;
  const dropped = /^TS(?:2339|2551|2769)$/.test(rule) ? DROPPED.find((one) => one.message.test(said)) : undefined;
  if (dropped === undefined) return false;
  for (let folder = posix.dirname(file); ; folder = posix.dirname(folder)) {
    const { data } = manifest.safeParse(readJsonc(texts.get(posix.join(folder, 'package.json')) ?? '').value);
    const range = data?.devDependencies?.['@types/node'] ?? data?.dependencies?.['@types/node'];
    const major = /\d+/.exec(range ?? '')?.[0];
    if (major !== undefined) return Number(major) < dropped.major;
    if (folder === '.') return false;
  }
}
