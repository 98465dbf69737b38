/** What runs inside the page: the browser's own WebSocket, put to the test. Defines the functions that the tests call. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

globalThis.antiphonTests = { echo, echoInOneGo, echoBlob, closeWith, awaitClose };

/** Sends a message of each size, one at a time; gives the sizes that came back otherwise. */
async function echo({ url, kind, sizes }) {
  const { socket, receive } = await open(url);
  const wrong = [];
  for (const size of sizes) {
    const data = makeMessage(kind, size);
    socket.send(data);
    if (!same(data, await receive())) wrong.push(size);
  }
  socket.close();
  return { wrong, extensions: socket.extensions };
}

/** Sends many messages before it looks at the first answer; gives the numbers of those that came back otherwise. */
async function echoInOneGo({ url, count }) {
  const { socket, receive } = await open(url);
  const kinds = ["ascii", "bytes", "emoji", "three-byte"];
  const sent = Array.from({ length: count }, (_, at) => makeMessage(kinds[at % 4], (at * 37) % 5000));
  for (const data of sent) socket.send(data);
  const wrong = [];
  for (const [at, data] of sent.entries()) if (!same(data, await receive())) wrong.push(at);
  socket.close();
  return wrong;
}

async function echoBlob({ url, text }) {
  const { socket, receive } = await open(url);
  socket.binaryType = "blob";
  socket.send(new Blob([text]));
  return (await receive()).text();
}

/** Closes, and tells how it ended. */
async function closeWith({ url, code, reason, protocols }) {
  const { socket, closed } = await open(url, protocols);
  if (code === undefined) socket.close();
  else socket.close(code, reason);
  return { ...(await closed), protocol: socket.protocol };
}

/** Sends one message and tells how it ended. */
async function awaitClose({ url, message }) {
  const { socket, closed } = await open(url);
  socket.send(message);
  return closed;
}

function open(url, protocols = []) {
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  const come = [];
  const waiting = [];
  const closed = new Promise((resolve) => {
    socket.onclose = ({ code, reason, wasClean }) => resolve({ code, reason, wasClean });
  });
  socket.onmessage = ({ data }) => (waiting.length > 0 ? waiting.shift()(data) : come.push(data));
  const next = () => (come.length > 0 ? come.shift() : new Promise((resolve) => waiting.push(resolve)));
  const early = closed.then(({ code, reason }) => Promise.reject(new Error(`closed with ${code} ${reason}`)));
  early.catch(() => {});
  const receive = () => Promise.race([next(), early]);
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve({ socket, receive, closed });
    early.catch(reject);
  });
}

function makeMessage(kind, size) {
  if (kind === "bytes") return makeBytes(size).buffer;
  const [characters, bytes] = {
    ascii: ["abcdefghijklm nopqrstuvwxyz.", 1],
    "two-byte": ["äöüéèñçøåßабвгд", 2],
    "three-byte": ["日本語漢字世界平和", 3],
    emoji: ["😀🎉🚀🐙🌍", 4],
  }[kind];
  const count = Math.floor(size / bytes);
  const list = [...characters];
  return (
    list
      .join("")
      .repeat(Math.ceil(count / list.length))
      .slice(0, bytes === 4 ? 2 * count : count) + "x".repeat(size % bytes)
  );
}

/** Half without a pattern, half with one. */
function makeBytes(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0, state = 1; at < size; at++) {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    bytes[at] = at % 65536 < 32768 ? state >>> 16 : at;
  }
  return bytes;
}

function same(sent, back) {
  if (typeof sent === "string" || typeof back === "string") return sent === back;
  const [left, right] = [new Uint8Array(sent), new Uint8Array(back)];
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}
