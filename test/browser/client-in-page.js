/** What runs inside the page of the client's tests: our built client, as a page uses it. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

import { connect } from "/antiphon.js";

globalThis.clientTests = { echo, failure, closeWith, awaitClose, live, wait };

/** Sends messages of all kinds and gives what comes back. */
async function echo({ url, sizes = [] }) {
  const socket = await connect(url, { subprotocols: ["chat.v2", "chat.v1"] });
  await socket.sendText("text 🦉");
  const text = await socket.receiveText();
  await socket.sendBytes(Uint8Array.of(1, 2, 3));
  const bytes = [...(await socket.receiveBytes())];
  await socket.sendJson({ deep: [1, "zwei", null] });
  const json = await socket.receiveJson();
  await socket.sendJson({ as: "bytes" }, { mode: "binary" });
  const binaryJson = await socket.receiveJson({ mode: "binary" });
  const wrong = [];
  for (const size of sizes) {
    const data = makeBytes(size);
    // The first half of the characters takes three bytes each.
    const long = "世".repeat(size / 6) + "x".repeat(size / 2);
    await socket.sendBytes(data);
    await socket.sendText(long);
    if (!same(data, await socket.receiveBytes())) wrong.push(`${size} bytes`);
    if (long !== (await socket.receiveText())) wrong.push(`${size} bytes of text`);
  }
  const { protocol, state, url: opened } = socket;
  const end = await socket.close();
  return { text, bytes, json, binaryJson, wrong, protocol, state, opened: String(opened), end, after: socket.state };
}

/** How `connect` fails. */
async function failure({ url, ...options }) {
  const error = await connect(url, options).catch((thrown) => thrown);
  return { name: error.name, code: error.code, message: error.message };
}

async function closeWith({ url, code, reason }) {
  const socket = await connect(url);
  try {
    return await socket.close(code, reason);
  } catch (error) {
    socket.terminate();
    return { name: error.name, code: error.code, message: error.message };
  }
}

/** Asks the server for an end, and gives it together with what a later receive says. */
async function awaitClose({ url, message }) {
  const socket = await connect(url);
  await socket.send(message);
  const error = await socket.receive().catch((thrown) => thrown);
  const { code, reason, wasClean } = await socket.closed;
  return { code, reason, wasClean, error: { name: error.name, code: error.code }, aborted: socket.signal.aborted };
}

/** A connection that lives on, with all that it is told. The longest of all random waits, unless `random` says otherwise. */
async function live({ url, random = 0.999, ask, ...options }) {
  Math.random = () => random;
  globalThis.attempts = 0;
  const Native = globalThis.WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(...args) {
      globalThis.attempts++;
      super(...args);
    }
  };
  const log = [];
  const heartbeat = ask && { ...options.heartbeat, message: () => ask };
  const socket = await connect(url, {
    ...options,
    ...(heartbeat && { heartbeat }),
    onOpen: (_, info) => log.push({ type: "open", ...info }),
    onDisconnect: ({ code, retryIn, unconfirmed, error }) =>
      log.push({ type: "disconnect", code, retryIn, unconfirmed, error: error?.code }),
  });
  const came = [];
  void (async () => {
    for await (const message of socket) came.push(message);
  })();
  globalThis.socket = socket;
  globalThis.log = log;
  globalThis.came = came;
}

function wait({ milliseconds }) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function makeBytes(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0, state = 1; at < size; at++) {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

function same(left, right) {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}
