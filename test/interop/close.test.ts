/** The closing handshake with other makers: who closes with what, and what the other side is told. */

import { describe, expect, it } from "vitest";
import type { CloseInfo } from "../../src/protocol/index.ts";
import { Inbox } from "../support/inbox.ts";
import { within } from "../support/within.ts";
import { type Closed, openOurs, openUndici, openWs } from "./peers.ts";
import { startOurs, startWs } from "./servers.ts";

/** 123 bytes, the most that a reason may have. */
const LONGEST = `${"世".repeat(40)}end`;

interface Closing {
  readonly code?: number;
  readonly reason?: string;
}

const BY_ANYONE: readonly Closing[] = [
  {},
  { code: 1000 },
  { code: 1000, reason: "done" },
  { code: 3000, reason: "a library's" },
  { code: 4999, reason: LONGEST },
];
const BY_PROTOCOL: readonly Closing[] = [1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014].map((code) => ({
  code,
  reason: `because of ${code}`,
}));

const CLIENTS = [
  { name: "ws", open: openWs, closings: [...BY_ANYONE, ...BY_PROTOCOL] },
  { name: "undici", open: openUndici, closings: BY_ANYONE },
];

describe.each(CLIENTS)("our server and $name", ({ open, closings }) => {
  it.each(closings)("the client closes with %j", async ({ code, reason }) => {
    const { port, ends } = await startListening();
    const peer = await open(port, { compression: false });

    peer.close(code, reason);

    const told = { code: code ?? 1005, reason: reason ?? "" };
    expect(await ends.next("close on the server")).toEqual({ ...told, wasClean: true });
    // RFC 6455, 5.5.1: an endpoint "typically echos the status code it received", and our echo has no reason.
    expect(await within(peer.closed, "close on the client")).toEqual({ code: told.code, reason: "" });
  });

  it.each([...BY_ANYONE, ...BY_PROTOCOL])("the server closes with %j", async ({ code, reason }) => {
    const { port, ends } = await startListening((engine) => engine.close(code, reason));
    const peer = await open(port, { compression: false });

    peer.send("close, please");

    const told = { code: code ?? 1005, reason: reason ?? "" };
    expect(await within(peer.closed, "close on the client")).toEqual(told);
    expect(await ends.next("close on the server")).toMatchObject({ code: told.code, wasClean: true });
  });
});

describe("our client and ws as server", () => {
  it.each([...BY_ANYONE, ...BY_PROTOCOL])("the client closes with %j", async ({ code, reason }) => {
    const ends = new Inbox<Closed>();
    const { port } = await startWs((socket) => {
      socket.on("close", (code, reason) => ends.push({ code, reason: reason.toString() }));
    });
    const peer = await openOurs(port, { compression: null });

    peer.close(code, reason);

    expect(await ends.next("close on the server")).toEqual({ code: code ?? 1005, reason: reason ?? "" });
    expect(await within(peer.closed, "close on the client")).toMatchObject({ code: code ?? 1005 });
  });

  it.each([...BY_ANYONE, ...BY_PROTOCOL])("the server closes with %j", async ({ code, reason }) => {
    const ends = new Inbox<Closed>();
    const { port } = await startWs((socket) => {
      socket.on("close", (code, reason) => ends.push({ code, reason: reason.toString() }));
      socket.close(code, reason);
    });
    const peer = await openOurs(port, { compression: null });

    expect(await within(peer.closed, "close on the client")).toEqual({ code: code ?? 1005, reason: reason ?? "" });
    expect(await ends.next("close on the server")).toMatchObject({ code: code ?? 1005 });
  });

  it("the server is gone without a Close frame: 1006", async () => {
    const { port } = await startWs((socket) => socket.terminate());
    const peer = await openOurs(port, { compression: null });

    expect(await within(peer.closed, "close on the client")).toEqual({ code: 1006, reason: "" });
  });
});

describe("our server", () => {
  it("hears 1006 when ws is gone without a Close frame", async () => {
    const { port, ends } = await startListening();
    const { socket } = await openWs(port, { compression: false });

    socket.terminate();

    expect(await ends.next("close on the server")).toEqual({ code: 1006, reason: "", wasClean: false });
  });

  it("sends what was sent before the close, all of it", async () => {
    const large = "x".repeat(900_000);
    const { port } = await startListening((engine) => {
      for (let at = 0; at < 10; at++) engine.send(large);
      engine.close(1000, "that was all");
    });
    const peer = await openWs(port, { compression: false });

    peer.send("close, please");

    expect(await within(peer.closed, "close on the client")).toEqual({ code: 1000, reason: "that was all" });
    expect(peer.messages.size).toBe(10);
  });

  it("tells ws which limit it passed by the code alone", async () => {
    const { port, ends } = await startListening();
    const peer = await openWs(port, { compression: false });

    peer.send("x".repeat(2 << 20));

    expect(await within(peer.closed, "close on the client")).toEqual({ code: 1009, reason: "" });
    expect(await ends.next("close on the server")).toMatchObject({ code: 1009, error: { code: "MESSAGE_TOO_BIG" } });
  });
});

/** Our server; it runs `onMessage` with the engine for each message, and writes down how connections end. */
async function startListening(onMessage: (engine: { send(data: string): void; close: CloseCall }) => void = () => {}) {
  const ends = new Inbox<CloseInfo>();
  const { port } = await startOurs({
    connect: (connection) => ({
      message: () => onMessage(connection().engine),
      close: (info) => ends.push(info),
    }),
  });
  return { port, ends };
}

type CloseCall = (code?: number, reason?: string) => void;
