import type { z } from 'zod';
import type { ContentCache } from '../../platform/content-cache.ts';

/** What is known by key, as it was kept; what does not read as it should is not known. */
export function readKept<Value>(
  cache: ContentCache,
  kind: string,
  keys: readonly string[],
  shape: z.ZodType<Value>,
): Map<string, Value> {
  const known = new Map<string, Value>();
  for (const [key, bytes] of cache.read(kind, keys)) {
    const value = shape.safeParse(parsed(bytes));
    if (value.success) known.set(key, value.data);
  }
  return known;
}

/** Keeps values as JSON. */
export function keep(
  cache: ContentCache,
  kind: string,
  values: readonly (readonly [key: string, value: unknown])[],
): void {
  if (values.length === 0) return;
  cache.write(
    kind,
    values.map(([key, value]): [string, Uint8Array] => [key, Buffer.from(JSON.stringify(value))]),
  );
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
}

/** The key of a file's content under its name, whose ending tells the language; null where its content is not known. */
export function contentKey(hashes: ReadonlyMap<string, string>, path: string): string | null {
  const hash = hashes.get(path);
  return hash === undefined ? null : `${hash}/${path.slice(path.lastIndexOf('/') + 1)}`;
}
