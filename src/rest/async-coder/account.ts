import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import type { AsyncCoderProfileFragment, SubscriptionTier } from '../../gql/graphql.ts';

graphql(`
  fragment AsyncCoderProfile on User {
    databaseId
    email
    username
    displayName
    avatarUrl
    credits
    subscriptionTier
    github {
      login
    }
  }
`);

const tiers: Record<SubscriptionTier, z.infer<typeof profile>['subscriptionTier']> = {
  FREE: 'free',
  PRO: 'pro',
  ENTERPRISE: 'enterprise',
};

/** A user as this dialect shows them to themselves. */
export const profile = z.object({
  id: z.uuid(),
  email: z.string(),
  username: z.string(),
  displayName: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  credits: z.int(),
  subscriptionTier: z.enum(['free', 'pro', 'enterprise']),
  isGithubConnected: z.boolean(),
});

/** Puts a user into this dialect's words. */
export function profileOf({
  databaseId,
  email,
  username,
  displayName,
  avatarUrl,
  credits,
  subscriptionTier,
  github,
}: AsyncCoderProfileFragment): z.infer<typeof profile> {
  return {
    id: databaseId,
    email,
    username,
    displayName,
    avatarUrl,
    // Null for what is somebody else's only.
    credits: credits ?? 0,
    subscriptionTier: tiers[subscriptionTier ?? 'FREE'],
    isGithubConnected: github !== null,
  };
}
