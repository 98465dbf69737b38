/** Hears what the waiting thread says over a port: all that has come at once, so that what it sends leaves together. */

import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Command } from "./lane.ts";

/** Calls `hear` for each command, in order. Node would end a turn after each of them, and so write each by itself. */
export function hearCommands(port: MessagePort, hear: (command: Command) => void): void {
  port.on("message", (first: Command) => {
    hear(first);
    for (let count = 1; count < MOST_IN_A_TURN; count++) {
      const next = receiveMessageOnPort(port) as { message: Command } | undefined;
      if (next === undefined) return;
      hear(next.message);
    }
  });
}

/** So that the network has its turn, too. */
const MOST_IN_A_TURN = 256;
