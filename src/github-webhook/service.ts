import { z } from 'zod';
import type { App } from '../app.ts';
import type { Transaction } from '../platform/database.ts';
import { UnauthenticatedError } from '../platform/errors.ts';
import { forgetAtGitHub, noteGitHubNews } from '../repos/service.ts';
import { notePullRequest } from '../tasks/service.ts';
import { payloads, readBody, readPayload } from './payload.ts';
import { isSigned } from './signature.ts';

/** A delivery of GitHub's webhook as it came. */
export interface Delivery {
  /** The bytes that were signed. */
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
  /** X-Hub-Signature-256. */
  readonly signature: string | undefined;
  /** X-GitHub-Event. */
  readonly event: string | undefined;
  /** X-GitHub-Delivery. */
  readonly id: string | undefined;
}

/** What became of a delivery: `ignored` for events that concern nothing here. */
export type Received = 'handled' | 'ignored' | 'repeated';

const heads = z.object({
  'X-GitHub-Event': z.string('is missing').regex(/^\w{1,64}$/, 'is not the name of an event'),
  'X-GitHub-Delivery': z.string('is missing').regex(/^[\w-]{1,100}$/, 'is not the id of a delivery'),
});

/**
 * Takes a delivery of GitHub's webhook. It is handled once however often it comes, and all of it or nothing: what
 * fails is not remembered, so that GitHub's next try is handled.
 * @throws UnauthenticatedError INVALID_SIGNATURE, ValidationError, DomainError UNSUPPORTED_MEDIA_TYPE
 */
export async function receiveDelivery(app: App, delivery: Delivery): Promise<Received> {
  const secret = app.config.GITHUB_WEBHOOK_SECRET;
  if (secret === undefined) {
    const message = 'This server takes no webhooks of GitHub: GITHUB_WEBHOOK_SECRET is not set';
    throw new UnauthenticatedError(message, 'INVALID_SIGNATURE');
  }
  if (!isSigned(delivery.body, delivery.signature, secret)) {
    throw new UnauthenticatedError('The signature of the webhook is missing or wrong', 'INVALID_SIGNATURE');
  }
  const said = readPayload(heads, { 'X-GitHub-Event': delivery.event, 'X-GitHub-Delivery': delivery.id });
  const [event, id] = [said['X-GitHub-Event'], said['X-GitHub-Delivery']];
  const payload = readBody(delivery.body, delivery.contentType);
  const received = await app.database.prisma.$transaction(async (transaction) => {
    // The same delivery at the same time waits here until the first is handled or has failed.
    const isNew = await transaction.$executeRaw`
      INSERT INTO "GitHubDelivery" ("id", "event") VALUES (${id}, ${event}) ON CONFLICT DO NOTHING`;
    return isNew === 0 ? ('repeated' as const) : handle(app, transaction, event, payload);
  });
  app.log.info({ delivery: id, event, received }, 'a webhook of GitHub');
  return received;
}

async function handle(app: App, transaction: Transaction, event: string, payload: unknown): Promise<Received> {
  switch (event) {
    case 'ping':
      return 'handled';
    case 'push':
      await noteGitHubNews(app, transaction, readPayload(payloads.push, payload).repository);
      return 'handled';
    case 'pull_request':
      await handlePullRequest(app, transaction, readPayload(payloads.pull_request, payload));
      return 'handled';
    case 'repository':
      await handleRepository(app, transaction, readPayload(payloads.repository, payload));
      return 'handled';
    default:
      return 'ignored';
  }
}

async function handlePullRequest(
  app: App,
  transaction: Transaction,
  { action, number, pull_request: pull, repository }: z.output<typeof payloads.pull_request>,
): Promise<void> {
  await noteGitHubNews(app, transaction, repository);
  await notePullRequest(transaction, {
    repositoryGithubId: repository.githubId,
    number,
    state: pull.merged === true ? 'MERGED' : pull.state === 'closed' ? 'CLOSED' : 'OPEN',
    isReopened: action === 'reopened',
  });
}

/** Renamed, transferred, edited, made private or public: all of it stands in the facts that come along. */
async function handleRepository(
  app: App,
  transaction: Transaction,
  { action, repository }: z.output<typeof payloads.repository>,
): Promise<void> {
  if (action === 'deleted') await forgetAtGitHub(transaction, repository.githubId);
  else await noteGitHubNews(app, transaction, repository);
}
