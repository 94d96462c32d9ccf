import type { Dependency, Manifest } from './manifests.ts';

const CONFIGURATION =
  /^\s*(api|implementation|compileOnly|runtimeOnly|testImplementation|testRuntimeOnly|testCompileOnly|annotationProcessor|kapt)\b\s*\(?\s*(.*)$/;

/** build.gradle and build.gradle.kts: what stands there as written text. Nothing of it is run. */
export function readGradle(empty: Manifest, content: string): Manifest {
  const lines = content.split(/\r?\n/).map((line) => line.replace(/^\s*\/\/.*$/, ''));
  const one = (name: string): string | null =>
    lines
      .map((line) => new RegExp(`^\\s*${name}\\s*=?\\s*\\(?(['"])([^'"$]+)\\1`).exec(line)?.[2])
      .find((value) => value !== undefined) ?? null;
  const java = lines
    .map(
      (line) =>
        /(?:JavaLanguageVersion\.of\(|VERSION_|(?:source|target)Compatibility\s*=?\s*['"]?)(\d+(?:[._]\d+)?)/.exec(
          line,
        )?.[1],
    )
    .find((value) => value !== undefined);
  const main = /\bmainClass(?:Name)?\s*(?:=|\.set\()\s*['"]([\w.]+)['"]/.exec(content)?.[1];
  return {
    ...empty,
    version: one('version'),
    description: one('description'),
    packageManager: 'gradle',
    runtime: java === undefined ? null : `Java ${java.replace('_', '.')}`,
    dependencies: lines.flatMap(dependencyOf),
    entryPoints: main === undefined ? [] : [{ kind: 'main', name: main.replace(/^.*\./, ''), target: main }],
  };
}

function dependencyOf(line: string): Dependency[] {
  const match = CONFIGURATION.exec(line);
  if (match === null) return [];
  const group = /^test/.test(match[1] ?? '') ? 'development' : match[1] === 'compileOnly' ? 'peer' : 'runtime';
  const project = /^project\s*\(?\s*(?:path\s*[:=]\s*)?['"]:([^'"]+)['"]/.exec(match[2] ?? '')?.[1];
  // Another project of the build, by the last part of its path.
  if (project !== undefined) return [{ name: project.replace(/^.*:/, ''), version: '', group }];
  const written = /^(?:platform\(|enforcedPlatform\()?['"]([\w.-]+:[\w.-]+)(?::([^'"@]+))?[^'"]*['"]/.exec(
    match[2] ?? '',
  );
  return written === null ? [] : [{ name: written[1] ?? '', version: written[2] ?? '', group }];
}

/** Folders that settings.gradle includes. */
export function readGradleSettings(content: string): string[] {
  const statements = content.replace(/\/\/.*$/gm, '').matchAll(/^\s*include\s*\(?((?:\s*['"][^'"]+['"]\s*,?)+)/gm);
  return [...statements]
    .flatMap((match) => [...(match[1] ?? '').matchAll(/['"]([^'"]+)['"]/g)])
    .map((match) => (match[1] ?? '').replace(/^:/, '').replaceAll(':', '/'));
}
