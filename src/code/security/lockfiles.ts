/** Files that list hashes: of packages, or of the secrets that somebody has looked through already. */
export function isLockfile(path: string): boolean {
  return /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|poetry\.lock|Pipfile\.lock|uv\.lock|pdm\.lock|Cargo\.lock|Gemfile\.lock|composer\.lock|go\.sum|flake\.lock|packages\.lock\.json)$|\.lock$|(?:^|\/)\.secrets(?:[.-]\w+)?\.baseline$|\.svg$|\.map$|\.snap$|\.ipynb$|\.po$/.test(
    path,
  );
}
