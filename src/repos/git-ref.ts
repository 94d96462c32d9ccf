import { RepositoryError } from '../code/git/repository-error.ts';

/** What somebody asked to see: a whole commit id, a name spelled in full, or a branch or tag of that name. */
export type WantedRef =
  | { readonly kind: 'commit'; readonly commit: string }
  | { readonly kind: 'names'; readonly names: readonly string[] };

/**
 * Reads a branch, tag, `refs/…` name or full commit id. A branch wins over a tag of the same name, as in `git clone`.
 * Throws RepositoryError REF_INVALID for what git would not accept as a name.
 */
export function parseRef(text: string): WantedRef {
  if (isCommitId(text)) {
    return { kind: 'commit', commit: text.toLowerCase() };
  }
  if (!isRefName(text)) {
    throw new RepositoryError('REF_INVALID', 'This is not the name of a branch or tag, nor a full commit id');
  }
  const names = text.startsWith('refs/') ? [text] : [`refs/heads/${text}`, `refs/tags/${text}`];
  return { kind: 'names', names };
}

/** Whether git allows the name for a branch or tag: the rules of `git check-ref-format --branch`. */
export function isRefName(text: string): boolean {
  return (
    text.length <= 250 &&
    !/\p{Cc}|[\s~^:?*[\\]|\.\.|@\{|\/\//u.test(text) &&
    !/^[-/]|[/.]$|^@$|^HEAD$/.test(text) &&
    text.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  );
}

/** A whole SHA-1 or SHA-256 id in hex. */
export function isCommitId(text: string): boolean {
  return /^(?:[\da-f]{40}|[\da-f]{64})$/i.test(text);
}

/** `main` of `refs/heads/main`, null for anything else or a name git would not accept from a user. */
export function branchOf(fullName: string): string | null {
  const name = fullName.startsWith('refs/heads/') ? fullName.slice('refs/heads/'.length) : '';
  return isRefName(name) ? name : null;
}
