/** A real Redis for tests, and a real cluster of three: in a temporary folder, on free ports, gone when the test ends. */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { createClient } from "redis";
import { programOrSkip } from "../../scripts/programs.mjs";
import { within } from "./within.ts";

/** Where it is; `undefined` where the tests that need it are to skip. Under `CI=true` a missing one throws. */
export const redisPath = programOrSkip("redis");

/** How to start one. */
export interface RedisServerOptions {
  /** Words for its command line: `["--requirepass", "secret"]`. */
  readonly args?: readonly string[];
  /** What it wants to hear of everybody. */
  readonly password?: string;
  /** The port is then one of `--tls-port`. */
  readonly tls?: boolean;
}

/** One Redis server. Keeps nothing on disk, so that it forgets all when it is stopped. */
export class RedisServer {
  readonly port: number;
  readonly #words: readonly string[];
  readonly #password: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, words: readonly string[], password: string) {
    this.port = port;
    this.#folder = folder;
    this.#words = words;
    this.#password = password;
  }

  /** Starts one that takes connections when the promise resolves. */
  static async start({ args = [], password = "", tls = false }: RedisServerOptions = {}): Promise<RedisServer> {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), "antiphon-redis-"));
    const ports = tls ? ["--port", "0", "--tls-port", String(port)] : ["--port", String(port)];
    const quiet = ["--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
    const secret = password === "" ? [] : ["--requirepass", password];
    const server = new RedisServer(port, folder, [...ports, ...quiet, ...secret, ...args], password);
    try {
      await server.start();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** `redis://127.0.0.1:…`. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it again, at the same port. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    if (redisPath === undefined) throw new Error("no Redis here: look at redisPath first");
    const child = spawn(redisPath, [...this.#words], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    await within(ready(child), "Redis that is ready", 10_000);
  }

  /** Kills it, as a crash would; resolves when it is dead. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const dead = once(child, "exit");
    child.kill("SIGKILL");
    await dead;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** From now on it answers nobody, and no connection ends. */
  pause(): void {
    this.#child!.kill("SIGSTOP");
  }

  resume(): void {
    this.#child!.kill("SIGCONT");
  }

  /** Asks it, by a connection of its own: `await server.ask("KEYS", "*")`. */
  async ask(...words: readonly string[]): Promise<unknown> {
    const client = createClient({ url: this.url, ...(this.#password && { password: this.#password }) });
    client.on("error", () => {});
    await client.connect();
    try {
      return await client.sendCommand([...words]);
    } finally {
      client.destroy();
    }
  }

  /** Stops it for good. */
  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Three masters without replicas, which serve a third of the slots each. */
export class RedisClusterServers {
  readonly servers: readonly RedisServer[];

  private constructor(servers: readonly RedisServer[]) {
    this.servers = servers;
  }

  static async start({ args = [], password = "" }: RedisServerOptions = {}): Promise<RedisClusterServers> {
    const servers: RedisServer[] = [];
    const cluster = new RedisClusterServers(servers);
    try {
      const buses: number[] = [];
      for (let index = 0; index < 3; index++) {
        const bus = await freePort();
        const words = ["--cluster-enabled", "yes", "--cluster-port", String(bus), "--cluster-node-timeout", "15000"];
        servers.push(await RedisServer.start({ args: [...words, ...args], password }));
        buses.push(bus);
      }
      await cluster.#join(buses);
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** The URL of one of them. */
  get url(): string {
    return this.servers[0]!.url;
  }

  async start(): Promise<void> {
    for (const server of this.servers) await server.start();
    await this.#whole();
  }

  async stop(): Promise<void> {
    for (const server of this.servers) await server.stop();
  }

  pause(): void {
    for (const server of this.servers) server.pause();
  }

  resume(): void {
    for (const server of this.servers) server.resume();
  }

  async close(): Promise<void> {
    for (const server of this.servers) await server.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #join(buses: readonly number[]): Promise<void> {
    const [first] = this.servers as [RedisServer];
    for (const [index, server] of this.servers.entries()) {
      await server.ask("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
      const [from, to] = [Math.ceil((16_384 * index) / 3), Math.ceil((16_384 * (index + 1)) / 3) - 1];
      await server.ask("CLUSTER", "ADDSLOTSRANGE", String(from), String(to));
      if (server !== first) await first.ask("CLUSTER", "MEET", "127.0.0.1", String(server.port), String(buses[index]));
    }
    await this.#whole();
  }

  /** Waits until each of them knows of all slots. */
  async #whole(): Promise<void> {
    for (const server of this.servers) {
      await within(whole(server), "cluster that has come together");
    }
  }
}

/** There is no event for it. */
async function whole(server: RedisServer): Promise<void> {
  for (;;) {
    const info = String(await server.ask("CLUSTER", "INFO"));
    if (info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:3")) return;
    await setTimeout(50);
  }
}

/** A port of this machine that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function ready(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    said.push(line);
    if (line.includes("Ready to accept connections")) {
      // Whatever else it says is read, so that it can go on saying it.
      child.stdout!.resume();
      return;
    }
  }
  throw new Error(`Redis ended: ${said.slice(-5).join("\n")}`);
}

/** A test that is broken off leaves nothing running. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
