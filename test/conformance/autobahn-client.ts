/**
 * Our client, as users hold it, under a fuzzing server of the Autobahn test suite (or any that speaks its small protocol):
 * `npm run conformance:client -- ws://127.0.0.1:9001`. The server's side is tested with `antiphon echo --compression`.
 */

import type { ClientSocket, ConnectOptions } from "../../src/client/index.ts";
import { connect, DisconnectError } from "../../src/client/index.ts";

const server = process.argv[2] ?? "ws://127.0.0.1:9001";
const agent = process.argv[3] ?? "antiphon";
const options: ConnectOptions = {
  compression: { serverNoContextTakeover: false, clientNoContextTakeover: false, threshold: 0 },
  limits: { messageSize: 64 * 1024 * 1024, fragments: Infinity, controlFramesPerSecond: Infinity },
  // What the server says nothing in is a part of its tests.
  heartbeat: false,
};

const count = Number(await ask("/getCaseCount"));
for (let number = 1; number <= count; number++) {
  await echo(await connect(new URL(`/runCase?case=${number}&agent=${agent}`, server), options));
  if (number % 20 === 0 || number === count) process.stderr.write(`\r${number} of ${count}`);
}
await ask(`/updateReports?agent=${agent}`);
process.stderr.write("\nThe reports are where the server writes them.\n");

/** The last text that the server says at this path. */
async function ask(path: string): Promise<string> {
  const socket = await connect(new URL(path, server), options);
  let last = "";
  for await (const text of socket.iterText()) last = text;
  return last;
}

/** Sends back whatever comes, until the connection has ended. */
async function echo(socket: ClientSocket): Promise<void> {
  try {
    for await (const message of socket) await socket.send(message);
  } catch (error) {
    if (!(error instanceof DisconnectError)) throw error;
  }
  await socket.closed;
}
