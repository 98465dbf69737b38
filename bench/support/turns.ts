/** How long the turns of this process's event loop are: by turning it without a pause. */

let longest = 0;
let last = 0;
let turning = false;

/** Begins, anew. */
export function startTurns(): void {
  longest = 0;
  last = performance.now();
  turning = true;
  setImmediate(turn);
}

/** Ends; gives the milliseconds of the longest turn. */
export function longestTurn(): number {
  turning = false;
  return longest;
}

function turn(): void {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
  if (turning) setImmediate(turn);
}
