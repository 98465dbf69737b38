/** Writes a recording as it happens: each line is in the file before the next message is read. */

import { closeSync, ftruncateSync, openSync, statSync, unlinkSync, writeSync } from "node:fs";
import { CliError, ExitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { fileProblem } from "../words.ts";

/** Where lines go. */
export interface Recorder {
  write(line: string): void;
  close(): void;
}

/**
 * Opens the file, or stdout for `-`. Throws a `CliError` for one that exists, unless `overwrite`, and for one that cannot be
 * written.
 */
export function openRecorder(file: string, overwrite: boolean, terminal: Terminal): Recorder {
  if (file === "-") return { write: (line) => terminal.printJson(line), close: () => {} };
  const told = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") throw new CliError(`${file} exists already; --overwrite writes over it`, ExitCode.usage);
      throw new CliError(`${file} cannot be written: ${fileProblem(error)}`);
    }
  };
  // A pipe or a device is there to be written to.
  const isSpecial = statSync(file, { throwIfNoEntry: false })?.isFile() === false;
  // What is there stays until there is something to write: the server may not even be up.
  const handle = told(() => openSync(file, overwrite || isSpecial ? "a" : "ax"));
  let isEmpty = true;
  return {
    // A disk may take a part of it only.
    write: (line) => {
      if (isEmpty && !isSpecial) told(() => ftruncateSync(handle));
      isEmpty = false;
      let rest: Uint8Array = Buffer.from(`${line}\n`);
      while (rest.length > 0) rest = rest.subarray(told(() => writeSync(handle, rest)));
    },
    close: () => {
      closeSync(handle);
      if (isEmpty && !overwrite && !isSpecial) unlinkSync(file);
    },
  };
}
