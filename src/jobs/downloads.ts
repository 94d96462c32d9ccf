import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { App } from '../app.ts';
import { credentialOf } from '../platform/context.ts';
import { NotFoundError, UnauthenticatedError } from '../platform/errors.ts';
import type { Viewer } from '../platform/viewer.ts';
import { type Download, downloadArtifact, downloadByLink } from './artifacts.ts';

const signature = z.object({ expires: z.string().max(20), signature: z.string().max(100) });

/** `GET /artifacts/{id}`: the file, for its owner by header or for whoever has a signed link. */
export function addDownloads(
  app: App,
  server: FastifyInstance,
  authenticate: (credential: string) => Promise<Viewer>,
): void {
  const config = { purpose: 'A file a job made, for its owner or by a signed link' };
  server.get('/artifacts/:id', { config }, async (request, reply) => {
    const { id } = z.object({ id: z.string() }).parse(request.params);
    if (!z.uuid().safeParse(id).success) throw new NotFoundError('File');
    const link = signature.safeParse(request.query);
    if (link.success) return send(await downloadByLink(app, id, link.data.expires, link.data.signature), reply);
    const credential = credentialOf((name) => request.headers[name]?.toString());
    if (credential === undefined) throw new UnauthenticatedError();
    return send(await downloadArtifact(app, await authenticate(credential), id), reply);
  });
}

async function send(download: Download, reply: FastifyReply): Promise<FastifyReply> {
  const name = download.path.split('/').at(-1) ?? 'file';
  // Content from a stranger's repository must never run as a page of this origin.
  return reply
    .header('content-type', download.mediaType.startsWith('text/') ? 'text/plain; charset=utf-8' : download.mediaType)
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
    .header('content-length', download.size)
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('cache-control', 'private, no-cache')
    .header('etag', `"${download.sha256}"`)
    .send(await download.open());
}
