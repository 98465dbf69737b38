/** `npm start`: installs and builds what has changed, then runs the echo server with its page. PORT and HOST are heard. */

import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { install } from "./install.mjs";
import { endWithNpm } from "./parent.mjs";
import { inRoot } from "./root.mjs";

endWithNpm();
for (const [name, step] of /** @type {const} */ ([
  ["install", install],
  ["build", build],
])) {
  process.stderr.write(`${name}: `);
  const { ok, output, note } = await step();
  process.stderr.write(ok ? `${note}\n` : `failed\n${output}`);
  if (!ok) process.exit(1);
}

const { PORT = "5042", HOST = "127.0.0.1" } = process.env;
const command = inRoot("dist", "cli", "main.js");
process.argv = [
  process.execPath,
  command,
  "echo",
  "--port",
  PORT,
  "--host",
  HOST,
  "--compression",
  ...process.argv.slice(2),
];
await import(pathToFileURL(command).href); // In this process: a signal reaches the server itself.
