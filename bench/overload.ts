import { describeMachine } from './machine.ts';
import { type LoadFigures, measureCapacity, percentile, startMixed } from './mixed-work.ts';

const seconds = Number(process.env.BENCH_SECONDS ?? 20);
/** Most milliseconds an answer takes when all is well again. */
const well = 100;

/**
 * What happens at twice the load a server can carry: how long those wait who are let in, how the others are refused,
 * and how soon all is well again. The load comes at its rate whether or not answers do.
 */
export async function benchOverload(): Promise<void> {
  const mixed = await startMixed();
  try {
    const capacity = Number(process.env.BENCH_CAPACITY) || (await measureCapacity(mixed));
    console.log(`${describeMachine()}; capacity ${Math.round(capacity)} requests/s, each phase ${seconds} s\n`);
    console.log(
      '| load | let in, /s | p50, ms | p99, ms | p99 since sent, ms | refused, /s | p99 of refusals, ms | load late by, p99, ms |\n|---|---|---|---|---|---|---|---|',
    );
    report('half', await mixed.load(capacity / 2, seconds));
    report('twice', await mixed.load(capacity * 2, seconds));
    const recovery = await secondsToRecover((rate, during) => mixed.load(rate, during), capacity / 2);
    report('half again', await mixed.load(capacity / 2, seconds));
    report('twice, of new callers', await mixed.load(capacity * 2, seconds, 'new'));
    const again = await secondsToRecover((rate, during) => mixed.load(rate, during), capacity / 2);
    const told = [recovery, again].map((one) => one ?? 'more than 20').join(' s, and after the new callers ');
    console.log(`\nWell again (nobody refused, p99 under ${well} ms) after ${told} s.`);
  } finally {
    await mixed.close();
  }
}

/** Null when it takes longer than 20 seconds. */
async function secondsToRecover(
  load: (rate: number, seconds: number) => Promise<LoadFigures>,
  rate: number,
): Promise<number | null> {
  for (let second = 1; second <= 20; second += 1) {
    const { accepted, refusals } = await load(rate, 1);
    if (refusals.length === 0 && (percentile(accepted, 0.99) ?? Number.POSITIVE_INFINITY) < well) return second;
  }
  return null;
}

function report(name: string, { accepted, acceptedSinceSent, refused, refusals, late }: LoadFigures): void {
  const of = (values: readonly number[], share: number) => percentile(values, share)?.toFixed(1) ?? '';
  const statuses = Object.entries(refused).map(([status, count]) => `${status}: ${Math.round(count / seconds)}`);
  const words = [
    name,
    Math.round(accepted.length / seconds),
    of(accepted, 0.5),
    of(accepted, 0.99),
    of(acceptedSinceSent, 0.99),
    statuses.join(', ') || '0',
    of(refusals, 0.99),
    of(late, 0.99),
  ];
  console.log(`| ${words.join(' | ')} |`);
}
