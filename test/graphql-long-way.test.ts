import { describe } from 'vitest';
import { goTheLongWay } from './app.ts';

// What Yoga answers to the ordinary requests that go the short way otherwise: the promises about GraphQL once more.
goTheLongWay();

describe('the long way', async () => {
  await import('./graphql-http.test.ts');
  await import('./graphql-limits.test.ts');
});
describe('accounts, the long way', async () => {
  await import('./auth.test.ts');
});
describe('owners, the long way', async () => {
  await import('./owner-matrix.test.ts');
});
describe('items, the long way', async () => {
  await import('./items.test.ts');
});
