/** Runs the dashboard of examples/client as its readers do: as a command, behind a build. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { build } from "../../scripts/build.mjs";

/** One that runs. */
export type Dashboard = Awaited<ReturnType<typeof startDashboard>>;

/** Builds what the page loads. For `beforeAll`; takes no time when nothing has changed. */
export async function buildPackage(): Promise<void> {
  const { ok, output } = await build();
  if (!ok) throw new Error(`the build failed: ${output}`);
}

/** Starts it; it ends with the test. */
export async function runDashboard(port?: string): Promise<Dashboard> {
  const dashboard = await startDashboard(port);
  onTestFinished(() => dashboard.end("SIGKILL"));
  return dashboard;
}

/** Starts it, on any free port unless one is given; whoever calls ends it. */
export async function startDashboard(port = "0") {
  const file = "examples/client/dashboard/server.ts";
  const child = spawn(process.execPath, ["--import", "./scripts/typescript.mjs", file], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, PORT: port },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const find = () => /open (http:\S+), then/.exec(output)?.[1];
  while (find() === undefined && child.exitCode === null) await Promise.race([once(child.stdout, "data"), exited]);
  const url = find();
  if (url === undefined) throw new Error(`the dashboard ended: ${output}`);
  return {
    url,
    port: new URL(url).port,
    /** From now on it hears nothing and does nothing, and its connections stay open. */
    freeze: () => child.kill("SIGSTOP"),
    /** Ends it as an operator does, or as a crash does. */
    async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
      child.kill(signal);
      await exited;
    },
  };
}
