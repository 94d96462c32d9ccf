import { availableParallelism, totalmem } from 'node:os';
import type { App } from '../app.ts';

export type Condition = 'healthy' | 'unhealthy' | 'not_configured';

/** How a component answered just now. */
export interface ComponentHealth {
  readonly status: Condition;
  /** Milliseconds its answer took; null when it was not asked or did not answer. */
  readonly latencyMilliseconds: number | null;
}

/** What is asked whether it is well. */
export type Component = 'database' | 'redis' | 'queue' | 'storage' | 'security' | 'models';

/** Milliseconds a component has to answer. */
const patience = 2000;

/** Asks the components for real, all at once. */
export async function checkHealth<Name extends Component>(
  app: App,
  components: readonly Name[],
): Promise<Record<Name, ComponentHealth>> {
  const entries = await Promise.all(components.map(async (name) => [name, await checks[name](app)] as const));
  return Object.fromEntries(entries) as Record<Name, ComponentHealth>;
}

/** Whether nothing that is configured is unwell. */
export function allWell(components: Readonly<Record<string, ComponentHealth>>): boolean {
  return Object.values(components).every(({ status }) => status !== 'unhealthy');
}

const checks: Record<Component, (app: App) => Promise<ComponentHealth>> = {
  database: (app) => ask(() => app.database.pool.query('SELECT 1')),
  redis: async (app) => (app.redis === null ? notConfigured : ask(async () => app.redis?.ping())),
  queue: (app) => ask(() => app.queue.boss.schemaVersion()),
  storage: (app) => ask(() => app.storage.put('health/probe', new Uint8Array([1]))),
  security: (app) => ask(async () => signsAndVerifies(app)),
  models: async ({ config }) => (hasModelKey(config) ? configured : notConfigured),
};

const notConfigured: ComponentHealth = { status: 'not_configured', latencyMilliseconds: null };
/** Set up and not asked: every question to a model costs its owner money. */
const configured: ComponentHealth = { status: 'healthy', latencyMilliseconds: null };

/** The local engines need nothing: without a key there is no model, and nothing is amiss. */
function hasModelKey({ OPENAI_API_KEY, ANTHROPIC_API_KEY }: App['config']): boolean {
  return OPENAI_API_KEY !== undefined || ANTHROPIC_API_KEY !== undefined;
}

async function ask(question: () => Promise<unknown>): Promise<ComponentHealth> {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), patience);
  });
  try {
    await Promise.race([question(), late]);
    return { status: 'healthy', latencyMilliseconds: Math.round((performance.now() - started) * 100) / 100 };
  } catch {
    return { status: 'unhealthy', latencyMilliseconds: null };
  } finally {
    clearTimeout(timer);
  }
}

/** Signing must work and must tell a forged signature from a right one. */
function signsAndVerifies(app: App): void {
  const signature = app.secret.sign('health', 'probe');
  if (!app.secret.verify('health', 'probe', signature) || app.secret.verify('health', 'other', signature)) {
    throw new Error('signatures are not to be trusted');
  }
}

/** Figures of this process. */
export interface ProcessFigures {
  readonly uptimeSeconds: number;
  readonly requestsTotal: number;
  /** Over the time since the process started. */
  readonly requestsPerSecond: number;
  /** Resident memory as a share of the machine's. */
  readonly memoryPercent: number;
  /** Processor time since the process started, as a share of all processors. */
  readonly cpuPercent: number;
}

/** Measures this process. */
export async function processFigures(app: App): Promise<ProcessFigures> {
  const uptimeSeconds = process.uptime();
  const { user, system } = process.cpuUsage();
  const { values } = await app.metrics.httpSeconds.get();
  const requestsTotal = values
    .filter(({ metricName }) => metricName?.endsWith('_count'))
    .reduce((sum, { value }) => sum + value, 0);
  return {
    uptimeSeconds: Math.floor(uptimeSeconds),
    requestsTotal,
    requestsPerSecond: rounded(requestsTotal / uptimeSeconds),
    memoryPercent: rounded((process.memoryUsage.rss() / totalmem()) * 100),
    cpuPercent: rounded(((user + system) / 1e6 / uptimeSeconds / availableParallelism()) * 100),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
