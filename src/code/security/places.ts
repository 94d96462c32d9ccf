import { type FileRole, roleOf } from '../file-roles.ts';

/** Folders and programs that make, try and release a project, by their paths, where roles do not tell them. */
const OF_WORKSHOP =
  /^(?:extras?|releases?|hack|dev-?tools|build-?tools)\/|^(?:(?:packages|apps|services|libs|modules|plugins)\/[^/]+|backend|frontend|server|client|api|web)\/(?:scripts|tools|ci|hack|releases?)\/|^(?:make[-_]?)?(?:release|publish|bump(?:[-_]?version)?)\.(?:py|[cm]?[jt]s)$/i;

/** What a file is for; scripts of development and release are tooling wherever a project keeps them. */
export function standingOf(path: string): FileRole {
  const role = /(?:^|\/)unittests?\//.test(path) ? 'test' : roleOf(path);
  return role === 'source' && OF_WORKSHOP.test(path) ? 'tooling' : role;
}

/** Whether a file changes a database once, when those who wrote it say so. */
export function isMigration(path: string): boolean {
  return /(?:^|\/)(?:migrations|alembic\/versions)\/[^/]+$/.test(path);
}

/** Files that only those who write or try the program use, by their names. */
const OF_DEVELOPMENT =
  /(?:^|\/)(?:\.env\.(?:tests?|testing|ci|example|sample|template|dist)|tox\.ini)$|(?:^|[/._-])(?:tests?[-_]env(?:ironment)?s?|local[-_]?dev|dev[-_]?settings|settings[-_](?:dev|development|local|tests?)|docker-compose[._-](?:dev|test))(?=[/._-]|$)|(?:^|\/)e2e[-_]?tests?\/|(?:^|\/)(?:settings|config)\/(?:\w+\/)*(?:dev|development|(?:unit)?tests?|testing|local|ci)\.\w+$/i;

/** What stands in files that make pages. */
const SIGN_OF_PAGE = /html|<\/?(?:p|div|a|b|br|h\d|li|td|span)\b|\b(?:Http)?Response\b|\brequest\b/i;

/** Whether anything in a text speaks of pages that a browser shows. */
export function speaksOfPages(text: string): boolean {
  return SIGN_OF_PAGE.test(text);
}

/** Whether what a file sets holds for a machine of development only, so that it opens or shows nothing of worth. */
export function isOfDevelopment(path: string): boolean {
  return OF_DEVELOPMENT.test(path);
}
