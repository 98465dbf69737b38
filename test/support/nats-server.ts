/** A real nats-server on loopback: started with what a test asks for, stopped, paused, started again at the same port. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { programOrSkip } from "../../scripts/programs.mjs";
import { within } from "./within.ts";

/** What the server is to be like. */
export interface NatsServerOptions {
  /** @default false */
  readonly jetstream?: boolean;
  /** Further lines of its configuration: `max_payload: 1000`. */
  readonly config?: string;
}

/** The path of the program; `undefined` where tests that need it are to skip. */
export const NATS_SERVER = programOrSkip("nats");

/** A server that ends with the test. */
export async function natsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const server = new NatsServer(options);
  onTestFinished(() => server.close());
  await server.start();
  return server;
}

/** A server that is the caller's to close. */
export class NatsServer {
  readonly #options: NatsServerOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), "antiphon-nats-"));
  #child: ChildProcess | undefined;
  #port = -1;

  constructor(options: NatsServerOptions = {}) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** Starts it; at the same port again if it has had one. Resolves when it takes connections. */
  async start(): Promise<void> {
    const child = spawn(NATS_SERVER!, ["-c", this.#writeConfig()], { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    this.#port = await within(portOf(child), "nats-server", 15_000);
  }

  /** Lets it end in order; connections are closed. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  /** Ends it as a crash would. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** From now on it does nothing: connections stay, and nobody answers. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
    untilStopped(this.#child?.pid);
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Ends it, whatever state it is in, and removes what it has stored. */
  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    // A stopped process takes no SIGTERM.
    child.kill("SIGCONT");
    await ended;
  }

  #writeConfig(): string {
    const { jetstream = false, config = "" } = this.#options;
    const store = jetstream ? `jetstream { store_dir: ${JSON.stringify(join(this.#folder, "store"))} }` : "";
    const file = join(this.#folder, "nats.conf");
    writeFileSync(file, ["host: 127.0.0.1", `port: ${this.#port}`, store, config].join("\n"));
    return file;
  }
}

/** The signal reaches one thread after the other, and until then it still answers. Where nobody can tell: at once. */
function untilStopped(pid: number | undefined): void {
  const folder = `/proc/${pid}/task`;
  if (!existsSync(folder)) return;
  const isStopped = (thread: string) => /\) T /.test(readFileSync(`${folder}/${thread}/stat`, "latin1"));
  const end = Date.now() + 2_000;
  while (!readdirSync(folder).every(isStopped)) {
    if (Date.now() > end) throw new Error("nats-server does not stop");
  }
}

/** What its log says: the port, and that it is ready. */
async function portOf(child: ChildProcess): Promise<number> {
  let log = "";
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr!.on("data", (chunk) => {
      log += chunk;
      const [, port] = /client connections on [^\n]*:(\d+)\n[\s\S]*Server is ready/.exec(log) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`nats-server has ended: ${log}`)));
  });
  // Its log must not fill the pipe, and is of no more use.
  child.stderr!.removeAllListeners("data").resume();
  child.removeAllListeners("exit");
  return port;
}
