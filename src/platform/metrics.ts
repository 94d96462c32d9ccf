import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted, in Prometheus form at /metrics. */
export interface Metrics {
  readonly registry: Registry;
  /** Seconds an HTTP request took, by route and status class. */
  readonly httpSeconds: Histogram<'route' | 'status'>;
  /** HTTP requests whose answer has not begun. */
  readonly requestsInside: Gauge;
  /** How many of them are let in at once, as things stand. */
  readonly requestLimit: Gauge;
  /** HTTP requests that were not let in. */
  readonly requestsRefused: Counter;
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
    ...httpMetrics(registers),
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

function httpMetrics(registers: Registry[]) {
  return {
    httpSeconds: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Seconds an HTTP request took.',
      labelNames: ['route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    requestsInside: new Gauge({
      name: 'http_requests_inside',
      help: 'HTTP requests whose answer has not begun.',
      registers,
    }),
    requestLimit: new Gauge({
      name: 'http_requests_limit',
      help: 'HTTP requests that are let in at once, as things stand.',
      registers,
    }),
    requestsRefused: new Counter({
      name: 'http_requests_refused_total',
      help: 'HTTP requests that were refused with 503 because there was too much to do.',
      registers,
    }),
  };
}
