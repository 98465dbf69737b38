/** permessage-deflate against other makers: every choice of context takeover and window size, in both directions. */

import { describe, expect, it } from "vitest";
import type { CompressionOptions, Message } from "../../src/protocol/index.ts";
import { resolveCompression } from "../../src/protocol/index.ts";
import { nameOf, sample } from "../support/samples.ts";
import { type OurPeer, openOurs, openUndici, openWs, type Peer } from "./peers.ts";
import { startOurEcho, startOurs, startWs, startWsEcho } from "./servers.ts";

const BITS = [8, 9, 10, 11, 12, 13, 14, 15];

const TAKEOVERS = [
  { serverNoContextTakeover: false, clientNoContextTakeover: false },
  { serverNoContextTakeover: false, clientNoContextTakeover: true },
  { serverNoContextTakeover: true, clientNoContextTakeover: false },
  { serverNoContextTakeover: true, clientNoContextTakeover: true },
];

/** Twice each, so that with context takeover the second refers to the first, in this turn and off the event loop. */
const CONVERSATION: readonly Message[] = [
  ...["", "a", "to be or not to be ".repeat(40)],
  ...[sample("ascii", 300), sample("three-byte", 5000), sample("records", 65_535), sample("random", 40_000)],
  ...[sample("ascii", 400_000), sample("random", 100_000), sample("emoji", 400_000)],
].flatMap((data) => [data, data]);

describe("our server and a ws client", () => {
  it.each(TAKEOVERS)("agree on $serverNoContextTakeover and $clientNoContextTakeover", async (takeover) => {
    const peer = await fromWs(takeover);

    expect(parametersOf(peer.extensions)).toEqual(namesOf(takeover));
    await expectEchoes(peer);
  });

  it.each(BITS)("keep the server's window to %i bits", async (bits) => {
    const peer = await fromWs({ serverMaxWindowBits: bits });

    expect(parametersOf(peer.extensions)).toEqual([`server_max_window_bits=${bits}`]);
    await expectEchoes(peer);
  });

  it.each(BITS)("keep the client's window to %i bits", async (bits) => {
    const peer = await fromWs({ clientMaxWindowBits: bits });

    expect(parametersOf(peer.extensions)).toEqual(bits < 15 ? [`client_max_window_bits=${bits}`] : []);
    await expectEchoes(peer);
  });

  async function fromWs(offer: object): Promise<Peer> {
    const { port } = await startOurEcho({ compression: true });
    return openWs(port, { compression: true, perMessageDeflate: { threshold: 0, ...offer } });
  }
});

describe("our server, when it limits, and a ws client", () => {
  it.each(TAKEOVERS)("agree on $serverNoContextTakeover and $clientNoContextTakeover", async (takeover) => {
    const peer = await fromWs(takeover);

    expect(parametersOf(peer.extensions)).toEqual(namesOf(takeover));
    await expectEchoes(peer);
  });

  it.each(BITS)("keep both windows to %i bits", async (bits) => {
    const peer = await fromWs({ ...KEEPING, serverMaxWindowBits: bits, clientMaxWindowBits: bits });

    const limited = [`client_max_window_bits=${bits}`, `server_max_window_bits=${bits}`];
    expect(parametersOf(peer.extensions)).toEqual(bits < 15 ? limited : []);
    await expectEchoes(peer);
  });

  async function fromWs(options: CompressionOptions): Promise<Peer> {
    return openWs(await startLimited(options), { compression: true });
  }
});

describe("our server, when it limits, and undici", () => {
  it.each(TAKEOVERS)("agree on $serverNoContextTakeover and $clientNoContextTakeover", async (takeover) => {
    const peer = await openUndici(await startLimited(takeover), { compression: true });

    expect(parametersOf(peer.extensions)).toEqual(namesOf(takeover));
    await expectEchoes(peer);
  });

  it.each(BITS)("keep the server's window to %i bits", async (bits) => {
    const port = await startLimited({ ...KEEPING, serverMaxWindowBits: bits });
    const peer = await openUndici(port, { compression: true });

    expect(parametersOf(peer.extensions)).toEqual(bits < 15 ? [`server_max_window_bits=${bits}`] : []);
    await expectEchoes(peer);
  });
});

describe("our client and a ws server", () => {
  it.each(TAKEOVERS)("agree on $serverNoContextTakeover and $clientNoContextTakeover", async (takeover) => {
    const peer = await toWs({}, takeover);

    expect(peer.deflate).toMatchObject(agreedOn(takeover));
    await expectEchoes(peer);
  });

  it.each(TAKEOVERS)("agree when ws adds $serverNoContextTakeover, $clientNoContextTakeover", async (takeover) => {
    // To ws, `false` means: refuse who asks for it.
    const added = Object.fromEntries(Object.entries(takeover).filter(([, set]) => set));
    const peer = await toWs(added, KEEPING);

    expect(peer.deflate).toMatchObject(agreedOn(takeover));
    await expectEchoes(peer);
  });

  it.each(BITS)("keep the windows that the client asks for to %i bits", async (bits) => {
    const peer = await toWs({}, { ...KEEPING, serverMaxWindowBits: bits, clientMaxWindowBits: bits });

    expect(peer.deflate).toMatchObject({ sendWindowBits: bits, receiveWindowBits: bits });
    await expectEchoes(peer);
  });

  it.each(BITS)("keep the windows that the server asks for to %i bits", async (bits) => {
    const peer = await toWs({ serverMaxWindowBits: bits, clientMaxWindowBits: bits }, KEEPING);

    expect(peer.deflate).toMatchObject({ sendWindowBits: bits, receiveWindowBits: bits });
    await expectEchoes(peer);
  });

  async function toWs(server: object, client: CompressionOptions): Promise<OurPeer> {
    const { port } = await startWsEcho({ perMessageDeflate: { threshold: 0, ...server } });
    return openOurs(port, { compression: resolveCompression({ threshold: 0, ...client }) });
  }
});

it("sends compressed: a message that repeats itself costs the wire a fraction of its size", async () => {
  const server = await startOurEcho({ compression: true });
  const theirs = await openWs(server.port, { compression: true });
  let received = 0;
  const { port } = await startWs((socket) => socket.once("message", () => (received = bytesReadBy(socket))), {
    perMessageDeflate: true,
  });
  const ours = await openOurs(port, { compression: resolveCompression(true) });
  const data = sample("ascii", 1 << 20);

  theirs.send(data);
  await theirs.messages.next("echo");
  ours.send(data);
  ours.close();
  await ours.closed;

  expect(bytesReadBy(theirs.socket)).toBeLessThan(data.length / 4);
  expect(received).toBeLessThan(data.length / 4);
});

it("compresses nothing for a peer that offers nothing, or below the threshold", async () => {
  const compression = resolveCompression({ threshold: 1000 });
  const { port } = await startOurs({
    compression,
    connect: (connection) => ({ message: (data) => connection().engine.send(data), close() {} }),
  });
  const silent = await openWs(port, { compression: false });
  const small = await openWs(port, { compression: true });
  const data = "a".repeat(999);

  silent.send(data.repeat(10));
  small.send(data);
  await silent.messages.next("echo");
  await small.messages.next("echo");

  expect(silent.extensions).toBe("");
  expect(bytesReadBy(silent.socket)).toBeGreaterThan(9990);
  expect(bytesReadBy(small.socket)).toBeGreaterThan(999);
});

const KEEPING = { serverNoContextTakeover: false, clientNoContextTakeover: false };

/** Our server with these options; gives its port. */
async function startLimited(options: CompressionOptions): Promise<number> {
  const { port } = await startOurs({
    compression: resolveCompression({ threshold: 0, ...options }),
    connect: (connection) => ({ message: (data) => connection().engine.send(data), close() {} }),
  });
  return port;
}

async function expectEchoes(peer: Peer): Promise<void> {
  for (const data of CONVERSATION) peer.send(data);
  for (const data of CONVERSATION) {
    const what = `echo of ${nameOf(data)}`;
    const back = await Promise.race([peer.messages.next(what), peer.closed]);
    expect(isMessage(back) ? nameOf(back) : back, what).toBe(nameOf(data));
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === "string" || value instanceof Uint8Array;
}

function parametersOf(extensions: string): string[] {
  const [, ...parameters] = extensions.split(";").map((part) => part.trim());
  return parameters.sort();
}

function agreedOn({ serverNoContextTakeover, clientNoContextTakeover }: (typeof TAKEOVERS)[number]) {
  return { sendTakeover: !clientNoContextTakeover, receiveTakeover: !serverNoContextTakeover };
}

function namesOf(takeover: (typeof TAKEOVERS)[number]): string[] {
  return [
    ...(takeover.clientNoContextTakeover ? ["client_no_context_takeover"] : []),
    ...(takeover.serverNoContextTakeover ? ["server_no_context_takeover"] : []),
  ];
}

/** What came over TCP, handshake included; `ws` keeps the socket to itself. */
function bytesReadBy(socket: object): number {
  return (socket as { _socket: { bytesRead: number } })._socket.bytesRead;
}
