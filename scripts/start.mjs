/** `npm start`: installs what has changed, then runs the chat of examples/chat with its page. PORT and HOST are heard. */

import { pathToFileURL } from "node:url";
import { install } from "./install.mjs";
import { endWithNpm } from "./parent.mjs";
import { inRoot } from "./root.mjs";

endWithNpm();
const { ok, output, note } = await install();
process.stderr.write(ok ? `install: ${note}\n` : `install: failed\n${output}`);
if (!ok) process.exit(1);

// Only now is TypeScript there. The chat runs in this process, on src/ as it stands: a signal reaches the server itself.
await import("./typescript.mjs");
try {
  await import(pathToFileURL(inRoot("examples", "chat", "server.ts")).href);
} catch (error) {
  // A port that is in use, a broker that is not there: the sentence says all of it.
  const isKnown = error instanceof Error && /^(?:Usage|Broker)Error$/.test(error.name);
  console.error(isKnown ? `${error.message}\n(the environment chooses: PORT, HOST, BROKER)` : error);
  process.exitCode = 1;
}
