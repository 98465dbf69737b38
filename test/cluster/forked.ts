/** A process of the cluster test, which answers questions and must not say or do anything else: what it complains of is kept. */

import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { Questions } from "../../bench/support/questions.ts";
import { inRoot } from "../../scripts/root.mjs";
import { within } from "../support/within.ts";

/** The TypeScript of this folder as JavaScript, made once: to start six processes from the sources takes longer than a test. */
export class Programs {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of these files of this folder, without their ending. */
  static async build(...names: readonly string[]): Promise<Programs> {
    await mkdir(inRoot(".cache"), { recursive: true });
    // In the project, so that what it imports is found.
    const folder = await mkdtemp(inRoot(".cache", "cluster-"));
    await build({
      entryPoints: names.map((name) => join(import.meta.dirname, `${name}.ts`)),
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      sourcemap: "inline",
      logLevel: "warning",
    });
    return new Programs(folder);
  }

  start(name: string): Forked {
    return new Forked(join(this.#folder, `${name}.mjs`), name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** It ends when it is told to, and with us. */
export class Forked {
  readonly name: string;
  /** What it should not have done: written to its standard error, or ended by itself. */
  readonly complaints: string[] = [];
  readonly #process: ChildProcess;
  readonly #questions: Questions;
  readonly #ended: Promise<void>;
  #isToEnd = false;

  /** `file`: one that calls `answer` of `bench/support/child.ts`. */
  constructor(file: string, name: string) {
    this.name = name;
    this.#process = fork(file, [], {
      cwd: inRoot(),
      execArgv: ["--enable-source-maps"],
      // Infinity and undefined are what they are.
      serialization: "advanced",
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    this.#process.stderr!.on("data", (text) => this.complaints.push(`${name} said: ${text}`));
    this.#questions = new Questions(this.#process);
    const said = new Promise((resolve) => this.#process.stderr!.once("close", resolve));
    const exited = new Promise<void>((resolve) => {
      this.#process.once("exit", (code, signal) => {
        if (!this.#isToEnd || (code !== 0 && signal !== "SIGKILL")) {
          this.complaints.push(`${name} ended with ${signal ?? code}`);
        }
        this.#questions.end(`${name} has ended`);
        resolve();
      });
    });
    this.#ended = Promise.all([said, exited]).then(() => {});
  }

  /** Rejects with what the answer threw, when the process ends first, and when it takes too long. */
  ask<Value>(name: string, argument?: unknown): Promise<Value> {
    return within(this.#questions.ask<Value>(name, argument), `answer of ${this.name} to ${name}`, 60_000);
  }

  /** As a machine that fails. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#isToEnd = true;
    this.#process.kill("SIGKILL");
    await this.#ended;
  }

  /** Resolves when it is gone; kills it if it does not go. */
  async end(): Promise<void> {
    this.#isToEnd = true;
    if (this.#process.connected) this.#process.disconnect();
    const late = setTimeout(() => {
      this.complaints.push(`${this.name} did not end`);
      this.#process.kill("SIGKILL");
    }, 5_000);
    await this.#ended;
    clearTimeout(late);
  }
}
