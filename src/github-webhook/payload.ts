import { z } from 'zod';
import { repositoryFacts } from '../github/service.ts';
import { DomainError, unfit, ValidationError } from '../platform/errors.ts';

/** What of a delivery's payload is looked at, by its event. Others are not looked at. */
export const payloads = {
  push: z.object({ repository: repositoryFacts }),
  pull_request: z.object({
    action: z.string(),
    number: z.int().positive(),
    pull_request: z.object({ state: z.enum(['open', 'closed']), merged: z.boolean().nullish() }),
    repository: repositoryFacts,
  }),
  repository: z.object({ action: z.string(), repository: repositoryFacts }),
};

/** Reads a payload. @throws ValidationError when it is not of the form GitHub documents */
export function readPayload<Form extends z.ZodType>(form: Form, payload: unknown): z.output<Form> {
  const parsed = form.safeParse(payload);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const [first] = issues;
  throw new ValidationError(`${first?.path ?? 'payload'}: ${first?.message ?? 'does not fit'}`, issues);
}

/**
 * Reads the body of a delivery: JSON, or a form with the JSON in its field `payload`, as the webhook is set up.
 * @throws ValidationError, DomainError UNSUPPORTED_MEDIA_TYPE
 */
export function readBody(body: Uint8Array, contentType: string | undefined): unknown {
  const text = Buffer.from(body).toString('utf8');
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return readJson(text);
  if (type !== 'application/x-www-form-urlencoded') {
    throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'Webhooks come as application/json or as a form');
  }
  return readJson(new URLSearchParams(text).get('payload') ?? '');
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unfit('payload', 'is not valid JSON');
  }
}
