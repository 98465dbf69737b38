/** The chat on two processes behind one address: `BROKER=redis://localhost:6379 npm run start:two`. Ctrl-C ends all of it. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { roundRobin } from "./round-robin.ts";

if (!process.env["BROKER"]) {
  console.error("What joins them? BROKER=redis://localhost:6379 or BROKER=nats://localhost:4222 says it.");
  process.exit(1);
}

const ports: number[] = [];
const proxy = roundRobin(ports);
const servers = new Set<ChildProcess>();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => end(signal));
process.on("exit", () => end("SIGKILL"));

ports.push(...(await Promise.all([startServer(), startServer()])));
await once(proxy.listen(Number(process.env["PORT"] ?? 5042), "127.0.0.1"), "listening");
const { port } = proxy.address() as AddressInfo;
console.log(`The chat, on two processes: open http://localhost:${port} in two windows; they take turns.`);

/** Starts the chat on a free port, and gives that. */
function startServer(): Promise<number> {
  const server = spawn(process.execPath, [...process.execArgv, fileURLToPath(new URL("server.ts", import.meta.url))], {
    env: { ...process.env, PORT: "0", HOST: "127.0.0.1" },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true, // A terminal sends Ctrl-C to all of its processes. They get it from us, once.
  });
  servers.add(server);
  server.once("exit", (code) => {
    servers.delete(server);
    // Whoever goes last turns off the light.
    if (servers.size === 0) process.exit(code ?? 1);
  });
  return new Promise((resolve) => {
    createInterface({ input: server.stdout }).on("line", (line) => {
      console.log(`process ${server.pid}: ${line}`);
      const [, port] = /The chat: open http:\S+:(\d+) /.exec(line) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

/** Nobody new any more, and goodbye to whoever is there. */
function end(signal: NodeJS.Signals): void {
  proxy.close();
  for (const server of servers) server.kill(signal);
}
