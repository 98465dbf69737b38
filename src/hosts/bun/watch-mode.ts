/** `bun --watch` and `bun --hot`: there the process lives on when it has nothing to do, and timers that hold nothing sleep with it. */

import { execArgv } from "node:process";

/** From the first signal on: so that the end that comes a moment after the last work does come. */
export function stayAwakeIfWatched(): void {
  if (execArgv.some((argument) => WATCHING.has(argument))) setInterval(() => {}, A_MOMENT);
}

const WATCHING: ReadonlySet<string> = new Set(["--watch", "--hot"]);

/** Milliseconds. */
const A_MOMENT = 100;
