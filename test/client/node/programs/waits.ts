/** Two things to be done later: one that the process waits for, and one that it does not; and one that is taken back. */

import { nodeRuntime } from "../../../../src/client/node/runtime.ts";

const { clock, waits } = nodeRuntime({});
clock.after(60_000, () => console.log("not waited for"));
waits.after(Number.POSITIVE_INFINITY, () => console.log("never"));
waits.after(60_000, () => console.log("taken back"))();
waits.after(20, () => console.log("waited for"));
