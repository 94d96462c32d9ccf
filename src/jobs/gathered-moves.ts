import type { App } from '../app.ts';
import { BorrowedLine } from '../platform/borrowed-line.ts';
import { isDatabaseAway } from '../platform/database.ts';
import { onePer } from '../platform/one-per.ts';
import { queryOf } from '../platform/statements.ts';
import type { Writing } from '../platform/transactions.ts';
import { freeMoves, type Move, type MovedJob, type MovedRow, movedJob, waitingMove } from './move-statements.ts';
import type { Claim, Outcome, Progress } from './transitions.ts';

interface WaitingMove {
  readonly move: Move;
  readonly answer: (row: MovedJob | null) => void;
  readonly fail: (error: unknown) => void;
  /** How often somebody else had its job or its user's counter locked. */
  skipped: number;
}

/** Changes in one statement; what comes meanwhile waits for the next. */
const mostMoves = 200;
/** Statements on their way, one behind the other: the database does the next while we read the first one's answer. */
const mostStatements = 2;
/** Changes that are worth a statement behind another: fewer wait for company, as a statement costs as much as ten. */
const worthwhile = 16;
/** How often a change is passed over whose locks are taken, before it waits for them in a statement of its own. */
const mostSkips = 2;

/**
 * Makes the changes of many jobs in one statement: whatever is asked for in one turn of the event loop, or while the
 * database is answering. Each keeps its own condition, and has a number of its own in its job and for its user, as if
 * it had been made alone: several are as many rows of one statement, never more than one of a job. The statement waits
 * for nobody's locks: what is locked is passed over and then waits alone, so that a transaction that hangs holds up its
 * own job and user only. A statement that fails is done again one by one, so that each failure is its own.
 */
class GatheredMoves {
  readonly #app: App;
  readonly #line: BorrowedLine;
  #waiting: WaitingMove[] = [];
  #underWay = 0;
  readonly #moving = new Set<string>();
  #isSoon = false;

  constructor(app: App) {
    this.#app = app;
    this.#line = new BorrowedLine(app.database.pool);
  }

  make(move: Move): Promise<MovedJob | null> {
    return new Promise((answer, fail) => {
      this.#waiting.push({ move, answer, fail, skipped: 0 });
      if (this.#isSoon) return;
      this.#isSoon = true;
      setImmediate(() => {
        this.#isSoon = false;
        this.#start();
      });
    });
  }

  /** Makes the completion one change with its attempt's tick that waits as the job's last; undefined without one. */
  makeWithTick(completion: Move): Promise<MovedJob | null> | undefined {
    const index = this.#waiting.findLastIndex(({ move }) => move.id === completion.id);
    const waiting = this.#waiting[index];
    if (waiting === undefined) return undefined;
    const { move: tick, skipped } = waiting;
    if (tick.type !== 'PROGRESS' || tick.attempt !== completion.attempt) return undefined;
    const move = {
      ...completion,
      tickStage: tick.stage,
      tickPercentage: tick.percentage,
      tickMessage: tick.message,
    };
    return new Promise((answer, fail) => {
      this.#waiting[index] = {
        move,
        answer: (row) => {
          waiting.answer(row);
          answer(row);
        },
        fail: (error) => {
          waiting.fail(error);
          fail(error);
        },
        skipped,
      };
    });
  }

  #start(): void {
    while (this.#underWay < mostStatements) {
      const some = this.#next();
      if (some.length === 0) return;
      this.#underWay += 1;
      for (const { move } of some) this.#moving.add(move.id);
      this.#makeAll(some).finally(() => {
        this.#underWay -= 1;
        this.#start();
      });
    }
  }

  /** The oldest that wait, one of each job and none of a job that is being changed: its changes keep their order. */
  #next(): WaitingMove[] {
    if (this.#underWay > 0 && this.#waiting.length < worthwhile) return [];
    const some: WaitingMove[] = [];
    const rest: WaitingMove[] = [];
    const jobs = new Set(this.#moving);
    for (const waiting of this.#waiting) {
      const fits = some.length < mostMoves && !jobs.has(waiting.move.id);
      jobs.add(waiting.move.id);
      (fits ? some : rest).push(waiting);
    }
    if (this.#underWay > 0 && some.length < worthwhile) return [];
    this.#waiting = rest;
    return some;
  }

  async #makeAll(some: readonly WaitingMove[]): Promise<void> {
    try {
      const made = await this.#makeFree(some);
      const passedOver = some.filter(({ move }) => !made.has(move.id));
      for (const one of some)
        if (made.has(one.move.id)) this.#settle(one, () => one.answer(made.get(one.move.id) ?? null));
      for (const one of passedOver.toReversed()) {
        one.skipped += 1;
        if (one.skipped > mostSkips) this.#makeAlone(one);
        else {
          this.#moving.delete(one.move.id);
          this.#waiting.unshift(one);
        }
      }
    } catch (error) {
      // After a connection that broke nobody knows whether it was made: whoever asked decides, as for one change alone.
      const isAway = isDatabaseAway(error);
      for (const one of some) {
        if (isAway) this.#settle(one, () => one.fail(error));
        else this.#makeAlone(one);
      }
    }
  }

  /** Makes the changes whose locks are free: the rows of their jobs, null where the condition did not hold. */
  async #makeFree(some: readonly WaitingMove[]): Promise<Map<string, MovedJob | null>> {
    const rows = await this.#line.run<MovedRow>(freeMoves(some.map(({ move }) => move)));
    return new Map(rows.map((row) => [row.askedId, movedJob(row)]));
  }

  /** Makes one change, waiting for its locks as long as it takes; changes of other jobs go on meanwhile. */
  #makeAlone(one: WaitingMove): void {
    this.#app.database.pool
      .query<MovedRow>(queryOf(waitingMove(one.move)))
      .then(
        ({ rows }) => this.#settle(one, () => one.answer(movedJob(rows[0]))),
        (error: unknown) => this.#settle(one, () => one.fail(error)),
      )
      .finally(() => this.#start());
  }

  #settle({ move }: WaitingMove, tell: () => void): void {
    this.#moving.delete(move.id);
    tell();
  }
}

const gathered = onePer((app: App) => new GatheredMoves(app));

const nothing = {
  stage: null,
  percentage: null,
  message: null,
  engine: null,
  tickStage: null,
  tickPercentage: null,
  tickMessage: null,
} as const;

/** A worker takes a job that its queue entry may start. Null when the entry is stale or the job has ended. */
export function claimTogether(app: App, jobId: string, queueId: string): Promise<MovedJob | null> {
  return gathered(app).make({ ...nothing, id: jobId, change: 'claim', attempt: null, queueId, type: null });
}

/** Records progress. Null when the attempt no longer holds the job. */
export function recordTogether(app: App, { jobId, attempt }: Claim, progress: Progress): Promise<MovedJob | null> {
  return gathered(app).make({
    ...nothing,
    id: jobId,
    change: 'progress',
    attempt,
    queueId: null,
    stage: progress.stage,
    percentage: progress.percentage,
    message: progress.message ?? null,
    type: 'PROGRESS',
  });
}

/** Ends a job well that has nothing to save. Null when the attempt no longer holds it. */
export function completeTogether(app: App, claim: Claim, outcome: Outcome): Promise<MovedJob | null> {
  return gathered(app).make(completion(claim, outcome));
}

/**
 * The same together with the tick of progress that waits to be written, as two events of one change. Undefined where no
 * tick of this attempt waits.
 */
export function completeWithTick(app: App, claim: Claim, outcome: Outcome): Promise<MovedJob | null> | undefined {
  return gathered(app).makeWithTick(completion(claim, outcome));
}

/** Ends a job well in a transaction that has written what there is to save, waiting for its locks. Null likewise. */
export async function completeIn(writing: Writing, claim: Claim, outcome: Outcome): Promise<MovedJob | null> {
  const [row] = await writing.run<MovedRow>(waitingMove(completion(claim, outcome)));
  return movedJob(row);
}

function completion({ jobId, attempt }: Claim, outcome: Outcome): Move {
  return {
    ...nothing,
    id: jobId,
    change: 'complete',
    attempt,
    queueId: null,
    stage: outcome.stage,
    message: outcome.message ?? null,
    engine: outcome.engine,
    type: 'COMPLETED',
  };
}
