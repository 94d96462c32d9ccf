/** Measures one part side by side with its peers: `npm run bench -- <name>`. */
const benches: Readonly<Record<string, () => Promise<void>>> = {
  analyses: async () => (await import('./analyses.ts')).benchAnalyses(),
  cv: async () => (await import('./cv.ts')).benchCv(),
  docs: async () => (await import('./docs.ts')).benchDocs(),
  events: async () => (await import('./events.ts')).benchEvents(),
  http: async () => (await import('./http.ts')).benchHttp(),
  jobs: async () => (await import('./jobs.ts')).benchJobs(),
  overload: async () => (await import('./overload.ts')).benchOverload(),
  rest: async () => (await import('./rest.ts')).benchRest(),
  soak: async () => (await import('./soak.ts')).benchSoak(),
  start: async () => (await import('./start.ts')).benchStart(),
};

// As the command line has it: the libraries look for it when they are loaded.
process.env.NODE_ENV ??= 'production';

const name = process.argv[2] ?? '';
const bench = benches[name];
if (bench === undefined) {
  console.error(`There is no bench of this name. There are: ${Object.keys(benches).join(', ')}.`);
  process.exitCode = 1;
} else {
  await bench();
}
