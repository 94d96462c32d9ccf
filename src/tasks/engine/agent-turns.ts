import { randomBytes } from 'node:crypto';
import type { ModelSession } from '../../models/service.ts';

const LONGEST_ANSWER = 12_000;
const SHORTEST_ANSWER = 400;
/** Tokens kept for what the model says in the end. */
const FOR_THE_END = 1200;
/** Below this share of its tokens a model is told what is left. */
const FEW = 0.4;

/**
 * What is left to a model at work: turns, and tokens, of which each turn takes those of all turns before it again. Says
 * how long a tool's answer may be, and when it is time to come to an end.
 */
export class Turns {
  /** Nobody who wrote the repository knows it, so no file can end what is marked with it. */
  readonly mark: string = `repository-${randomBytes(4).toString('hex')}`;
  readonly #session: ModelSession;
  readonly #most: number;
  readonly #beginning: number;
  #ended = 0;
  /** Tokens of the calls before the present one, and of the last of them. */
  #settled: number;
  #last = 0;
  /** Characters that tools have answered in this turn. */
  #given = 0;

  constructor(session: ModelSession, most: number) {
    this.#session = session;
    this.#most = most;
    this.#beginning = session.left;
    this.#settled = session.settled;
  }

  /** A turn is over. */
  end(turns: number): void {
    this.#ended = turns;
    this.#last = this.#session.settled - this.#settled;
    this.#settled = this.#session.settled;
    this.#given = 0;
  }

  /** Share of the work that is done, by what is used up first. */
  get share(): number {
    return Math.max(this.#ended / this.#most, 1 - this.#session.left / Math.max(1, this.#beginning));
  }

  /** Whether the next turn must be the last. */
  get isAtEnd(): boolean {
    const next = this.#costOfTurn + this.#given / 2;
    return this.#ended + 2 >= this.#most || this.#left < 2 * next + FOR_THE_END;
  }

  /** Characters the next answer of a tool may have. */
  get room(): number {
    const share = Math.min(this.#left / 5, this.#left - this.#costOfTurn - FOR_THE_END) - this.#given;
    return Math.floor(Math.min(LONGEST_ANSWER, Math.max(SHORTEST_ANSWER, share)));
  }

  /** A tool's answer as the model is told it: text of the repository is marked as such. */
  answer(text: string, isMaterial: boolean): string {
    this.#given += text.length;
    const told = isMaterial ? `<${this.mark}>\n${text}\n</${this.mark}>` : text;
    return [told, ...this.#note()].join('\n');
  }

  #note(): string[] {
    if (this.isAtEnd) return ['There is room for one more turn: use no tool any more and give your answer now.'];
    const turns = this.#most - this.#ended - 1;
    if (turns > 3 && this.#left > FEW * this.#beginning) return [];
    return [`Left: about ${Math.round(this.#left / 100) * 100} tokens, ${turns} turns.`];
  }

  /** Tokens taken out for a call that is not over. */
  get #open(): number {
    const { inputTokens, outputTokens } = this.#session.usage;
    return inputTokens + outputTokens - this.#session.settled;
  }

  get #costOfTurn(): number {
    const present = this.#session.settled - this.#settled;
    // The most that is taken out for a call is bytes; there are about four of them in a token.
    return Math.max(present, this.#last, present === 0 && this.#last === 0 ? this.#open / 4 : 0);
  }

  /** Tokens left after the present call, had it cost what such calls do. */
  get #left(): number {
    const open = this.#open;
    return Math.max(0, this.#session.left + open - (open > 0 ? this.#costOfTurn : 0));
  }
}
