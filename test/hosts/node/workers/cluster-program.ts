/** A primary with its workers, in processes of their own: what they say, who is connected to which, and that none is left. */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import { inRoot } from "../../../../scripts/root.mjs";
import type { ListenOptions } from "../../../../src/index.ts";
import { within } from "../../../support/within.ts";
import { WsClient } from "../clients.ts";

/** The entry file as JavaScript, made once: to start a dozen processes from the sources takes longer than the tests. */
export class EntryFile {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async build(): Promise<EntryFile> {
    await mkdir(inRoot(".cache"), { recursive: true });
    // In the project, so that what it imports is found.
    const folder = await mkdtemp(inRoot(".cache", "workers-"));
    await build({
      entryPoints: [join(import.meta.dirname, "entry-file.ts"), inRoot("src", "index.ts")],
      outdir: folder,
      entryNames: "[name]",
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      logLevel: "warning",
    });
    return new EntryFile(folder);
  }

  /** The library alone, as a file. */
  get library(): string {
    return join(this.#folder, "index.mjs");
  }

  /** Starts a primary. All processes end with the test. */
  start(argument: { readonly exitBefore?: number; readonly options?: ListenOptions } = {}): ClusterProgram {
    return new ClusterProgram(join(this.#folder, "entry-file.mjs"), JSON.stringify(argument));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What `listen` gave in the primary. */
export interface Up {
  readonly url: string;
  readonly port: number;
  readonly workers: readonly number[];
  readonly ready: boolean;
  readonly sockets: number;
  readonly broker: string;
}

/** One primary and its workers. */
export class ClusterProgram {
  readonly #child: ChildProcess;
  readonly #said: (readonly [what: string, value: unknown])[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #ended: Promise<number | string>;

  constructor(file: string, argument: string) {
    // A group of its own: a terminal sends its signals to all of one.
    this.#child = spawn(process.execPath, [file, argument], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout! }).on("line", (line) => {
      this.#said.push(JSON.parse(line));
      for (const look of this.#waiting.splice(0)) look();
    });
    this.#ended = new Promise((resolve) => this.#child.once("exit", (code, signal) => resolve(signal ?? code ?? -1)));
    onTestFinished(() => {
      try {
        this.signalAll("SIGKILL");
      } catch {
        // All have ended.
      }
    });
  }

  /** What was said of this kind, once there is as much of it. */
  async says<Value>(what: string, count = 1): Promise<Value[]> {
    const said = async () => {
      while (this.all(what).length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    };
    await within(said(), `word "${what}"`, 15_000);
    return this.all(what) as Value[];
  }

  all(what: string): unknown[] {
    return this.#said.filter(([other]) => other === what).map(([, value]) => value);
  }

  /** Once all listen. */
  async up(): Promise<Up> {
    return (await this.says<Up>("up"))[0]!;
  }

  /** To the primary alone. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** To the primary and its workers, as a terminal does. */
  signalAll(name: NodeJS.Signals): void {
    process.kill(-this.#child.pid!, name);
  }

  /** How the primary ended. */
  ended(): Promise<number | string> {
    return within(this.#ended, "end of the primary", 10_000);
  }
}

/** A client in a room, and the process that it is connected to. */
export class Guest extends WsClient {
  pid = 0;

  static async enter(url: string, room = "a"): Promise<Guest> {
    const guest = new Guest(
      `${url.replace(/^http|^unix:/, (start) => (start === "http" ? "ws" : "ws+unix:"))}/room/${room}`,
    );
    guest.pid = (JSON.parse(await guest.next()) as { pid: number }).pid;
    return guest;
  }

  /** The next so many messages. */
  async hears(count: number): Promise<string[]> {
    const heard: string[] = [];
    while (heard.length < count) heard.push(await this.next());
    return heard;
  }

  async ask<Answer>(question: string): Promise<Answer> {
    this.socket.send(question);
    return JSON.parse(await this.next()) as Answer;
  }
}

/** Resolves when none of these processes runs any more. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  const isGone = async () => {
    while (pids.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await within(isGone(), `end of ${pids}`, 5_000);
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
