import { isUploadedFile } from './uploaded-file.ts';

/** PostgreSQL's text holds neither U+0000 nor half a surrogate pair. Gives the complaint, or null when all is well. */
export function unstorable(text: string): string | null {
  if (text.includes('\0')) return 'A string must not hold the character U+0000';
  if (!text.isWellFormed()) return 'A string must not hold half a surrogate pair';
  return null;
}

/** What is wrong with a value from outside, and where in it. */
export interface Complaint {
  readonly kind: 'text' | 'values' | 'depth';
  readonly message: string;
  readonly path: readonly string[];
}

/**
 * Looks through a value from outside for text that cannot be stored, and for being too large or too deep. Walks
 * without recursion, so that no depth can exhaust the stack.
 */
export function complaintAbout(
  value: unknown,
  limits: { readonly depth: number; readonly values: number },
): Complaint | null {
  const open: { value: unknown; path: readonly string[] }[] = [{ value, path: [] }];
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: one, path } = next;
    count += 1;
    if (count > limits.values) return { kind: 'values', message: `at most ${limits.values} values`, path: [] };
    if (path.length > limits.depth)
      return { kind: 'depth', message: `at most ${limits.depth} deep`, path: path.slice(0, 1) };
    const message = typeof one === 'string' ? unstorable(one) : null;
    if (message !== null) return { kind: 'text', message, path };
    // A file is looked at by whoever takes it.
    if (typeof one !== 'object' || one === null || isUploadedFile(one)) continue;
    for (const [key, child] of Object.entries(one)) {
      const keyMessage = unstorable(key);
      if (keyMessage !== null) return { kind: 'text', message: keyMessage, path };
      open.push({ value: child, path: [...path, key] });
    }
  }
  return null;
}
