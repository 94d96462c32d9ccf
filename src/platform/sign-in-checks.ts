import type { App } from '../app.ts';
import { onePer } from './one-per.ts';
import { type Viewer, viewerStillSignedIn } from './viewer.ts';

/** What a wake-up about a credential names it by; null for one that cannot end. */
export function credentialId({ credential }: Viewer): string | null {
  switch (credential.kind) {
    case 'session':
      return credential.sessionId;
    case 'apiKey':
      return credential.apiKeyId;
    case 'githubToken':
      return credential.tokenHash;
    case 'operator':
    case 'capability':
      return null;
  }
}

const checksOf = onePer<App, Map<string, Promise<boolean>>>(() => new Map());

/** Milliseconds for which an answer serves others who ask the same. */
const sharedFor = 250;

/**
 * Whether the credential of a long-lived stream is still good. Streams that ask within a quarter of a second about the
 * same credential share one answer, as those of one page do that are woken together.
 */
export function stillSignedIn(app: App, viewer: Viewer): Promise<boolean> {
  const id = credentialId(viewer);
  if (id === null) return Promise.resolve(true);
  const checks = checksOf(app);
  const name = `${viewer.credential.kind}:${id}`;
  const running = checks.get(name);
  if (running !== undefined) return running;
  const check = viewerStillSignedIn(app, viewer);
  checks.set(name, check);
  const forget = () => checks.delete(name);
  check.catch(forget);
  setTimeout(forget, sharedFor).unref();
  return check;
}
