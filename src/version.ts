import manifest from '../package.json' with { type: 'json' };

/** This release, from package.json. */
export const version: string = manifest.version;
