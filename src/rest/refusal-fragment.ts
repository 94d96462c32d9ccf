import { graphql } from '../gql/gql.ts';

/** What every mutation document asks of a refusal; one mapper a dialect puts it into its words. */
export const refusalFragment = graphql(`
  fragment Refusal on Error {
    __typename
    code
    message
    ... on ValidationError {
      issues {
        path
        message
      }
    }
    ... on NotConfiguredError {
      settings
    }
    ... on ExternalServiceError {
      retryable
      retryAt
      upstreamRequestId
    }
    ... on InsufficientCreditsError {
      required
      available
    }
  }
`);
