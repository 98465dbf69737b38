/** Dialing with a native WebSocket: undici's against real servers, and one that the test plays for what browsers throw. */

import { once } from "node:events";
import { createServer } from "node:net";
import { WebSocket } from "undici";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { dialNative } from "../../../src/client/browser/dial.ts";
import type { DialRequest } from "../../../src/client/dialer.ts";
import { ConnectError, UsageError } from "../../../src/errors.ts";
import { systemClock } from "../../../src/protocol/run/clock.ts";
import { Heard } from "../../socket/wire-suite.ts";
import { Inbox } from "../../support/inbox.ts";
import { openServer } from "../../support/server.ts";
import { PlayedSocket } from "./played-socket.ts";

afterEach(() => vi.unstubAllGlobals());

const dial = dialNative(systemClock, { closeTimeout: 10_000 });

function request(url: string, given: Partial<DialRequest> = {}): DialRequest {
  return { url: new URL(url), subprotocols: [], headers: undefined, signal: new AbortController().signal, ...given };
}

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** The runtime's WebSocket is the test's own; gives it once it is made. */
function playNative(): { readonly made: { url: string; subprotocols: string[]; native: PlayedSocket }[] } {
  const made: { url: string; subprotocols: string[]; native: PlayedSocket }[] = [];
  class Native extends PlayedSocket {
    constructor(url: string, subprotocols: string[]) {
      super();
      made.push({ url, subprotocols, native: this });
    }
  }
  vi.stubGlobal("WebSocket", Native);
  return { made };
}

describe("over undici's WebSocket", () => {
  test("opens, with the subprotocol that the server chose, and echoes", async () => {
    vi.stubGlobal("WebSocket", WebSocket);
    const server = await openServer({
      connect: (connection) => ({ message: (data) => connection().engine.send(data), close() {} }),
    });
    onTestFinished(() => server.close());

    const { wire, protocol } = await dial(request(`ws://127.0.0.1:${server.port}/`, { subprotocols: ["v2", "v1"] }));
    const came = new Inbox<unknown>();
    const heard = new Heard();
    heard.onMessage = (data) => came.push(data);
    wire.open(heard);
    wire.send(Uint8Array.of(1, 2, 3), true);

    expect(protocol).toBe("v2");
    expect(await came.next("echo")).toEqual(Uint8Array.of(1, 2, 3));
    wire.terminate();
  });

  test("loses no message that the server sends at once", async () => {
    vi.stubGlobal("WebSocket", WebSocket);
    const server = await openServer({
      connect: () => ({ message() {}, close() {} }),
      open: ({ engine }) => engine.send("welcome"),
    });
    onTestFinished(() => server.close());

    const { wire } = await dial(request(`ws://127.0.0.1:${server.port}/`));
    const came = new Inbox<unknown>();
    const heard = new Heard();
    heard.onMessage = (data) => came.push(data);
    wire.open(heard);

    expect(await came.next("first message")).toBe("welcome");
    wire.terminate();
  });

  test("rejects where nobody listens, and says that no more is known", async () => {
    vi.stubGlobal("WebSocket", WebSocket);
    const port = await freePort();

    const error = await dial(request(`ws://127.0.0.1:${port}/chat`)).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({
      code: "CONNECT_FAILED",
      message: `cannot connect to ws://127.0.0.1:${port}/chat: no answer, or no WebSocket (see the browser's console)`,
    });
  });

  test("rejects with the signal's reason, and cuts what it has begun", async () => {
    vi.stubGlobal("WebSocket", WebSocket);
    const silent = createServer();
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    onTestFinished(() => void silent.close());
    const abort = new AbortController();
    const { port } = silent.address() as { port: number };

    const dialed = dial(request(`ws://127.0.0.1:${port}/`, { signal: abort.signal }));
    const [tcp] = await once(silent, "connection");
    tcp.resume();
    abort.abort("enough");

    await expect(dialed).rejects.toBe("enough");
    await once(tcp, "close");
  });
});

describe("over a native WebSocket that the test plays", () => {
  test("hands it the URL as text, subprotocols as an array of their own, and asks for an ArrayBuffer", async () => {
    const { made } = playNative();
    const subprotocols = ["a", "b"];

    void dial(request("ws://host:1/path?query", { subprotocols })).catch(() => {});

    expect(made).toMatchObject([{ url: "ws://host:1/path?query", subprotocols: ["a", "b"] }]);
    expect(made[0]!.subprotocols).not.toBe(subprotocols);
    expect(made[0]!.native.binaryType).toBe("arraybuffer");
  });

  test("says so when the browser is offline", async () => {
    const { made } = playNative();
    vi.stubGlobal("navigator", { onLine: false });

    const dialed = dial(request("ws://host/"));
    made[0]!.native.tell("close", { code: 1006, reason: "", wasClean: false });

    await expect(dialed).rejects.toMatchObject({ message: "cannot connect to ws://host/: offline" });
  });

  test.each([
    ["SyntaxError", "The subprotocol 'a b' is invalid."],
    ["SecurityError", "An insecure WebSocket connection may not be initiated from a page loaded over HTTPS."],
  ])("what the browser does not even try is a mistake of the caller's, in its words: %s", async (name, words) => {
    class Refusing {
      constructor() {
        throw new DOMException(words, name);
      }
    }
    vi.stubGlobal("WebSocket", Refusing);

    const error = await dial(request("ws://host/")).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: `cannot connect to "ws://host/": ${words}` });
  });

  test("a signal that has aborted already leaves nothing behind", async () => {
    const { made } = playNative();

    const dialed = dial(request("ws://host/", { signal: AbortSignal.abort("no") }));

    await expect(dialed).rejects.toBe("no");
    expect(made.map(({ native }) => native.readyState)).toEqual(made.map(() => 2));
  });

  test("a signal that aborts when it is open does not end it", async () => {
    const { made } = playNative();
    const abort = new AbortController();
    const dialed = dial(request("ws://host/", { signal: abort.signal }));
    const { native } = made[0]!;
    native.readyState = 1;
    native.protocol = "chosen";
    native.tell("open");

    abort.abort();

    expect(await dialed).toMatchObject({ protocol: "chosen" });
    expect(native.closes).toEqual([]);
  });
});
