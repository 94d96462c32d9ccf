import type { FeatureSockets } from './http-router.ts';

/** The sockets of several features as one. */
export function joinSockets(features: readonly FeatureSockets[]): FeatureSockets {
  return {
    routes: features.flatMap(({ routes }) => routes),
    serverOf(request) {
      for (const { serverOf } of features) {
        const server = serverOf(request);
        if (server !== undefined) return server;
      }
      return undefined;
    },
  };
}
