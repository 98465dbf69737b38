/** The app of the soak: every style of handler that users write, with limits so small that all policies act. */

import { setTimeout as sleep } from "node:timers/promises";
import type { AppOptions, ServerSocket, SocketEvents } from "../../src/index.ts";
import { App, TimeoutError } from "../../src/index.ts";
import type { Chance } from "./chance.ts";
import type { Ledger } from "./ledger.ts";
import { Mishap } from "./ledger.ts";

/** What differs between the apps. */
export type Variant = Pick<AppOptions, "slowConsumer" | "overRate" | "compression">;

/** One for each policy. */
export const VARIANTS: readonly Variant[] = [
  { slowConsumer: "close", overRate: "close", compression: false },
  { slowConsumer: "drop-oldest", overRate: "pause", compression: true },
  {
    slowConsumer: "drop-newest",
    overRate: "close",
    compression: { threshold: 64, serverNoContextTakeover: false, clientNoContextTakeover: false },
  },
];

/** No connection is older, whatever happens. Milliseconds. */
export const LIFETIME = 3000;

/** The paths that clients come to, and those that let nobody in. */
export const PATHS = {
  echo: ["/echo", "/events"],
  talking: ["/receive", "/chat/a", "/chat/b", "/rooms/a", "/rooms/b", "/slow", "/pings", "/closing", "/hooked"],
  sending: ["/push", "/feed", "/stream", "/big", "/expires"],
  silent: ["/mute", "/deaf", "/throws", "/early"],
  refused: ["/private/x", "/forgetful", "/moody", "/waiting", "/nowhere"],
} as const;

type Run = (socket: ServerSocket) => unknown;

/** Makes it. Everything that it begins stands in the ledger. */
export function soakApp(variant: Variant, ledger: Ledger, chance: Chance): App {
  const app = new App({
    ...variant,
    logger: false,
    observer: ledger.observer(),
    heartbeat: { interval: 300, timeout: 300 },
    limits: {
      connections: 120,
      connectionsPerAddress: 40,
      handshakes: 30,
      handshakeTimeout: 600,
      queuedBytes: 8 * MEGABYTE,
      messageSize: MEGABYTE,
      controlFramesPerSecond: 200,
      headBytes: 4096,
      headers: 30,
      receiveMessages: 16,
      receiveBytes: 65_536,
      receiveFullTimeout: 600,
      sendBuffer: 4 * MEGABYTE,
      closeTimeout: 400,
      messagesPerSecond: 3000,
      bytesPerSecond: 16 * MEGABYTE,
      idleTimeout: 1200,
      lifetime: LIFETIME,
    },
  });
  const ws = (path: string, run: Run) => app.ws(path, recorded(ledger, `handler of ${path}`, run));

  app.use(async (_socket, next) => {
    const end = ledger.begin("teardown of a middleware");
    try {
      await next();
    } finally {
      end();
    }
  });
  app.use("/private/*", (socket) => socket.reject(401, { error: "no token" }));
  app.use("/forgetful", () => {});
  app.use("/moody", () => {
    throw new Mishap("a middleware's");
  });
  app.use("/hooked", async (socket, next) => {
    await socket.accept();
    void socket.sendText("hello from the hook");
    await next();
  });

  ws("/echo", async (socket) => {
    for await (const message of socket) await socket.send(message);
  });
  app.ws("/events", echoEvents(ledger, chance));
  ws("/receive", async (socket) => {
    for (;;) {
      try {
        await socket.sendJson({ got: (await socket.receive({ timeout: 200 })).length });
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
      }
    }
  });
  ws("/chat/:room", async (socket) => {
    const room = socket.join((socket.params as { room: string }).room);
    for await (const text of socket.iterText()) room.sendText(text);
  });
  app.ws("/rooms/:room", roomEvents(ledger, app));
  ws("/slow", async (socket) => {
    for await (const _ of socket) await sleep(20, undefined, { signal: socket.signal });
  });
  ws("/pings", async (socket) => {
    while (socket.state !== "closed") {
      try {
        await socket.ping({ timeout: 100 });
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
      }
      await sleep(10);
    }
  });
  ws("/closing", async (socket) => {
    let left = chance.between(0, 20);
    for await (const message of socket) {
      void socket.send(message);
      if (left-- === 0) await socket.close(chance.oneOf([1000, 1001, 1012, 4000]), chance.text(60));
    }
  });
  ws("/hooked", async (socket) => {
    await socket.accept();
    for await (const message of socket) await socket.send(message);
  });
  ws("/push", async (socket) => {
    for (let at = 0; ; at++) {
      await socket.sendText(`${at} ${"x".repeat(at % 3000)}`);
      if (at % 16 === 0) await sleep(1);
    }
  });
  ws("/feed", async (socket) => {
    socket.ignoreMessages();
    while (!socket.signal.aborted) {
      for (let at = 0; at < 8; at++) void socket.sendBytes(new Uint8Array(chance.between(0, 20_000)));
      await sleep(2);
    }
  });
  ws("/stream", async (socket) => {
    for (;;) await socket.sendStream(pieces(ledger, chance, socket));
  });
  ws("/big", async (socket) => {
    for await (const _ of socket) void socket.send(chance.happens(0.5) ? "b".repeat(700_000) : new Uint8Array(900_000));
  });
  ws("/expires", async (socket) => {
    for (;;) {
      socket.expires(Date.now() + 150);
      await socket.sendText("still here");
      await sleep(chance.happens(0.1) ? 400 : 50);
    }
  });
  ws("/mute", async (socket) => {
    await socket.accept();
    await socket.closed;
  });
  ws("/deaf", async (socket) => {
    socket.ignoreMessages();
    await socket.sendText("I do not listen");
    await socket.closed;
  });
  ws("/throws", async (socket) => {
    if (chance.happens(0.3)) throw new Mishap("before accept");
    await socket.receive({ timeout: 100 }).catch(() => {});
    throw new Mishap("after accept");
  });
  ws("/early", async (socket) => {
    await socket.sendText("bye");
  });
  ws("/private/:rest<path>", () => ledger.fault("somebody came past the middleware of /private"));
  ws("/forgetful", () => ledger.fault("somebody came past the middleware of /forgetful"));
  ws("/moody", () => ledger.fault("somebody came past the middleware of /moody"));
  ws("/waiting", (socket) => socket.closed);
  app.http.get("/health", (context) => context.text("ok"));
  return app;
}

const MEGABYTE = 1024 * 1024;

function recorded(ledger: Ledger, what: string, run: Run): Run {
  return async (socket) => {
    const end = ledger.begin(what);
    try {
      await run(socket);
    } finally {
      end();
    }
  };
}

type Events = SocketEvents<Record<string, unknown>, Record<string, unknown>>;

function echoEvents(ledger: Ledger, chance: Chance): Events {
  const ends = new WeakMap<object, () => void>();
  return {
    upgrade: (socket) => {
      if (chance.happens(0.02)) socket.reject(403);
    },
    open: (socket) => {
      ends.set(socket, ledger.begin("events without a close"));
    },
    message: (socket, message) => {
      void socket.send(message);
      // Now and then an event that takes its time.
      return chance.happens(0.05) ? sleep(chance.between(0, 3)) : undefined;
    },
    drain: () => {
      if (chance.happens(0.01)) throw new Mishap("in drain");
    },
    close: (socket) => ends.get(socket)!(),
  };
}

function roomEvents(ledger: Ledger, app: App): Events {
  const ends = new WeakMap<object, () => void>();
  return {
    open: (socket) => {
      ends.set(socket, ledger.begin("events without a close"));
      socket.join(String(socket.params["room"]));
    },
    message: (socket, message) => {
      const text = String(message);
      if (text.startsWith("a")) throw new Mishap("in message");
      if (text.startsWith("d")) socket.leave(String(socket.params["room"]));
      else if (text.startsWith("e")) app.to(["a", "b"]).send(message);
      else socket.to(String(socket.params["room"])).send(message);
    },
    error: () => {},
    close: (socket) => ends.get(socket)!(),
  };
}

async function* pieces(ledger: Ledger, chance: Chance, socket: ServerSocket): AsyncGenerator<Uint8Array> {
  const end = ledger.begin("stream of pieces");
  try {
    for (let left = chance.between(0, 30); left > 0; left--) {
      if (chance.happens(0.2)) await sleep(1, undefined, { signal: socket.signal });
      yield new Uint8Array(chance.between(0, 30_000));
    }
    if (chance.happens(0.02)) throw new Mishap("in a stream");
  } finally {
    end();
  }
}
