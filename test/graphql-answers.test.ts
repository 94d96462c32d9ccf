import fc from 'fast-check';
import { buildSchema, type DocumentNode, execute, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { executePlanned } from '../src/platform/graphql-execution.ts';

const schema = buildSchema(`
  interface Named { name: String }
  type Knot implements Named {
    name: String sure: String! words: [String] sureWords: [String!]! grid: [[Int!]]
    next: Knot must: Knot! knots: [Knot] sureKnots: [Knot!]! named: [Named] any: Any
  }
  type Tail implements Named { name: String sure: String! }
  union Any = Knot | Tail
  type Query { knot: Knot sureKnot: Knot! named: Named }
  type Mutation { first: Knot second: Knot! third: Knot }
`);

const leaves = 'name again: name sure words sureWords grid';
const deep = `{ ${leaves} next { ${leaves} must { ${leaves} } } knots { ...K } sureKnots { sure ...K }
  named { __typename name ... on Knot { sure } ... on Tail { sure } } any { ... on Named { name } ...K } }
  `;
const documents: readonly DocumentNode[] = [
  `{ knot ${deep} other: knot { name next { name } } sureKnot ${deep} } fragment K on Knot { name must { sure } }`,
  `{ named { __typename ...K ... on Tail { name sure } } knot { sureKnots { grid } } } fragment K on Knot { knots { name } }`,
  `mutation { first ${deep} second { sure } third ${deep} } fragment K on Knot { name next { sure } }`,
].map((text) => parse(text));

/** Makes a value anew each time, as both ways need one of their own. */
type Maker = () => unknown;

const failure = () => new Error('failed');
const nothings = fc.constantFrom<Maker>(
  () => null,
  () => undefined,
  failure,
);

/** The ways in which a resolver can give a value at once, or not. */
function atOnce(maker: fc.Arbitrary<Maker>): fc.Arbitrary<Maker> {
  return fc.oneof(
    { weight: 6, arbitrary: maker },
    { weight: 2, arbitrary: maker.map((make) => () => make) },
    { weight: 1, arbitrary: nothings },
    {
      weight: 1,
      arbitrary: fc.constant(() => () => {
        throw failure();
      }),
    },
  );
}

/** The same, and after a while. */
function given(maker: fc.Arbitrary<Maker>): fc.Arbitrary<Maker> {
  const after = async (ticks: number) => {
    for (let tick = 0; tick < ticks; tick += 1) await undefined;
  };
  const ticks = fc.integer({ min: 0, max: 4 });
  return fc.oneof(
    { weight: 6, arbitrary: atOnce(maker) },
    {
      weight: 3,
      arbitrary: fc.tuple(maker, ticks).map(
        ([make, count]) =>
          () =>
          () =>
            after(count).then(make),
      ),
    },
    { weight: 1, arbitrary: ticks.map((count) => () => () => after(count).then(() => Promise.reject(failure()))) },
  );
}

/** Lists of values and promises. */
function listOf(maker: fc.Arbitrary<Maker>): fc.Arbitrary<Maker> {
  const items = fc.oneof({ weight: 6, arbitrary: maker }, { weight: 1, arbitrary: nothings });
  const promised = items.map((make) => async () => make());
  const all = fc.array(fc.oneof({ weight: 3, arbitrary: items }, { weight: 1, arbitrary: promised }), { maxLength: 3 });
  return all.map((makers) => () => makers.map((make) => make()));
}

/**
 * Lists of values that are there: graphql-js forgets a promise beside an item that fails at once and may not be null.
 */
function plainListOf(maker: fc.Arbitrary<Maker>): fc.Arbitrary<Maker> {
  const items = fc.oneof({ weight: 6, arbitrary: maker }, { weight: 1, arbitrary: nothings });
  return fc.array(items, { maxLength: 3 }).map((makers) => () => makers.map((make) => make()));
}

const made = (type: string, makers: Readonly<Record<string, Maker>>) => () => ({
  __typename: type,
  ...Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make()])),
});

const { knot } = fc.letrec<{ knot: Maker; tail: Maker }>((tie) => {
  const text = fc.constantFrom<Maker>(
    () => 'a',
    () => '',
    () => 7,
    () => ({ no: 'text' }),
  );
  const number = fc.constantFrom<Maker>(
    () => 1,
    () => 0,
    () => 'one',
  );
  const either = fc.oneof(tie('knot'), tie('tail'));
  const leaf = { name: atOnce(text), sure: atOnce(text) };
  const below = fc.record(leaf).map((makers) => made('Knot', makers));
  const plainKnot = fc.record({ ...leaf, must: atOnce(below) }).map((makers) => made('Knot', makers));
  const fields = {
    name: given(text),
    sure: given(text),
    words: given(listOf(text)),
    sureWords: given(plainListOf(text)),
    grid: given(listOf(plainListOf(number))),
    next: given(tie('knot')),
    must: given(tie('knot')),
    knots: given(listOf(tie('knot'))),
    sureKnots: given(plainListOf(plainKnot)),
    named: given(listOf(either)),
    any: given(either),
  };
  const tail = fc.record({ name: given(text), sure: given(text) }).map((makers) => made('Tail', makers));
  return {
    tail,
    knot: fc.oneof(
      { maxDepth: 3 },
      fc.record({ name: given(text), sure: given(text) }).map((makers) => made('Knot', makers)),
      fc.record(fields, { requiredKeys: ['sure'] }).map((makers) => made('Knot', makers)),
    ),
  };
});

describe('the answer to an operation', () => {
  it('has the values, the nulls and the errors that graphql-js gives it, whatever resolvers do', async () => {
    const root = fc.record({
      knot: given(knot),
      sureKnot: given(knot),
      named: given(knot),
      first: given(knot),
      second: given(knot),
      third: given(knot),
    });
    const seen = { whole: 0, partly: 0, nothing: 0 };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...documents), root, async (document, makers) => {
        const run = (how: typeof executePlanned) => {
          const rootValue = Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make()]));
          return how({ schema, document, rootValue, contextValue: {} });
        };
        const planned = await run(executePlanned);
        expect(JSON.stringify(planned)).toBe(JSON.stringify(await run(execute)));
        if (planned.errors === undefined) seen.whole += 1;
        else if (planned.data) seen.partly += 1;
        else seen.nothing += 1;
      }),
      { numRuns: 400, seed: 8 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
  });

  it('leaves no failure behind that nobody handles', async () => {
    const late = { must: async () => Promise.reject(failure()) };
    const rootValue = { knot: { sureKnots: [late, { must: null }, late] } };
    const document = parse('{ knot { sureKnots { must { sure } } } }');
    const { data, errors } = await executePlanned({ schema, document, rootValue, contextValue: {} });
    expect(data).toEqual({ knot: null });
    expect(errors?.map(({ path }) => path)).toEqual([['knot', 'sureKnots', 1, 'must']]);
    // Told of a rejection that is not handled, the test would fail.
    await new Promise((resolve) => setImmediate(resolve));
  });
});
