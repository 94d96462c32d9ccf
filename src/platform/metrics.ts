import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted, in Prometheus form at /metrics. */
export interface Metrics {
  readonly registry: Registry;
  /** Seconds an HTTP request took, by route and status class. */
  readonly httpSeconds: Histogram<'route' | 'status'>;
  /** GraphQL operations by type and whether they had errors. */
  readonly operations: Counter<'type' | 'outcome'>;
  /** Subscriptions being served now. */
  readonly subscriptions: Gauge;
  /** Jobs that ended in this process, by kind and status. */
  readonly jobsEnded: Counter<'kind' | 'status'>;
  /** Jobs this process is working on now. */
  readonly jobsRunning: Gauge<'kind'>;
}

/** Makes a registry of its own, so that two apps in one process do not collide. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    httpSeconds: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Seconds an HTTP request took.',
      labelNames: ['route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    operations: new Counter({
      name: 'graphql_operations_total',
      help: 'GraphQL operations by type and outcome.',
      labelNames: ['type', 'outcome'],
      registers,
    }),
    subscriptions: new Gauge({
      name: 'graphql_subscriptions',
      help: 'Subscriptions being served now.',
      registers,
    }),
    jobsEnded: new Counter({
      name: 'jobs_ended_total',
      help: 'Jobs that ended in this process.',
      labelNames: ['kind', 'status'],
      registers,
    }),
    jobsRunning: new Gauge({
      name: 'jobs_running',
      help: 'Jobs this process is working on now.',
      labelNames: ['kind'],
      registers,
    }),
  };
}
