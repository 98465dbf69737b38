/** Keeps the process while a connection in memory is open, as a socket of the system does; but not for ever. */

import { afterReal } from "../real-time.ts";

let open = 0;
let cancel = () => {};

/** A connection is open. */
export function stay(): void {
  open++;
  cancel();
  cancel = afterReal(A_WHILE, () => {});
}

/** It is not any more. */
export function mayGo(): void {
  open--;
  if (open === 0) cancel();
}

/** Milliseconds after the last connection was made: a test that has forgotten one ends all the same. */
const A_WHILE = 10_000;
