/**
 * Our client under a fuzzing server of the Autobahn test suite (or any that speaks its small protocol):
 * `npm run conformance:client -- ws://127.0.0.1:9001`. The server's side is tested with `antiphon echo --compression`.
 */

import type { Engine } from "../../src/protocol/index.ts";
import { resolveCompression } from "../../src/protocol/index.ts";
import { openClient } from "../support/client.ts";

const { port } = new URL(process.argv[2] ?? "ws://127.0.0.1:9001");
const agent = process.argv[3] ?? "antiphon";
const compression = resolveCompression({
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  threshold: 0,
});
const limits = { messageSize: 64 * 1024 * 1024, fragments: Infinity, controlFramesPerSecond: Infinity };

const count = Number(await connect("/getCaseCount"));
for (let number = 1; number <= count; number++) {
  await connect(`/runCase?case=${number}&agent=${agent}`);
  if (number % 20 === 0 || number === count) process.stderr.write(`\r${number} of ${count}`);
}
await connect(`/updateReports?agent=${agent}`);
process.stderr.write("\nThe reports are where the server writes them.\n");

/** Echoes whatever comes until the connection ends; gives the last text. */
function connect(target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let engine: Engine;
    let last = "";
    const sink = {
      message(data: string | Uint8Array) {
        if (typeof data === "string") last = data;
        if (target.startsWith("/runCase")) engine.send(data);
      },
      close: () => resolve(last),
    };
    const onEngine = (made: Engine) => {
      engine = made;
    };
    openClient(Number(port), { target, compression, limits, sink, onEngine }).catch(reject);
  });
}
