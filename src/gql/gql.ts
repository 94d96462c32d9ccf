/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  fragment AutomationsUser on User {\n    databaseId\n    email\n    displayName\n    isActive\n    role\n    createdAt\n    updatedAt\n  }\n": typeof types.AutomationsUserFragmentDoc,
    "\n  fragment AutomationsCredentials on Credentials {\n    accessToken\n    refreshToken\n  }\n": typeof types.AutomationsCredentialsFragmentDoc,
    "\n  query AutomationsMe {\n    r: me {\n      __typename\n      ...AutomationsUser\n    }\n  }\n": typeof types.AutomationsMeDocument,
    "\n      mutation AutomationsLogin($login: String!, $password: String!) {\n        r: signIn(input: { login: $login, password: $password }) {\n          __typename\n          ...AutomationsCredentials\n          ...Refusal\n        }\n      }\n    ": typeof types.AutomationsLoginDocument,
    "\n      mutation AutomationsRegister($email: String!, $password: String!, $displayName: String) {\n        r: register(input: { email: $email, password: $password, displayName: $displayName }) {\n          __typename\n          ...AutomationsUser\n          ...Refusal\n        }\n      }\n    ": typeof types.AutomationsRegisterDocument,
    "\n      mutation AutomationsRefresh($refreshToken: String!) {\n        r: refreshCredentials(refreshToken: $refreshToken) {\n          __typename\n          ...AutomationsCredentials\n          ...Refusal\n        }\n      }\n    ": typeof types.AutomationsRefreshDocument,
    "\n      mutation AutomationsLogout($refreshToken: String!) {\n        r: signOut(refreshToken: $refreshToken) {\n          __typename\n          ... on SignOutSuccess {\n            signedOut\n          }\n          ...Refusal\n        }\n      }\n    ": typeof types.AutomationsLogoutDocument,
    "\n      mutation AutomationsUpdateMe($input: UpdateMeInput!) {\n        r: updateMe(input: $input) {\n          __typename\n          ...AutomationsUser\n          ...Refusal\n        }\n      }\n    ": typeof types.AutomationsUpdateMeDocument,
    "\n      query AutomationsUserById($id: UUID!) {\n        r: user(id: $id) {\n          __typename\n          ...AutomationsUser\n        }\n      }\n    ": typeof types.AutomationsUserByIdDocument,
    "\n      query AutomationsSessions {\n        r: me {\n          __typename\n          sessions(first: 100) {\n            totalCount\n            nodes {\n              databaseId\n              deviceName\n              deviceType\n              ipAddress\n              isCurrent\n              createdAt\n              lastUsedAt\n            }\n          }\n        }\n      }\n    ": typeof types.AutomationsSessionsDocument,
    "\n      mutation AutomationsRevokeSession($id: UUID!) {\n        r: revokeSession(id: $id) {\n          __typename\n          ... on Session {\n            databaseId\n          }\n          ...Refusal\n        }\n      }\n    ": typeof types.AutomationsRevokeSessionDocument,
    "\n  fragment AutomationsItem on Item {\n    databaseId\n    title\n    description\n    isActive\n    createdAt\n    updatedAt\n  }\n": typeof types.AutomationsItemFragmentDoc,
    "\n      query AutomationsItems($first: Int!, $offset: Int!) {\n        r: items(first: $first, offset: $offset) {\n          __typename\n          totalCount\n          nodes {\n            ...AutomationsItem\n          }\n        }\n      }\n    ": typeof types.AutomationsItemsDocument,
    "\n      mutation AutomationsCreateItem($title: String!, $description: String) {\n        r: createItem(input: { title: $title, description: $description }) {\n          __typename\n          ...AutomationsItem\n          ...Refusal\n        }\n      }\n    ": typeof types.AutomationsCreateItemDocument,
    "\n      query AutomationsItemById($id: UUID!) {\n        r: item(id: $id) {\n          __typename\n          ...AutomationsItem\n        }\n      }\n    ": typeof types.AutomationsItemByIdDocument,
    "\n      mutation AutomationsUpdateItem($input: UpdateItemInput!) {\n        r: updateItem(input: $input) {\n          __typename\n          ...AutomationsItem\n          ...Refusal\n        }\n      }\n    ": typeof types.AutomationsUpdateItemDocument,
    "\n      mutation AutomationsDeleteItem($id: UUID!) {\n        r: deleteItem(id: $id) {\n          __typename\n          ... on Item {\n            databaseId\n          }\n          ...Refusal\n        }\n      }\n    ": typeof types.AutomationsDeleteItemDocument,
    "\n  fragment FixMyDocsJob on DocsJob {\n    number\n    status\n    stage\n    percentage\n    error {\n      code\n      message\n    }\n    commit\n    branch\n    pullRequestUrl\n    repository {\n      number\n      name\n      namespace\n    }\n    createdAt\n    startedAt\n    updatedAt\n    finishedAt\n  }\n": typeof types.FixMyDocsJobFragmentDoc,
    "\n      mutation FixMyDocsRun($number: Int!) {\n        r: generateDocs(input: { repositoryNumber: $number }) {\n          __typename\n          ...FixMyDocsJob\n          ...Refusal\n        }\n      }\n    ": typeof types.FixMyDocsRunDocument,
    "\n      query FixMyDocsStatus($number: Int!) {\n        r: docsJob(number: $number) {\n          __typename\n          ...FixMyDocsJob\n        }\n      }\n    ": typeof types.FixMyDocsStatusDocument,
    "\n      query FixMyDocsJobs($first: Int!, $offset: Int, $after: String) {\n        r: jobs(first: $first, offset: $offset, after: $after, kind: DOCS) {\n          __typename\n          totalCount\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          nodes {\n            ...FixMyDocsJob\n          }\n        }\n      }\n    ": typeof types.FixMyDocsJobsDocument,
    "\n      mutation FixMyDocsConnect($address: String!) {\n        r: connectRepository(address: $address) {\n          __typename\n          ... on Repository {\n            number\n            namespace\n            name\n            connectedAt\n          }\n          ...Refusal\n        }\n      }\n    ": typeof types.FixMyDocsConnectDocument,
    "\n      mutation FixMyDocsBeginSignIn {\n        r: beginGitHubSignIn {\n          __typename\n          ... on GitHubSignIn {\n            redirectUrl\n            state\n          }\n          ...Refusal\n        }\n      }\n    ": typeof types.FixMyDocsBeginSignInDocument,
    "\n      mutation Phase2Login($login: String!, $password: String!) {\n        r: signIn(input: { login: $login, password: $password, audience: PHASE2 }) {\n          __typename\n          ... on Credentials {\n            accessToken\n            refreshToken\n            expiresAt\n          }\n          ...Refusal\n        }\n      }\n    ": typeof types.Phase2LoginDocument,
    "\n  fragment Refusal on Error {\n    __typename\n    code\n    message\n    ... on ValidationError {\n      issues {\n        path\n        message\n      }\n    }\n  }\n": typeof types.RefusalFragmentDoc,
};
const documents: Documents = {
    "\n  fragment AutomationsUser on User {\n    databaseId\n    email\n    displayName\n    isActive\n    role\n    createdAt\n    updatedAt\n  }\n": types.AutomationsUserFragmentDoc,
    "\n  fragment AutomationsCredentials on Credentials {\n    accessToken\n    refreshToken\n  }\n": types.AutomationsCredentialsFragmentDoc,
    "\n  query AutomationsMe {\n    r: me {\n      __typename\n      ...AutomationsUser\n    }\n  }\n": types.AutomationsMeDocument,
    "\n      mutation AutomationsLogin($login: String!, $password: String!) {\n        r: signIn(input: { login: $login, password: $password }) {\n          __typename\n          ...AutomationsCredentials\n          ...Refusal\n        }\n      }\n    ": types.AutomationsLoginDocument,
    "\n      mutation AutomationsRegister($email: String!, $password: String!, $displayName: String) {\n        r: register(input: { email: $email, password: $password, displayName: $displayName }) {\n          __typename\n          ...AutomationsUser\n          ...Refusal\n        }\n      }\n    ": types.AutomationsRegisterDocument,
    "\n      mutation AutomationsRefresh($refreshToken: String!) {\n        r: refreshCredentials(refreshToken: $refreshToken) {\n          __typename\n          ...AutomationsCredentials\n          ...Refusal\n        }\n      }\n    ": types.AutomationsRefreshDocument,
    "\n      mutation AutomationsLogout($refreshToken: String!) {\n        r: signOut(refreshToken: $refreshToken) {\n          __typename\n          ... on SignOutSuccess {\n            signedOut\n          }\n          ...Refusal\n        }\n      }\n    ": types.AutomationsLogoutDocument,
    "\n      mutation AutomationsUpdateMe($input: UpdateMeInput!) {\n        r: updateMe(input: $input) {\n          __typename\n          ...AutomationsUser\n          ...Refusal\n        }\n      }\n    ": types.AutomationsUpdateMeDocument,
    "\n      query AutomationsUserById($id: UUID!) {\n        r: user(id: $id) {\n          __typename\n          ...AutomationsUser\n        }\n      }\n    ": types.AutomationsUserByIdDocument,
    "\n      query AutomationsSessions {\n        r: me {\n          __typename\n          sessions(first: 100) {\n            totalCount\n            nodes {\n              databaseId\n              deviceName\n              deviceType\n              ipAddress\n              isCurrent\n              createdAt\n              lastUsedAt\n            }\n          }\n        }\n      }\n    ": types.AutomationsSessionsDocument,
    "\n      mutation AutomationsRevokeSession($id: UUID!) {\n        r: revokeSession(id: $id) {\n          __typename\n          ... on Session {\n            databaseId\n          }\n          ...Refusal\n        }\n      }\n    ": types.AutomationsRevokeSessionDocument,
    "\n  fragment AutomationsItem on Item {\n    databaseId\n    title\n    description\n    isActive\n    createdAt\n    updatedAt\n  }\n": types.AutomationsItemFragmentDoc,
    "\n      query AutomationsItems($first: Int!, $offset: Int!) {\n        r: items(first: $first, offset: $offset) {\n          __typename\n          totalCount\n          nodes {\n            ...AutomationsItem\n          }\n        }\n      }\n    ": types.AutomationsItemsDocument,
    "\n      mutation AutomationsCreateItem($title: String!, $description: String) {\n        r: createItem(input: { title: $title, description: $description }) {\n          __typename\n          ...AutomationsItem\n          ...Refusal\n        }\n      }\n    ": types.AutomationsCreateItemDocument,
    "\n      query AutomationsItemById($id: UUID!) {\n        r: item(id: $id) {\n          __typename\n          ...AutomationsItem\n        }\n      }\n    ": types.AutomationsItemByIdDocument,
    "\n      mutation AutomationsUpdateItem($input: UpdateItemInput!) {\n        r: updateItem(input: $input) {\n          __typename\n          ...AutomationsItem\n          ...Refusal\n        }\n      }\n    ": types.AutomationsUpdateItemDocument,
    "\n      mutation AutomationsDeleteItem($id: UUID!) {\n        r: deleteItem(id: $id) {\n          __typename\n          ... on Item {\n            databaseId\n          }\n          ...Refusal\n        }\n      }\n    ": types.AutomationsDeleteItemDocument,
    "\n  fragment FixMyDocsJob on DocsJob {\n    number\n    status\n    stage\n    percentage\n    error {\n      code\n      message\n    }\n    commit\n    branch\n    pullRequestUrl\n    repository {\n      number\n      name\n      namespace\n    }\n    createdAt\n    startedAt\n    updatedAt\n    finishedAt\n  }\n": types.FixMyDocsJobFragmentDoc,
    "\n      mutation FixMyDocsRun($number: Int!) {\n        r: generateDocs(input: { repositoryNumber: $number }) {\n          __typename\n          ...FixMyDocsJob\n          ...Refusal\n        }\n      }\n    ": types.FixMyDocsRunDocument,
    "\n      query FixMyDocsStatus($number: Int!) {\n        r: docsJob(number: $number) {\n          __typename\n          ...FixMyDocsJob\n        }\n      }\n    ": types.FixMyDocsStatusDocument,
    "\n      query FixMyDocsJobs($first: Int!, $offset: Int, $after: String) {\n        r: jobs(first: $first, offset: $offset, after: $after, kind: DOCS) {\n          __typename\n          totalCount\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          nodes {\n            ...FixMyDocsJob\n          }\n        }\n      }\n    ": types.FixMyDocsJobsDocument,
    "\n      mutation FixMyDocsConnect($address: String!) {\n        r: connectRepository(address: $address) {\n          __typename\n          ... on Repository {\n            number\n            namespace\n            name\n            connectedAt\n          }\n          ...Refusal\n        }\n      }\n    ": types.FixMyDocsConnectDocument,
    "\n      mutation FixMyDocsBeginSignIn {\n        r: beginGitHubSignIn {\n          __typename\n          ... on GitHubSignIn {\n            redirectUrl\n            state\n          }\n          ...Refusal\n        }\n      }\n    ": types.FixMyDocsBeginSignInDocument,
    "\n      mutation Phase2Login($login: String!, $password: String!) {\n        r: signIn(input: { login: $login, password: $password, audience: PHASE2 }) {\n          __typename\n          ... on Credentials {\n            accessToken\n            refreshToken\n            expiresAt\n          }\n          ...Refusal\n        }\n      }\n    ": types.Phase2LoginDocument,
    "\n  fragment Refusal on Error {\n    __typename\n    code\n    message\n    ... on ValidationError {\n      issues {\n        path\n        message\n      }\n    }\n  }\n": types.RefusalFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment AutomationsUser on User {\n    databaseId\n    email\n    displayName\n    isActive\n    role\n    createdAt\n    updatedAt\n  }\n"): (typeof documents)["\n  fragment AutomationsUser on User {\n    databaseId\n    email\n    displayName\n    isActive\n    role\n    createdAt\n    updatedAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment AutomationsCredentials on Credentials {\n    accessToken\n    refreshToken\n  }\n"): (typeof documents)["\n  fragment AutomationsCredentials on Credentials {\n    accessToken\n    refreshToken\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AutomationsMe {\n    r: me {\n      __typename\n      ...AutomationsUser\n    }\n  }\n"): (typeof documents)["\n  query AutomationsMe {\n    r: me {\n      __typename\n      ...AutomationsUser\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation AutomationsLogin($login: String!, $password: String!) {\n        r: signIn(input: { login: $login, password: $password }) {\n          __typename\n          ...AutomationsCredentials\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation AutomationsLogin($login: String!, $password: String!) {\n        r: signIn(input: { login: $login, password: $password }) {\n          __typename\n          ...AutomationsCredentials\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation AutomationsRegister($email: String!, $password: String!, $displayName: String) {\n        r: register(input: { email: $email, password: $password, displayName: $displayName }) {\n          __typename\n          ...AutomationsUser\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation AutomationsRegister($email: String!, $password: String!, $displayName: String) {\n        r: register(input: { email: $email, password: $password, displayName: $displayName }) {\n          __typename\n          ...AutomationsUser\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation AutomationsRefresh($refreshToken: String!) {\n        r: refreshCredentials(refreshToken: $refreshToken) {\n          __typename\n          ...AutomationsCredentials\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation AutomationsRefresh($refreshToken: String!) {\n        r: refreshCredentials(refreshToken: $refreshToken) {\n          __typename\n          ...AutomationsCredentials\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation AutomationsLogout($refreshToken: String!) {\n        r: signOut(refreshToken: $refreshToken) {\n          __typename\n          ... on SignOutSuccess {\n            signedOut\n          }\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation AutomationsLogout($refreshToken: String!) {\n        r: signOut(refreshToken: $refreshToken) {\n          __typename\n          ... on SignOutSuccess {\n            signedOut\n          }\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation AutomationsUpdateMe($input: UpdateMeInput!) {\n        r: updateMe(input: $input) {\n          __typename\n          ...AutomationsUser\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation AutomationsUpdateMe($input: UpdateMeInput!) {\n        r: updateMe(input: $input) {\n          __typename\n          ...AutomationsUser\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      query AutomationsUserById($id: UUID!) {\n        r: user(id: $id) {\n          __typename\n          ...AutomationsUser\n        }\n      }\n    "): (typeof documents)["\n      query AutomationsUserById($id: UUID!) {\n        r: user(id: $id) {\n          __typename\n          ...AutomationsUser\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      query AutomationsSessions {\n        r: me {\n          __typename\n          sessions(first: 100) {\n            totalCount\n            nodes {\n              databaseId\n              deviceName\n              deviceType\n              ipAddress\n              isCurrent\n              createdAt\n              lastUsedAt\n            }\n          }\n        }\n      }\n    "): (typeof documents)["\n      query AutomationsSessions {\n        r: me {\n          __typename\n          sessions(first: 100) {\n            totalCount\n            nodes {\n              databaseId\n              deviceName\n              deviceType\n              ipAddress\n              isCurrent\n              createdAt\n              lastUsedAt\n            }\n          }\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation AutomationsRevokeSession($id: UUID!) {\n        r: revokeSession(id: $id) {\n          __typename\n          ... on Session {\n            databaseId\n          }\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation AutomationsRevokeSession($id: UUID!) {\n        r: revokeSession(id: $id) {\n          __typename\n          ... on Session {\n            databaseId\n          }\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment AutomationsItem on Item {\n    databaseId\n    title\n    description\n    isActive\n    createdAt\n    updatedAt\n  }\n"): (typeof documents)["\n  fragment AutomationsItem on Item {\n    databaseId\n    title\n    description\n    isActive\n    createdAt\n    updatedAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      query AutomationsItems($first: Int!, $offset: Int!) {\n        r: items(first: $first, offset: $offset) {\n          __typename\n          totalCount\n          nodes {\n            ...AutomationsItem\n          }\n        }\n      }\n    "): (typeof documents)["\n      query AutomationsItems($first: Int!, $offset: Int!) {\n        r: items(first: $first, offset: $offset) {\n          __typename\n          totalCount\n          nodes {\n            ...AutomationsItem\n          }\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation AutomationsCreateItem($title: String!, $description: String) {\n        r: createItem(input: { title: $title, description: $description }) {\n          __typename\n          ...AutomationsItem\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation AutomationsCreateItem($title: String!, $description: String) {\n        r: createItem(input: { title: $title, description: $description }) {\n          __typename\n          ...AutomationsItem\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      query AutomationsItemById($id: UUID!) {\n        r: item(id: $id) {\n          __typename\n          ...AutomationsItem\n        }\n      }\n    "): (typeof documents)["\n      query AutomationsItemById($id: UUID!) {\n        r: item(id: $id) {\n          __typename\n          ...AutomationsItem\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation AutomationsUpdateItem($input: UpdateItemInput!) {\n        r: updateItem(input: $input) {\n          __typename\n          ...AutomationsItem\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation AutomationsUpdateItem($input: UpdateItemInput!) {\n        r: updateItem(input: $input) {\n          __typename\n          ...AutomationsItem\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation AutomationsDeleteItem($id: UUID!) {\n        r: deleteItem(id: $id) {\n          __typename\n          ... on Item {\n            databaseId\n          }\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation AutomationsDeleteItem($id: UUID!) {\n        r: deleteItem(id: $id) {\n          __typename\n          ... on Item {\n            databaseId\n          }\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment FixMyDocsJob on DocsJob {\n    number\n    status\n    stage\n    percentage\n    error {\n      code\n      message\n    }\n    commit\n    branch\n    pullRequestUrl\n    repository {\n      number\n      name\n      namespace\n    }\n    createdAt\n    startedAt\n    updatedAt\n    finishedAt\n  }\n"): (typeof documents)["\n  fragment FixMyDocsJob on DocsJob {\n    number\n    status\n    stage\n    percentage\n    error {\n      code\n      message\n    }\n    commit\n    branch\n    pullRequestUrl\n    repository {\n      number\n      name\n      namespace\n    }\n    createdAt\n    startedAt\n    updatedAt\n    finishedAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation FixMyDocsRun($number: Int!) {\n        r: generateDocs(input: { repositoryNumber: $number }) {\n          __typename\n          ...FixMyDocsJob\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation FixMyDocsRun($number: Int!) {\n        r: generateDocs(input: { repositoryNumber: $number }) {\n          __typename\n          ...FixMyDocsJob\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      query FixMyDocsStatus($number: Int!) {\n        r: docsJob(number: $number) {\n          __typename\n          ...FixMyDocsJob\n        }\n      }\n    "): (typeof documents)["\n      query FixMyDocsStatus($number: Int!) {\n        r: docsJob(number: $number) {\n          __typename\n          ...FixMyDocsJob\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      query FixMyDocsJobs($first: Int!, $offset: Int, $after: String) {\n        r: jobs(first: $first, offset: $offset, after: $after, kind: DOCS) {\n          __typename\n          totalCount\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          nodes {\n            ...FixMyDocsJob\n          }\n        }\n      }\n    "): (typeof documents)["\n      query FixMyDocsJobs($first: Int!, $offset: Int, $after: String) {\n        r: jobs(first: $first, offset: $offset, after: $after, kind: DOCS) {\n          __typename\n          totalCount\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          nodes {\n            ...FixMyDocsJob\n          }\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation FixMyDocsConnect($address: String!) {\n        r: connectRepository(address: $address) {\n          __typename\n          ... on Repository {\n            number\n            namespace\n            name\n            connectedAt\n          }\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation FixMyDocsConnect($address: String!) {\n        r: connectRepository(address: $address) {\n          __typename\n          ... on Repository {\n            number\n            namespace\n            name\n            connectedAt\n          }\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation FixMyDocsBeginSignIn {\n        r: beginGitHubSignIn {\n          __typename\n          ... on GitHubSignIn {\n            redirectUrl\n            state\n          }\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation FixMyDocsBeginSignIn {\n        r: beginGitHubSignIn {\n          __typename\n          ... on GitHubSignIn {\n            redirectUrl\n            state\n          }\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation Phase2Login($login: String!, $password: String!) {\n        r: signIn(input: { login: $login, password: $password, audience: PHASE2 }) {\n          __typename\n          ... on Credentials {\n            accessToken\n            refreshToken\n            expiresAt\n          }\n          ...Refusal\n        }\n      }\n    "): (typeof documents)["\n      mutation Phase2Login($login: String!, $password: String!) {\n        r: signIn(input: { login: $login, password: $password, audience: PHASE2 }) {\n          __typename\n          ... on Credentials {\n            accessToken\n            refreshToken\n            expiresAt\n          }\n          ...Refusal\n        }\n      }\n    "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Refusal on Error {\n    __typename\n    code\n    message\n    ... on ValidationError {\n      issues {\n        path\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment Refusal on Error {\n    __typename\n    code\n    message\n    ... on ValidationError {\n      issues {\n        path\n        message\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;