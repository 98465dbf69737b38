/** Where the turns of an event loop are measured; other benches need that, too. */

export { longestTurn, startTurns } from "../support/turns.ts";
