// main.ts with what Node has compiled before: plain JavaScript, for to translate even one file takes longer than to
// load a hundred of them from the cache.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// The folder that platform/compilation.ts names MODULE_CACHE.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/millwright-modules', import.meta.url)));
// The libraries look for it once, when they are loaded: without it graphql-js checks the origin of every type it meets.
process.env.NODE_ENV ??= 'production';
await import('./main.ts');
