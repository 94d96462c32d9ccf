import { createApp } from '../../src/app.ts';
import { authenticate } from '../../src/auth/service.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createContext } from '../../src/platform/context.ts';
import { createSchema } from '../../src/schema.ts';

/**
 * Millwright's own schema and the context its resolvers need, for other servers to serve: the same checks of the same
 * tokens, on a connection pool of the same size. Neither limits, log nor metrics are among it.
 */
export async function ownSchema() {
  const app = await createApp({ config: readConfig(process.env, process.env.DATA_DIR) });
  return {
    app,
    schema: createSchema(),
    contextOf: (request) =>
      createContext(app, {
        requestId: 'peer',
        header: (name) => request.headers[name],
        cookies: undefined,
        ipAddress: undefined,
        authenticate: (credential) => authenticate(app, credential),
      }),
  };
}
