import { z } from 'zod';
import { receiveDelivery } from '../../github-webhook/service.ts';
import { type AnyRow, rawRow } from '../route.ts';
import { envelope, succeeded } from './envelope.ts';

/** Bytes of the largest payload GitHub sends. */
const bodyLimit = 25 * 1024 * 1024;

/** What GitHub tells by itself. */
export const webhookRows: readonly AnyRow[] = [
  rawRow({
    method: 'POST',
    path: '/api/webhooks/github',
    summary: "Receives GitHub's webhook, signed with the secret that both sides know",
    auth: 'none',
    accepts: 'bytes',
    bodyLimit,
    limits: ['webhooks'],
    ownLimits: true,
    status: 200,
    response: envelope(z.object({ message: z.string() })),
    handle: async ({ app, header }, { request }) => {
      await receiveDelivery(app, {
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        contentType: header('content-type'),
        signature: header('x-hub-signature-256'),
        event: header('x-github-event'),
        id: header('x-github-delivery'),
      });
      return succeeded({ message: 'Webhook processed successfully' });
    },
  }),
];
