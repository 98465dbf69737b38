/** An app to be closed, and clients that say goodbye as they ought to. */

import type { AppOptions } from "../../../src/index.ts";
import { testApp } from "../../support/app-server.ts";
import type { RawTcp } from "../../support/raw-tcp.ts";

/** The echo of the documentation: it knows nothing of the end. */
export function echoApp(options: AppOptions = {}) {
  const made = testApp(options);
  made.app.ws("/ws", async (socket) => {
    for await (const message of socket) await socket.send(message);
  });
  return made;
}

/** Answers the goodbye as a client ought to, and gives it. */
export async function answerGoodbye(client: RawTcp): Promise<{ code: number; reason: string }> {
  const goodbye = (await client.next()) as { code: number; reason: string };
  client.close(goodbye.code);
  return goodbye;
}

/** An echo has come back: the connection is as open as can be. */
export async function opened(client: Promise<RawTcp>): Promise<RawTcp> {
  const raw = await client;
  raw.say("ping");
  await raw.next();
  return raw;
}
