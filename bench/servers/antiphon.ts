/** A process with our server in it, in the style of its argument: events, iterator or receive; on Node.js or on Bun. */

import { pathToFileURL } from "node:url";
import type { App as OurApp } from "../../src/index.ts";
import { type Line, replyTo } from "../load/payloads.ts";
import { BACKLOG, type ServerKind } from "./contract.ts";
import { serve } from "./process.ts";

type Style = "events" | "iterator" | "receive";

/** What a user would write for each kind. */
const STYLES: Readonly<Record<Style, Readonly<Record<ServerKind, (app: OurApp) => void>>>> = {
  events: {
    echo: (app) => app.ws("/*", { message: (socket, data) => void socket.send(data) }),
    room(app) {
      const room = app.room("room");
      app.ws("/*", {
        open: (socket) => void socket.join(room.name),
        message: (_socket, data) => void room.send(data),
      });
    },
    json: (app) =>
      app.ws("/*", {
        message: (socket, text) => void socket.sendJson(replyTo(JSON.parse(text as string) as Line)),
      }),
  },

  iterator: {
    echo: (app) =>
      app.ws("/*", async (socket) => {
        for await (const data of socket) await socket.send(data);
      }),
    room: (app) =>
      app.ws("/*", async (socket) => {
        const room = socket.join("room");
        for await (const data of socket) room.send(data);
      }),
    json: (app) =>
      app.ws("/*", async (socket) => {
        for await (const line of socket.iterJson()) await socket.sendJson(replyTo(line as Line));
      }),
  },

  receive: {
    echo: (app) =>
      app.ws("/*", async (socket) => {
        while (true) await socket.send(await socket.receive());
      }),
    room: (app) =>
      app.ws("/*", async (socket) => {
        const room = socket.join("room");
        while (true) room.send(await socket.receive());
      }),
    json: (app) =>
      app.ws("/*", async (socket) => {
        while (true) await socket.sendJson(replyTo((await socket.receiveJson()) as Line));
      }),
  },
};

/** What was compiled for this run, of this checkout or of another one. */
const snapshot = process.env["ANTIPHON_SNAPSHOT"];

/** What the condition of the package's exports would choose. */
const isBun = "Bun" in globalThis;
const door = isBun ? "index.bun" : "index";
const ours = snapshot === undefined ? `../../src/${door}.ts` : pathToFileURL(`${snapshot}/src/${door}.js`).href;

serve(async ({ kind, compression }) => {
  const { App }: typeof import("../../src/index.ts") = await import(ours);
  const app = new App({
    logger: false,
    compression: compression !== false && { threshold: 0 },
    // As many as the bench ever opens at once.
    limits: { handshakes: 20_000 },
  });
  STYLES[process.argv[2] as Style][kind](app);
  const { port } = await app.listen({ port: 0, signals: false, ...(!isBun && { backlog: BACKLOG }) });
  return { port: port! };
});
