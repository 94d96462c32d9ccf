import { registerHooks } from 'node:module';

// A schema knows only one copy of graphql: that of the project that made it, which the peers that serve it use too.
const theirs = new URL('node_modules/graphql/', import.meta.url).href;
const own = new URL('../../node_modules/graphql/', import.meta.url).href;
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return found.url.startsWith(theirs) ? { ...found, url: found.url.replace(theirs, own) } : found;
  },
});
