import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The page, ready to be sent. */
export interface GraphiqlPage {
  readonly plain: Buffer;
  readonly zipped: Buffer;
  readonly etag: string;
  /** Keeps the page, and the sign-in in it, from speaking to anybody but this server. */
  readonly contentSecurityPolicy: string;
}

/** A ready sign-in that the page carries, so that its starter queries run as they stand. */
export interface ReadySignIn {
  readonly login: string;
  readonly password: string;
  readonly authorization: string;
  /** A repository that can be documented from here. */
  readonly address: string;
}

const contentSecurityPolicy = [
  "default-src 'self' data: blob:",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * Makes the GraphiQL page: 9 MB with all its scripts inline, so it works without a network. Made when first asked for,
 * then kept compressed.
 */
export async function renderGraphiqlPage(ready: ReadySignIn | null): Promise<GraphiqlPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const headers = JSON.stringify({ Authorization: ready?.authorization ?? 'Bearer <access token>' }, null, 2);
  const page = renderGraphiQL({
    title: 'Millwright',
    headers,
    defaultTabs: starterQueries(ready).map((query) => ({ query, headers: ready === null ? null : headers })),
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: 'headers',
    subscriptionsProtocol: 'SSE',
    schemaDescription: true,
  });
  const plain = Buffer.from(page);
  return {
    plain,
    zipped: await promisify(gzip)(plain, { level: 6 }),
    etag: `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`,
    contentSecurityPolicy,
  };
}

/** The tabs GraphiQL opens with. A test runs each of them as it stands. */
export function starterQueries(ready: ReadySignIn | null): string[] {
  const address = JSON.stringify(ready?.address ?? 'owner/name');
  const login = JSON.stringify(ready?.login ?? 'you@example.com');
  const password = JSON.stringify(ready?.password ?? 'your password');
  return [
    `# Documents a repository. Run it,
# then follow it in the next tab.
mutation DocumentRepository {
  generateDocs(input: { address: ${address} }) {
    ... on DocsJob {
      databaseId
      status
      repository {
        name
        url
      }
    }
    ... on Error {
      code
      message
    }
  }
}
`,
    `# Everything that happens to your jobs:
# first all that was, then what comes.
# Start it, then run the first tab again.
subscription FollowMyJobs {
  myEvents(after: 0) {
    userSeq
    at
    ... on JobEvent {
      jobId
      type
      status
      stage
      percentage
      message
    }
  }
}
`,
    `# Your newest jobs with their results.
query MyJobs {
  jobs(first: 5) {
    totalCount
    nodes {
      databaseId
      status
      stage
      percentage
      error {
        code
        message
      }
      artifacts {
        path
        size
        url
        text(first: 2000)
      }
      ... on DocsJob {
        commit
        repository {
          name
        }
        coverage {
          percentage
          publicSymbols
          documentedSymbols
        }
      }
    }
  }
}
`,
    `# Who you are, by the headers below.
query WhoAmI {
  me {
    username
    email
    role
    permissions
  }
}
`,
    `# Put the access token into the headers:
# {"Authorization": "Bearer …"}
mutation SignIn {
  signIn(
    input: {
      login: ${login}
      password: ${password}
    }
  ) {
    ... on Credentials {
      accessToken
      refreshToken
      expiresAt
    }
    ... on Error {
      code
      message
    }
  }
}
`,
  ];
}
