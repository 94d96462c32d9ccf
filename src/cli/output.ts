import Table from 'cli-table3';

/** A value that JSON can carry; dates are written in ISO form. */
export type JsonValue = unknown;

/** Where a command writes. A command prints for people and gives a result for programs; one of both is seen. */
export interface Output {
  /** Whether the result is wanted as JSON. */
  readonly json: boolean;
  /** A line for people; not seen when JSON is wanted. */
  print(text: string): void;
  /** A line on the side, on stderr in either form, such as a warning. */
  note(text: string): void;
  /** The command's one result for programs; seen only when JSON is wanted. */
  result(value: JsonValue): void;
  /** A table for people. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
}

/** Writable ends, such as process.stdout and process.stderr. */
export interface OutputStreams {
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly err: { write(text: string): unknown };
}

/** Makes the output of one command. Colours are for terminals only. */
export function createOutput(json: boolean, streams: OutputStreams = standardStreams()): Output {
  const { out, err } = streams;
  return {
    json,
    print(text) {
      if (!json) out.write(`${text}\n`);
    },
    note(text) {
      err.write(`${text}\n`);
    },
    result(value) {
      if (json) out.write(`${JSON.stringify(value, jsonValue, 2)}\n`);
    },
    table(head, rows) {
      if (!json) out.write(`${drawTable(head, rows, out.isTTY === true)}\n`);
    },
  };
}

/**
 * Prints why a command failed, without a stack, and gives the exit code. With JSON the error is one on stderr too:
 * {"error": {"code", "message"}}.
 */
export function printError(error: unknown, json: boolean, streams: OutputStreams = standardStreams()): number {
  const message = (error instanceof Error ? error.message : String(error)) || 'Unknown error';
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'FAILED';
  streams.err.write(json ? `${JSON.stringify({ error: { code, message } })}\n` : `${message}\n`);
  return 1;
}

function standardStreams(): OutputStreams {
  return { out: process.stdout, err: process.stderr };
}

function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function drawTable(head: readonly string[], rows: readonly (readonly string[])[], coloured: boolean): string {
  const lines = { top: '', bottom: '', left: '', right: '', mid: '', middle: '' };
  const none = {
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    'left-mid': '',
    'mid-mid': '',
    'right-mid': '',
  };
  const table = new Table({
    head: [...head],
    style: { head: coloured ? ['bold'] : [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: { ...lines, ...none },
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
