import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import { type AnyRow, row } from '../route.ts';
import { profile, profileOf } from './account.ts';
import { envelope, succeeded } from './envelope.ts';

/** The caller's own profile. */
export const userRows: readonly AnyRow[] = [
  row({
    method: 'GET',
    path: '/api/users/me',
    summary: "The caller's profile",
    auth: 'required',
    status: 200,
    response: envelope(
      z.object({
        ...profile.shape,
        totalCreditsUsed: z.int(),
        createdAt: z.iso.datetime(),
        updatedAt: z.iso.datetime(),
      }),
    ),
    document: graphql(`
      query AsyncCoderMe {
        r: me {
          __typename
          ...AsyncCoderProfile
          totalCreditsUsed
          createdAt
          updatedAt
        }
      }
    `),
    variables: () => ({}),
    missing: 'User',
    reply: (user) =>
      succeeded({
        ...profileOf(user),
        totalCreditsUsed: user.totalCreditsUsed ?? 0,
        createdAt: user.createdAt,
        updatedAt: user.updatedAt,
      }),
  }),
  row({
    method: 'PUT',
    path: '/api/users/me',
    summary: "Change the caller's profile; absent fields stay, null removes",
    auth: 'required',
    status: 200,
    response: envelope(profile),
    request: { body: z.object({ displayName: z.string().nullish(), avatarUrl: z.string().nullish() }) },
    document: graphql(`
      mutation AsyncCoderUpdateMe($input: UpdateMeInput!) {
        r: updateMe(input: $input) {
          __typename
          ...AsyncCoderProfile
          ...Refusal
        }
      }
    `),
    variables: ({ body: { displayName, avatarUrl } }) => ({
      input: { ...(displayName !== undefined && { displayName }), ...(avatarUrl !== undefined && { avatarUrl }) },
    }),
    reply: (user) => succeeded(profileOf(user)),
  }),
];
