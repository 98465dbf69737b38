/** An app with its routes, listening, its log written down line by line: what most tests of a whole server begin with. */

import type { App, AppOptions } from "../../src/index.ts";
import type { Heard } from "./app-server.ts";
import { listenAnywhere, testApp } from "./app-server.ts";

/** What a logger was given, a line each: `info: ws / from 127.0.0.1 · 1000 …`. */
export class LineLog {
  readonly lines: string[] = [];
  /** The fields of each line. */
  readonly fields: Record<string, unknown>[] = [];
  readonly info = this.#at("info");
  readonly warn = this.#at("warn");
  readonly error = this.#at("error");

  /** The lines at this level, without its name. */
  of(level: "info" | "warn" | "error"): string[] {
    return this.lines.filter((line) => line.startsWith(`${level}: `)).map((line) => line.slice(level.length + 2));
  }

  /** Forgets all lines. */
  clear(): void {
    this.lines.length = 0;
    this.fields.length = 0;
  }

  #at(level: string) {
    return (fields: object, message: string): void => {
      this.lines.push(`${level}: ${message}`);
      this.fields.push(fields as Record<string, unknown>);
    };
  }
}

/** An app that listens. */
export interface ListeningApp {
  readonly app: App;
  readonly port: number;
  /** `ws://127.0.0.1:…`, without a slash at the end. */
  readonly url: string;
  readonly heard: Heard;
  /** What was logged since it listens. */
  readonly log: LineLog;
}

/** Starts an app on any free port of this machine; `register` gives it its routes. It is gone when the test is over. */
export async function listeningApp(register: (app: App) => void, options: AppOptions = {}): Promise<ListeningApp> {
  const log = new LineLog();
  const { app, heard } = testApp({ logger: log, ...options });
  register(app);
  const port = await listenAnywhere(app);
  log.clear();
  return { app, port, url: `ws://127.0.0.1:${port}`, heard, log };
}

/** The echo of the tutorial. */
export function echo(app: App): void {
  app.ws("/ws", async (socket) => {
    await socket.accept();
    for await (const text of socket.iterText()) {
      await socket.sendText(`Echo: ${text}`);
    }
  });
}
