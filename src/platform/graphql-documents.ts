import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type DocumentNode, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { z } from 'zod';
import { ConfigError } from './config.ts';

/** What of a request names the operation to run. */
export interface DocumentRequest {
  readonly query?: string | null | undefined;
  readonly extensions?: Record<string, unknown> | null | undefined;
}

/** Finds the text of the operation that a request names, over HTTP and socket alike. */
export interface Documents {
  /** @throws GraphQLError as the persisted query links of Apollo and urql expect it */
  resolve(request: DocumentRequest): string;
}

const persistedQuery = z.object({
  persistedQuery: z.object({ version: z.literal(1).optional(), sha256Hash: z.string() }),
});
/** Characters of texts and documents that are kept, all together. */
const keptCharacters = 4_000_000;

const manifests = z.union([
  z.object({
    format: z.literal('apollo-persisted-query-manifest'),
    operations: z.array(z.object({ id: z.string(), body: z.string() })),
  }),
  z.record(z.string(), z.string()),
]);

/**
 * Reads a JSON file of operations by hash, as the build tools of GraphQL clients write it: an object of texts by hash,
 * or Apollo's manifest. @throws ConfigError
 */
export async function readTrustedDocuments(path: string): Promise<ReadonlyMap<string, string>> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`TRUSTED_DOCUMENTS cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
  const read = manifests.safeParse(content);
  if (!read.success) {
    throw new ConfigError(`TRUSTED_DOCUMENTS: ${path} is neither an object of texts by hash nor an Apollo manifest.`);
  }
  const { data } = read;
  return Array.isArray(data.operations)
    ? new Map(data.operations.map(({ id, body }) => [id, body]))
    : new Map(Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The hash by which a request names its operation; undefined when it names none. */
function hashIn(extensions: DocumentRequest['extensions']): string | undefined {
  if (extensions === undefined || extensions === null) return undefined;
  return persistedQuery.safeParse(extensions).data?.persistedQuery.sha256Hash;
}

/** Only registered operations: a request names one by its hash, and may send its text as well if it is the same. */
export function trustedDocuments(registered: ReadonlyMap<string, string>): Documents {
  return {
    resolve({ query, extensions }) {
      const sha256Hash = hashIn(extensions);
      if (sha256Hash === undefined) throw refusal('PersistedQueryOnly', 'PERSISTED_QUERY_ONLY', 400);
      const text = registered.get(sha256Hash);
      // Not PersistedQueryNotFound: a client would answer that with the text, again and again.
      if (text === undefined) throw refusal('PersistedQueryNotInList', 'PERSISTED_QUERY_NOT_IN_LIST', 404);
      if (query && query !== text) throw refusal('PersistedQueryMismatch', 'PERSISTED_QUERY_MISMATCH', 400);
      return text;
    },
  };
}

/** Automatic persisted queries: a text that came once with its hash is found by the hash alone while it is kept. */
export function persistedDocuments(): Documents {
  const kept = new BoundedCache<string>();
  return {
    resolve({ query, extensions }) {
      const sha256Hash = hashIn(extensions);
      if (sha256Hash === undefined) return query ?? '';
      if (!query) {
        const text = kept.get(sha256Hash);
        if (text === undefined) throw refusal('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND', 404);
        return text;
      }
      if (createHash('sha256').update(query).digest('hex') !== sha256Hash) {
        throw refusal('PersistedQueryMismatch', 'PERSISTED_QUERY_MISMATCH', 400);
      }
      kept.set(sha256Hash, query, query.length);
      return query;
    },
  };
}

/** Puts the text of the named operation into a request over HTTP. */
export function documentPlugin(documents: Documents): Plugin {
  return {
    onParams({ params, setParams }) {
      // What is not even a request is refused, with a better message, by the check that follows.
      if (typeof params !== 'object' || params === null) return;
      const { query, extensions } = params;
      if (query !== undefined && query !== null && typeof query !== 'string') return;
      const text = documents.resolve({ query, extensions });
      if (text !== '' && text !== query) setParams({ ...params, query: text });
    },
  };
}

/** Parsed documents by text. */
export interface DocumentCache {
  get(text: string): DocumentNode | undefined;
  set(text: string, document: DocumentNode): void;
}

/** Parsed documents by text, bounded by their length: texts come from strangers. */
export function documentCache(): DocumentCache {
  const kept = new BoundedCache<DocumentNode>();
  return {
    get: (text: string) => kept.get(text),
    set: (text: string, document: DocumentNode) => kept.set(text, document, text.length),
  };
}

/** Keeps what was used last, up to a number of characters all together. */
class BoundedCache<T> {
  readonly #kept = new Map<string, { readonly value: T; readonly size: number }>();
  /** Stands last in the map: who asks for it again need not move it. */
  #newest: { readonly value: T; readonly size: number } | undefined;
  #size = 0;

  get(key: string): T | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    if (found !== this.#newest) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
      this.#newest = found;
    }
    return found.value;
  }

  set(key: string, value: T, size: number): void {
    if (size > keptCharacters / 10) return;
    this.#drop(key);
    this.#newest = { value, size };
    this.#kept.set(key, this.#newest);
    this.#size += size;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= keptCharacters) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#size -= this.#kept.get(key)?.size ?? 0;
    this.#kept.delete(key);
  }
}

function refusal(message: string, code: string, status: number): GraphQLError {
  // With `spec` the status is 200 for clients that only know application/json.
  return new GraphQLError(message, { extensions: { code, http: { status, spec: true } } });
}
