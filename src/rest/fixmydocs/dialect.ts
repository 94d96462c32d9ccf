import type { Config } from '../../platform/config.ts';
import { version } from '../../version.ts';
import { defaultLimit, defaultLimitHeaders } from '../automations/dialect.ts';
import { headerCredential } from '../credentials.ts';
import type { Dialect } from '../dialect.ts';
import { fixMyDocsError, refuseFixMyDocs } from './errors.ts';
import { jobRows } from './jobs.ts';
import { repositoryRows } from './repositories.ts';
import { signInRows } from './sign-in.ts';

/** The FixMyDocs backend. Its Bearer may also be a GitHub token. */
export function fixMyDocs(config: Config): Dialect {
  return {
    name: 'fixmydocs',
    title: 'FixMyDocs',
    description: 'Sign in with GitHub, connect repositories, document them.',
    version,
    prefixes: ['/api/repos', '/api/docs/run', '/api/jobs', '/api/auth/github', '/auth/github'],
    rows: [...signInRows, ...repositoryRows, ...jobRows],
    refused: fixMyDocsError,
    refuse: refuseFixMyDocs,
    credential: headerCredential,
    limits: { general: defaultLimit(config), special: {}, headers: defaultLimitHeaders },
  };
}
