import { posix } from 'node:path';
import type { MarkdownDocument } from './markdown-document.ts';
import type { OwnPrograms } from './own-programs.ts';
import type { ShellCommand } from './shell-commands.ts';
import type { HealthSubject } from './subject.ts';

/** What is wrong with a command, and what may be meant. */
export interface CommandFault {
  readonly message: string;
  readonly suggestion: string | null;
}

/** Where a command is judged. */
export interface CommandPlace {
  readonly document: MarkdownDocument;
  readonly subject: HealthSubject;
  readonly programs: OwnPrograms;
}

/** Folders around a file, the nearest first, the root last. */
export function foldersAround(path: string): string[] {
  const start = posix.dirname(path).replace(/^\.$/, '');
  const found: string[] = [];
  for (let at = start; ; at = posix.dirname(at) === '.' ? '' : posix.dirname(at)) {
    found.push(at);
    if (at === '') break;
  }
  return found;
}

/** Folders a command may be meant for, the nearest first: the one it goes into, or that of the document, and above. */
export function foldersFor({ folder }: ShellCommand): string[] | null {
  return folder === null ? null : foldersAround(posix.join(folder, '_'));
}
