import cliProgress from 'cli-progress';
import type { Output } from './output.ts';

/** Where work stands. */
export interface ProgressState {
  readonly percentage: number;
  /** What is being done, in words. */
  readonly stage: string;
  readonly detail: string;
}

/** Shows progress: a bar on a terminal, a line for each step forward elsewhere, nothing when JSON is wanted. */
export interface ProgressBar {
  update(state: ProgressState): void;
  /** Leaves the last state standing. */
  stop(): void;
}

/** Percentages that one plain line stands for at most, within a stage. */
const lineEvery = 10;

/** Makes the fitting kind of progress display for standard output. */
export function createProgressBar(output: Output, stream: NodeJS.WriteStream = process.stdout): ProgressBar {
  if (output.json) return { update() {}, stop() {} };
  return stream.isTTY ? terminalBar(stream) : plainLines(output);
}

function terminalBar(stream: NodeJS.WriteStream): ProgressBar {
  const startedAt = Date.now();
  const bar = new cliProgress.SingleBar(
    {
      stream,
      barsize: 28,
      fps: 12,
      hideCursor: true,
      linewrap: false,
      // Ctrl-C cancels the job; the bar must not take it as the end.
      gracefulExit: false,
      // The clock goes on while nothing else does.
      forceRedraw: true,
      format(options, { progress, value }, { stage, detail }: Partial<ProgressState>) {
        const seconds = `${Math.floor((Date.now() - startedAt) / 1000)} s`;
        const drawn = cliProgress.Format.BarFormat(progress, options);
        const words = [stage, detail].filter(Boolean).join(': ');
        const line = `${drawn} ${String(Math.floor(value)).padStart(3)} %  ${seconds.padStart(5)}  ${words}`;
        return line.slice(0, Math.max(20, (stream.columns || 80) - 1));
      },
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(100, 0, { stage: '', detail: '' });
  return {
    update: ({ percentage, stage, detail }) => bar.update(percentage, { stage, detail }),
    stop: () => bar.stop(),
  };
}

function plainLines(output: Output): ProgressBar {
  let shown: ProgressState | undefined;
  return {
    update(state) {
      const far = shown === undefined || state.percentage - shown.percentage >= lineEvery;
      if (!far && state.stage === shown?.stage) return;
      shown = state;
      const words = [state.stage, state.detail].filter(Boolean).join(': ');
      output.print(`${String(state.percentage).padStart(3)} %  ${words}`);
    },
    stop() {},
  };
}
