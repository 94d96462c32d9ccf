/** Things of GitHub in the form its API gives them, with every field its description requires. */

export interface FakeUser {
  readonly id: number;
  readonly login: string;
  readonly name: string | null;
  readonly emails: readonly { readonly email: string; readonly primary: boolean; readonly verified: boolean }[];
}

export interface FakeRepository {
  readonly id: number;
  readonly owner: FakeUser;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isArchived: boolean;
  readonly defaultBranch: string;
  /** Kilobytes. */
  readonly size: number;
  /** What people may do, by login. */
  readonly rights: Readonly<Record<string, 'pull' | 'push'>>;
  readonly description?: string | null;
  readonly language?: string | null;
  readonly pushedAt?: string;
  readonly protectedBranches?: readonly string[];
  readonly stars?: number;
  /** Where its page is said to be. */
  readonly pageUrl?: string;
}

export interface FakePullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly head: { readonly branch: string; readonly sha: string };
  readonly base: { readonly branch: string; readonly sha: string };
  readonly author: FakeUser;
  state: 'open' | 'closed';
}

const longAgo = '2024-01-02T03:04:05Z';

/** `urls('https://x/y', 'followers', 'gists')` gives `{followers_url: 'https://x/y/followers', …}`. */
function urls(base: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [`${name}_url`, `${base}/${name}`]));
}

export function simpleUser(api: string, web: string, user: FakeUser) {
  const url = `${api}/users/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: `U_${user.id}`,
    avatar_url: `${web}/avatars/${user.id}`,
    gravatar_id: '',
    url,
    html_url: `${web}/${user.login}`,
    ...urls(url, 'followers following gists starred subscriptions organizations repos events received_events'),
    type: 'User',
    user_view_type: 'public',
    site_admin: false,
  };
}

export function privateUser(api: string, web: string, user: FakeUser) {
  return {
    ...simpleUser(api, web, user),
    user_view_type: 'private',
    name: user.name,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 1,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: longAgo,
    updated_at: longAgo,
    private_gists: 0,
    total_private_repos: 0,
    owned_private_repos: 0,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
  };
}

const repositoryUrls =
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments ' +
  'downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages ' +
  'merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees';

/** `right` is what the asking person may do; null for nobody. */
export function repository(api: string, web: string, it: FakeRepository, right: 'pull' | 'push' | null) {
  const fullName = `${it.owner.login}/${it.name}`;
  const url = `${api}/repos/${fullName}`;
  return {
    id: it.id,
    node_id: `R_${it.id}`,
    name: it.name,
    full_name: fullName,
    owner: simpleUser(api, web, it.owner),
    private: it.isPrivate,
    html_url: it.pageUrl ?? `${web}/${fullName}`,
    description: it.description ?? null,
    fork: false,
    url,
    ...urls(url, repositoryUrls),
    git_url: `git://127.0.0.1/${fullName}.git`,
    ssh_url: `git@127.0.0.1:${fullName}.git`,
    clone_url: `${web}/${fullName}.git`,
    svn_url: `${web}/${fullName}`,
    mirror_url: null,
    homepage: null,
    language: it.language ?? null,
    license: null,
    topics: [],
    visibility: it.isPrivate ? 'private' : 'public',
    default_branch: it.defaultBranch,
    archived: it.isArchived,
    disabled: false,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks: 0,
    forks_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    stargazers_count: it.stars ?? 0,
    watchers: 0,
    watchers_count: 0,
    size: it.size,
    pushed_at: it.pushedAt ?? longAgo,
    created_at: longAgo,
    updated_at: longAgo,
    ...(right !== null && {
      permissions: { admin: false, maintain: false, push: right === 'push', triage: right === 'push', pull: true },
    }),
  };
}

export function fullRepository(api: string, web: string, it: FakeRepository, right: 'pull' | 'push' | null) {
  return { ...repository(api, web, it, right), network_count: 0, subscribers_count: 0 };
}

export function branchSummary(api: string, it: FakeRepository, branch: string, sha: string) {
  const url = `${api}/repos/${it.owner.login}/${it.name}/commits/${sha}`;
  return { name: branch, commit: { sha, url }, protected: it.protectedBranches?.includes(branch) === true };
}

/** What a webhook carries of a repository; pushes tell their time in seconds. */
export function webhookRepository(api: string, web: string, it: FakeRepository, event: string) {
  const repository = fullRepository(api, web, it, null);
  const { name, emails } = it.owner;
  if (event !== 'push') return repository;
  const owner = { ...repository.owner, name: name ?? it.owner.login, email: emails[0]?.email ?? null };
  return { ...repository, owner, pushed_at: Math.floor(Date.parse(repository.pushed_at) / 1000) };
}

export function branchDetail(api: string, web: string, it: FakeRepository, branch: string, sha: string) {
  const url = `${api}/repos/${it.owner.login}/${it.name}`;
  const person = { name: 'Ada', email: 'ada@example.com', date: longAgo };
  return {
    name: branch,
    commit: {
      sha,
      node_id: `C_${sha}`,
      url: `${url}/commits/${sha}`,
      html_url: `${web}/${it.owner.login}/${it.name}/commit/${sha}`,
      comments_url: `${url}/commits/${sha}/comments`,
      commit: {
        url: `${url}/git/commits/${sha}`,
        author: person,
        committer: person,
        message: 'Change',
        comment_count: 0,
        tree: { sha, url: `${url}/git/trees/${sha}` },
      },
      author: null,
      committer: null,
      parents: [],
    },
    _links: { self: `${url}/branches/${branch}`, html: `${web}/${it.owner.login}/${it.name}/tree/${branch}` },
    protected: false,
    protection: { enabled: false },
    protection_url: `${url}/branches/${branch}/protection`,
  };
}

export function reference(api: string, it: FakeRepository, ref: string, sha: string) {
  const url = `${api}/repos/${it.owner.login}/${it.name}/git`;
  return {
    ref,
    node_id: `REF_${ref}`,
    url: `${url}/${ref}`,
    object: { type: 'commit', sha, url: `${url}/commits/${sha}` },
  };
}

export function pullRequestSimple(api: string, web: string, it: FakeRepository, pull: FakePullRequest) {
  const fullName = `${it.owner.login}/${it.name}`;
  const url = `${api}/repos/${fullName}/pulls/${pull.number}`;
  const issue = `${api}/repos/${fullName}/issues/${pull.number}`;
  const page = `${web}/${fullName}/pull/${pull.number}`;
  const end = ({ branch, sha }: FakePullRequest['head']) => ({
    label: `${it.owner.login}:${branch}`,
    ref: branch,
    sha,
    user: simpleUser(api, web, it.owner),
    repo: repository(api, web, it, null),
  });
  const link = (href: string) => ({ href });
  return {
    id: it.id * 1000 + pull.number,
    node_id: `PR_${pull.number}`,
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${url}/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: `${api}/repos/${fullName}/statuses/${pull.head.sha}`,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: simpleUser(api, web, pull.author),
    body: pull.body,
    labels: [],
    milestone: null,
    active_lock_reason: null,
    created_at: longAgo,
    updated_at: longAgo,
    closed_at: null,
    merged_at: null,
    merge_commit_sha: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: end(pull.head),
    base: end(pull.base),
    _links: {
      self: link(url),
      html: link(page),
      issue: link(issue),
      comments: link(`${issue}/comments`),
      review_comments: link(`${url}/comments`),
      review_comment: link(`${url}/comments{/number}`),
      commits: link(`${url}/commits`),
      statuses: link(`${api}/repos/${fullName}/statuses/${pull.head.sha}`),
    },
    author_association: 'OWNER',
    auto_merge: null,
    draft: false,
  };
}

export function pullRequest(api: string, web: string, it: FakeRepository, pull: FakePullRequest) {
  return {
    ...pullRequestSimple(api, web, it, pull),
    merged: false,
    mergeable: null,
    rebaseable: null,
    mergeable_state: 'unknown',
    merged_by: null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: true,
    commits: 1,
    additions: 1,
    deletions: 0,
    changed_files: 1,
  };
}
