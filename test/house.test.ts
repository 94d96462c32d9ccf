import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, printSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jobKinds } from '../src/app.ts';
import { JobKind } from '../src/generated/prisma/enums.ts';
import { createSchema } from '../src/schema.ts';
import { type Import, root, sourceFiles } from './source-files.ts';

const files = sourceFiles();
const schema = createSchema();

const composition = ['src/app.ts', 'src/main.ts', 'src/schema.ts', 'src/worker.ts', 'src/version.ts'];
/** Written by programs: everybody may use it. */
const generated = ['generated', 'gql'];
/** Domains that are no features: everything may stand on them. */
const ground = ['platform', 'code', 'models'];
/** The spine: a feature's jobs need more of it than its service. */
const spine = 'jobs';
const spineRooms = ['service.ts', 'events-schema.ts', 'artifacts.ts'];
const spineTypes = ['context.ts', 'kind.ts', 'runner.ts', 'schema.ts'];

/** Arrows that are there for a reason of their own. */
const allowed: Record<string, string> = {
  'src/main.ts -> src/auth/development-user.ts': 'the ready sign-in is made by whoever starts the API',
  'src/main.ts -> src/jobs/downloads.ts': 'a raw route is added where the HTTP server is made',
  'src/worker.ts -> src/jobs/runner.ts': 'starts the handlers',
  'src/worker.ts -> src/jobs/pruning.ts': 'starts what is due by the clock',
  'src/cli/user-create.ts -> src/auth/passwords.ts': 'asks the password rule before it takes an answer at the prompt',
  'src/cli/docs-report.ts -> src/docs/report.ts': 'reads the stored forms of the results it prints',
};

/** The domain a file belongs to; the file itself at the top of src. */
const domainOf = (path: string) => (composition.includes(path) ? 'composition' : (path.split('/')[1] ?? ''));

/** Why an import is against the walls; undefined when it is not. */
function fault(from: string, { to, typeOnly }: Import): string | undefined {
  if (to === null || `${from} -> ${to}` in allowed) return undefined;
  const [mine, theirs] = [domainOf(from), domainOf(to)];
  const room = to.split('/').slice(2).join('/');
  if (mine === theirs || generated.includes(theirs) || to === 'src/version.ts' || to === 'package.json')
    return undefined;
  // Everybody is handed the app and needs its type; nobody but the roots may build it.
  if (to === 'src/app.ts' && typeOnly) return undefined;
  if (theirs === 'composition') return mine === 'cli' ? undefined : 'only the command line stands above the roots';
  if (theirs === 'cli') return 'nothing stands on the command line';
  if (theirs === 'rest') return from === 'src/main.ts' || mine === 'cli' ? undefined : 'only the roots know REST';
  if (mine === 'platform') return 'the floor imports no feature';
  if (theirs === 'platform') return undefined;
  if (mine === 'code' || mine === 'models') return 'the ground stands on the floor only';
  if (ground.includes(theirs)) return undefined;
  if (mine === 'composition') return faultOfRoot(from, room);
  if (room === 'service.ts' || (room === 'schema.ts' && typeOnly && from.endsWith('schema.ts'))) return undefined;
  if (theirs === spine && (spineRooms.includes(room) || (spineTypes.includes(room) && typeOnly))) return undefined;
  return 'a feature is reached only through its service.ts';
}

/** Each root lists one kind of room. */
function faultOfRoot(from: string, room: string): string | undefined {
  const rooms: Record<string, readonly string[]> = {
    'src/app.ts': ['jobs.ts', 'kind.ts'],
    'src/main.ts': ['service.ts'],
    'src/schema.ts': ['schema.ts'],
    // A handler is loaded with its first job, and stands by its definition until then.
    'src/worker.ts': ['worker.ts', 'jobs.ts', 'kind.ts'],
  };
  return rooms[from]?.includes(room) === true ? undefined : `${from} lists other rooms`;
}

describe('the walls', () => {
  it('let arrows point down only', () => {
    const faults = files.flatMap(({ path, imports }) =>
      imports.flatMap((one) => {
        const reason = fault(path, one);
        return reason === undefined ? [] : [`${path} -> ${one.to}: ${reason}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('have no door for an arrow that is gone', () => {
    const arrows = files.flatMap(({ path, imports }) => imports.map(({ to }) => `${path} -> ${to}`));
    expect(Object.keys(allowed).filter((arrow) => !arrows.includes(arrow))).toEqual([]);
  });

  it('hold against arrows that point up or through a wall', () => {
    const value = (to: string): Import => ({ to, typeOnly: false, late: false, reexport: false });
    const bad: [string, string][] = [
      ['src/platform/http.ts', 'src/users/service.ts'],
      ['src/platform/http.ts', 'src/app.ts'],
      ['src/code/symbols.ts', 'src/docs/service.ts'],
      ['src/docs/worker.ts', 'src/repos/git.ts'],
      ['src/docs/worker.ts', 'src/jobs/transitions.ts'],
      ['src/docs/worker.ts', 'src/jobs/runner.ts'],
      ['src/docs/schema.ts', 'src/repos/schema.ts'],
      ['src/jobs/runner.ts', 'src/docs/worker.ts'],
      ['src/items/service.ts', 'src/schema.ts'],
      ['src/items/service.ts', 'src/cli/output.ts'],
      ['src/items/service.ts', 'src/rest/route.ts'],
      ['src/rest/route.ts', 'src/items/schema.ts'],
      ['src/schema.ts', 'src/items/service.ts'],
    ];
    expect(bad.filter(([from, to]) => fault(from, value(to)) === undefined)).toEqual([]);
  });

  it('keep the servers that few requests need out of what is loaded before the first answer', () => {
    const late = [
      'src/platform/graphql-long-way.ts',
      'src/platform/http-router.ts',
      'src/auth/google-provider.ts',
      'src/auth/clerk-token.ts',
    ];
    const early = files.flatMap(({ path, imports }) =>
      imports.flatMap((one) =>
        one.to !== null && late.includes(one.to) && !one.typeOnly && !one.late ? [`${path} -> ${one.to}`] : [],
      ),
    );
    expect(early).toEqual([]);
    const loaders = (name: string) =>
      files.flatMap(({ path }) => {
        const loads = new RegExp(`^import (?!type\\b)[^;]*from '${name}'`, 'm');
        return loads.test(readFileSync(join(root, path), 'utf8')) ? [path] : [];
      });
    expect(loaders('graphql-yoga')).toEqual(['src/platform/graphql-long-way.ts']);
    expect(loaders('openid-client')).toEqual(['src/auth/google-provider.ts']);
    expect(loaders('jose')).toEqual(['src/auth/clerk-token.ts']);
    expect(['pg-boss', '@octokit/request', '@node-rs/argon2'].flatMap(loaders)).toEqual([]);
  });

  it('have no circles at run time', () => {
    const graph = new Map(
      files.map(({ path, imports }) => [
        path,
        imports.flatMap(({ to, typeOnly, late }) => (to === null || typeOnly || late ? [] : [to])),
      ]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, above: readonly string[]) => {
      const start = above.indexOf(path);
      if (start >= 0) circles.push([...above.slice(start), path].join(' -> '));
      if (start >= 0 || done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...above, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(circles).toEqual([]);
  });
});

describe('rooms', () => {
  const listOfFields = 'a list of fields, each a line or two; split, it would be read in two places';
  /** Files over 300 lines, with the reason. */
  const long: Record<string, string> = {};
  /** Functions over 50 lines, with the reason. */
  const longFunctions: Record<string, string> = {
    'src/analyses/findings-schema.ts addFindings': listOfFields,
    'src/analyses/schema.ts addAnalysis': listOfFields,
    'src/analyses/schema.ts addAnalyzing': listOfFields,
    'src/auth/schema.ts addSignIn': listOfFields,
    'src/auth/schema.ts addSessions': listOfFields,
    'src/auth/schema.ts addApiKeys': listOfFields,
    'src/auth/github-schema.ts addGitHub': listOfFields,
    'src/cv/schema.ts addCvAnalysis': listOfFields,
    'src/docs/schema.ts addDocs': listOfFields,
    'src/items/schema.ts addItems': listOfFields,
    'src/jobs/events-schema.ts addEventTypes': listOfFields,
    'src/jobs/schema.ts addJobInterface': listOfFields,
    'src/repos/schema.ts addRepositoryFields': listOfFields,
    'src/tasks/schema.ts addTask': listOfFields,
    'src/users/schema.ts addUsers': listOfFields,
    'src/platform/builder.ts createBuilder': 'one object of options for the plugins',
    'src/platform/graphiql.ts starterQueries': 'a text',
    'src/platform/schema.ts addRefusals': listOfFields,
    'src/platform/wake-ups.ts postgresWakeUps': 'a connection and what it does when it breaks share their state',
  };

  it('have at most 300 lines, and functions 50, but for those listed with a reason', () => {
    const longFiles = files.filter(({ lines }) => lines > 300).map(({ path }) => path);
    expect(longFiles.sort()).toEqual(Object.keys(long).sort());
    const tooLong = files.flatMap(({ path, functions }) =>
      functions.filter(({ lines }) => lines > 50).map(({ name }) => `${path} ${name}`),
    );
    expect(tooLong.sort()).toEqual(Object.keys(longFunctions).sort());
  });

  it('have comments no wider than their code: 120 columns, which the formatter holds for code only', () => {
    const written = globSync('{src,test,bench,clients}/**/*.{ts,js}', { cwd: root }).filter(
      (path) => !/^(?:src\/(?:generated|gql)|test\/fixtures)\/|\/node_modules\//.test(path),
    );
    const wide = written.flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .flatMap((line, at) => (line.length > 120 && /^\s*(?:\/\/|\/?\*)/.test(line) ? [`${path}:${at + 1}`] : [])),
    );
    expect(wide).toEqual([]);
  });

  it('are no barrels', () => {
    const barrels = files.filter(
      ({ path, statements, imports }) =>
        /^index\.[jt]s$/.test(basename(path)) ||
        statements.includes('ExportAllDeclaration') ||
        (imports.some(({ reexport }) => reexport) &&
          statements.every((type) => type === 'ExportNamedDeclaration') &&
          imports.filter(({ reexport }) => reexport).length >= statements.length),
    );
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });

  it('have names that say what is in them', () => {
    const vague = files.filter(({ path }) => /(^|\/|-)(utils?|helpers?|managers?|misc|common)\b/.test(path));
    expect(vague.map(({ path }) => path)).toEqual([]);
  });
});

describe('every feature', () => {
  const features = files.flatMap(({ path }) => /^src\/(\w+)\/schema\.ts$/.exec(path)?.[1] ?? []);
  const importsOf = (path: string) => files.find((file) => file.path === path)?.imports.map(({ to }) => to) ?? [];

  it.each(features)('%s is wired: its types, its definitions, its handlers', (feature) => {
    const wired = { 'schema.ts': 'src/schema.ts', 'jobs.ts': 'src/app.ts', 'worker.ts': 'src/worker.ts' };
    for (const [room, list] of Object.entries(wired)) {
      const path = `src/${feature}/${room}`;
      if (existsSync(join(root, path))) expect([path, importsOf(list).includes(path)]).toEqual([path, true]);
    }
  });

  it('has one definition, one handler and one type for each kind of its jobs', async () => {
    const kinds: string[] = Object.values(JobKind);
    const definition = z.object({ kind: z.string(), queue: z.string(), deadlineSeconds: z.number() });
    const defined = [];
    for (const path of globSync('src/*/jobs.ts', { cwd: root })) {
      const room: Record<string, unknown> = await import(join(root, path));
      defined.push(...Object.values(room).flatMap((value) => definition.safeParse(value).data ?? []));
    }
    expect(defined.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    const queueOf = Object.fromEntries(Object.entries(jobKinds).map(([kind, { queue }]) => [kind, queue]));
    expect(queueOf).toEqual(Object.fromEntries(defined.map(({ kind, queue }) => [kind, queue])));
    const worker = readFileSync(join(root, 'src/worker.ts'), 'utf8');
    const handlers = [...worker.matchAll(/worker\.ts'\)\)\.(\w+)\(app\)/g)].map(([, handler]) => handler);
    expect(new Set(handlers).size).toBe(handlers.length);
    expect(handlers).toHaveLength(kinds.length);
    const job = schema.getType('Job');
    const types = isInterfaceType(job) ? schema.getPossibleTypes(job) : [];
    expect(types).toHaveLength(kinds.length);
    const shown = schema.getType('JobKind');
    expect(isEnumType(shown) && shown.getValues().map(({ name }) => name)).toEqual([...kinds].sort());
  });
});

describe('the schema', () => {
  it('stands in schema.graphql as it is: else run `npm run codegen`', () => {
    expect(readFileSync(join(root, 'schema.graphql'), 'utf8')).toBe(`${printSchema(schema)}\n`);
    expect(() => execFileSync(process.execPath, ['codegen.ts', '--check'], { cwd: root })).not.toThrow();
  });

  it('describes every type, field, argument and value', () => {
    const builtIn = ['String', 'Int', 'Float', 'Boolean', 'ID'];
    const types = Object.values(schema.getTypeMap()).filter(
      ({ name }) => !name.startsWith('__') && !builtIn.includes(name),
    );
    const bare: string[] = [];
    const look = (name: string, { description }: { readonly description?: string | null | undefined }) => {
      if (!description?.trim()) bare.push(name);
    };
    for (const type of types) {
      look(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
      if (isInputObjectType(type))
        for (const field of Object.values(type.getFields())) look(`${type.name}.${field.name}`, field);
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        look(`${type.name}.${field.name}`, field);
        for (const argument of field.args) look(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    }
    // The Prisma plugin makes this field and takes no description for it.
    expect(bare.filter((name) => !name.endsWith('Connection.totalCount'))).toEqual([]);
  });
});

describe('the project', () => {
  it('pins every package exactly, and takes them from the public registry', () => {
    const versions = z.record(z.string(), z.string());
    const manifest = z
      .object({ dependencies: versions, devDependencies: versions })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    const sources = [...lock.matchAll(/"resolved": "([^"]+)"/g)].map(([, source]) => source ?? '');
    expect(sources.filter((source) => !source.startsWith('https://registry.npmjs.org/'))).toEqual([]);
  });

  it('has the contract of the five old back ends: 100 routes, each once', () => {
    const [header, ...rows] = readFileSync(join(root, 'test/contract/routes.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('dialect,method,path,auth,success,purpose');
    expect(rows).toHaveLength(100);
    const routes = rows.map((row) => row.split(',').slice(0, 3).join(' '));
    expect(new Set(routes).size).toBe(100);
    const form = /^(fixmydocs|async-coder|phase2|cv-analysis|automations) (GET|POST|PUT|PATCH|DELETE|WS) \/\S*$/;
    expect(routes.filter((route) => !form.test(route))).toEqual([]);
  });

  it('speaks of itself only, not of where and how it was written', () => {
    const words = [
      ['session', 'of', 'work'].join(' '),
      ['claude', 'code'].join(' '),
      ['co', 'authored', 'by:'].join('-'),
      ['language', 'model', 'wrote'].join(' '),
      ['.', 'library/'].join(''),
      ['field', 'notes'].join('-'),
    ];
    const place = new RegExp(`(?<![\\w./}-])/${'work'}/(main|shared|\\.)`);
    const registry = /https?:\/\/(?!registry\.npmjs\.org)[\w.-]*(registry|artifactory|nexus|verdaccio)[\w.-]*/;
    const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    });
    const found = tracked
      .trim()
      .split('\n')
      .filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile())
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8');
        const lower = text.toLowerCase();
        const hits = [...words.filter((word) => lower.includes(word)), place.exec(text)?.[0], registry.exec(text)?.[0]];
        return hits.flatMap((hit) => (hit === undefined ? [] : [`${path}: ${hit}`]));
      });
    expect(found).toEqual([]);
  });
});
