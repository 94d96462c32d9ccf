// Adds to a lockfile the optional packages for other platforms that a partial registry mirror left out of it;
// without them npm ci refuses the lockfile. Run after npm install: node .ci/complete-lockfile.mjs package-lock.json
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.argv[2];
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];
for (const [path, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const at = [
      `${path}/node_modules/${name}`,
      `${path.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')}/node_modules/${name}`.replace(/^\//, ''),
      `node_modules/${name}`,
    ];
    if (at.some((place) => lock.packages[place]?.version === version)) continue;
    const place = lock.packages[at[2]] ? at[0] : at[2];
    if (!/^\d+\.\d+\.\d+/.test(version)) {
      console.log('skipped', name, version);
      continue;
    }
    const words = name.replace(/^.*?\//, '').split('-');
    const has = (...all) => all.find((word) => words.includes(word));
    const os = has('android', 'darwin', 'freebsd', 'linux', 'win32', 'openharmony') ?? (has('windows') && 'win32');
    const cpu = has('arm64', 'x64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x');
    if (!os || !cpu) {
      console.log('unclear', name, version);
      continue;
    }
    const made = { version, cpu: [cpu] };
    if (entry.dev) made.dev = true;
    if (entry.license) made.license = entry.license;
    made.optional = true;
    made.os = [os];
    if (words.includes('musl') || words.includes('musleabihf')) made.libc = ['musl'];
    else if (words.includes('gnu') || words.includes('gnueabihf')) made.libc = ['glibc'];
    if (entry.engines) made.engines = entry.engines;
    lock.packages[place] = made;
    added.push(place);
  }
}
const [root, ...rest] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => a.localeCompare(b, 'en'))]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log('added', added.length, added.join(' '));
