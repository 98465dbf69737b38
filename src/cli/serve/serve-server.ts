/** The server of `antiphon serve`: files, and a chat room at `/chat/:room` for pages and terminals alike. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { App, type Observer, type PresentMember } from "../../index.ts";
import type { Certificate } from "../self-signed.ts";
import { chatPage } from "./chat-page.ts";

/** What to serve. */
export interface ServeOptions {
  /** The TCP port; 0 takes any free one. */
  readonly port: number;
  /** @default "127.0.0.1" */
  readonly host?: string | undefined;
  /** The folder of the files. @default none: the chat page is at `/` */
  readonly folder?: string | undefined;
  /** Certificate and key, as PEM. @default none: http and ws */
  readonly tls?: Certificate | undefined;
  /** Hears of who comes and goes. */
  readonly observer?: Observer | undefined;
}

/** A running server. */
export interface ServeServer {
  readonly port: number;
  readonly url: string;
  /** The path of the chat page; `undefined` if the folder has something of its own there. */
  readonly chatPage: string | undefined;
  /** Stops at once, with all connections. */
  close(): Promise<void>;
}

/** Starts it. Rejects when the address can't be had. */
export async function startServe({
  port,
  host = "127.0.0.1",
  folder,
  tls,
  observer,
}: ServeOptions): Promise<ServeServer> {
  const app = new App<{ name: string }>({
    logger: false,
    observer,
    limits: { messageSize: 64 * 1024, messagesPerSecond: 20 },
    // Whoever talks too fast is read more slowly, and not thrown out.
    overRate: "pause",
  });
  addChat(app);
  const page = addPages(app, folder);
  const listening = await app.listen({ port, host, tls, signals: { timeout: 1000 } });
  return {
    port: listening.port ?? port,
    url: listening.url,
    chatPage: page,
    close: async () => {
      await listening.close();
      await app.close();
    },
  };
}

/** The files, and the chat page where they leave room for it; the result is its path. */
function addPages(app: App<{ name: string }>, folder: string | undefined): string | undefined {
  if (folder !== undefined) app.static("/", folder);
  const has = (name: string) => folder !== undefined && existsSync(join(folder, name));
  const page = folder === undefined ? "/" : "/chat";
  const isTaken = has("chat") || has("chat.html");
  if (!isTaken) app.http.get(page, (context) => context.html(chatPage));
  if (folder !== undefined && !isTaken && !has("index.html")) app.http.get("/", (context) => context.redirect(page));
  return isTaken ? undefined : page;
}

function addChat(app: App<{ name: string }>): void {
  app.use("/chat/*", async (socket, next) => {
    const name = socket.query.get("name")?.trim() || `guest ${socket.id.slice(0, 4)}`;
    if (!/^\P{Cc}{1,32}$/u.test(name))
      return socket.reject(400, "a name has 1 to 32 characters: /chat/lobby?name=Ada\n");
    socket.data.name = name;
    await next();
  });
  app.ws("/chat/:room", async (socket) => {
    const me = { id: socket.id, name: socket.data.name };
    const room = socket.join(socket.params.room, { info: { name: me.name } });
    const { signal } = socket;
    void socket.sendJson({ type: "welcome", ...me, room: room.name });
    room.onJoin((member) => void socket.sendJson({ type: "join", ...toPerson(member) }), { signal });
    room.onLeave((member) => void socket.sendJson({ type: "leave", ...toPerson(member) }), { signal });
    void socket.sendJson({ type: "people", people: (await room.who()).map(toPerson) });
    for await (const message of socket) {
      if (typeof message !== "string") await socket.sendJson({ type: "refused", text: "a chat is for text" });
      else room.sendJson({ type: "message", ...me, text: message });
    }
  });
}

/** What a member shows is what it joined with. */
function toPerson({ id, info }: PresentMember) {
  return { id, ...(info as { name: string }) };
}
