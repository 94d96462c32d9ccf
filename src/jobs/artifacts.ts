import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import type { App } from '../app.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Transaction } from '../platform/database.ts';
import { NotFoundError } from '../platform/errors.ts';
import { ownedBy, type Viewer } from '../platform/viewer.ts';

/** A file a job made, stored but not yet announced: its row is written when the job completes. */
export type StoredArtifact = Prisma.ArtifactCreateManyInput;

/** Seconds a signed download link is good for. */
const linkSeconds = 15 * 60;

/**
 * Stores a file of a job. The key holds the content's hash, so an older attempt cannot change what a newer one wrote.
 * `path` is relative with forward slashes.
 */
export async function storeArtifact(
  app: App,
  jobId: string,
  file: { readonly path: string; readonly content: Uint8Array; readonly mediaType: string },
): Promise<StoredArtifact> {
  const sha256 = createHash('sha256').update(file.content).digest('hex');
  const storageKey = `jobs/${jobId}/${sha256}`;
  await app.storage.put(storageKey, file.content);
  return {
    id: uuidv7(),
    jobId,
    path: file.path,
    mediaType: file.mediaType,
    size: file.content.byteLength,
    sha256,
    storageKey,
  };
}

/** Writes the rows of stored files; meant for the transaction that completes the job. */
export async function saveArtifacts(transaction: Transaction, artifacts: readonly StoredArtifact[]): Promise<void> {
  await transaction.artifact.createMany({ data: [...artifacts] });
}

export interface Download {
  readonly path: string;
  readonly mediaType: string;
  readonly size: number;
  readonly sha256: string;
  readonly open: () => Promise<Readable>;
}

/** A file for download by its owner. @throws NotFoundError */
export async function downloadArtifact(app: App, viewer: Viewer, id: string): Promise<Download> {
  return find(app, { id, job: ownedBy(viewer) });
}

/** A file for download by a link that `artifactLink` made. @throws NotFoundError when it is forged or too old */
export async function downloadByLink(app: App, id: string, expires: string, signature: string): Promise<Download> {
  const good = app.secret.verify('artifact-link', `${id} ${expires}`, signature);
  if (!good || Number(expires) * 1000 < Date.now()) throw new NotFoundError('File');
  return find(app, { id });
}

async function find(app: App, where: Prisma.ArtifactWhereInput): Promise<Download> {
  const artifact = await app.database.prisma.artifact.findFirst({ where });
  if (artifact === null) throw new NotFoundError('File');
  return { ...artifact, open: () => app.storage.get(artifact.storageKey) };
}

/**
 * Address of a download that needs no header, good for 15 minutes: whoever has it can read the file. A path unless
 * BACKEND_BASE_URL says where this server is.
 */
export function artifactLink(app: App, id: string): string {
  const expires = String(Math.floor(Date.now() / 1000) + linkSeconds);
  const base = app.config.BACKEND_BASE_URL ?? '';
  return `${base}/artifacts/${id}?expires=${expires}&signature=${app.secret.sign('artifact-link', `${id} ${expires}`)}`;
}

/** The text of a file, at most `maximum` bytes of it, cut between characters; null when it is not text. */
export async function artifactText(
  app: App,
  artifact: { storageKey: string; mediaType: string; size: number },
  maximum: number,
): Promise<string | null> {
  if (!/^text\/|[/+](?:json|xml)$/.test(artifact.mediaType)) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of await app.storage.get(artifact.storageKey)) {
    const bytes: Uint8Array = chunk;
    chunks.push(bytes);
    size += bytes.byteLength;
    if (size >= maximum) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, maximum);
  // A streaming decoder holds an incomplete last character back instead of making it U+FFFD.
  return new TextDecoder().decode(bytes, { stream: bytes.byteLength < artifact.size });
}
