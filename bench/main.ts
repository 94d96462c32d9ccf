/** Measures one part side by side with its peers: `npm run bench -- <name>`. */
const benches: Readonly<Record<string, () => Promise<void>>> = {
  analyses: async () => (await import('./analyses.ts')).benchAnalyses(),
  cv: async () => (await import('./cv.ts')).benchCv(),
  docs: async () => (await import('./docs.ts')).benchDocs(),
  rest: async () => (await import('./rest.ts')).benchRest(),
};

const name = process.argv[2] ?? '';
const bench = benches[name];
if (bench === undefined) {
  console.error(`There is no bench of this name. There are: ${Object.keys(benches).join(', ')}.`);
  process.exitCode = 1;
} else {
  await bench();
}
