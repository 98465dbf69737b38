/** A live dashboard: what this machine and this process are doing, pushed once a second. The page that shows it is in public/. */

import { cpus, freemem, totalmem } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { App } from "antiphon";

/** How many readings and notes a page that opens is told of. */
const REMEMBERED = 60;

const app = new App({ limits: { messageSize: 4096 } });
const everybody = app.room("everybody");
const readings: Reading[] = [];
const notes: Note[] = [];

app.static("/", new URL("public", import.meta.url));
app.static("/antiphon", new URL("../../../dist/client", import.meta.url)); // browser.js; `npm run build` makes it.

app.ws("/live", async (socket) => {
  socket.join(everybody.name);
  await socket.sendJson({ type: "hello", readings, notes });
  for await (const said of socket.iterJson({ onInvalid: "skip" })) {
    // A page that asks whether we are still here has its answer within a second.
    if (!isNote(said)) continue;
    remember(notes, { key: said.key, text: said.text, at: Date.now() });
    everybody.sendJson({ type: "note", ...notes.at(-1) });
  }
});

let before = cpuTimes();
const delays = monitorEventLoopDelay({ resolution: 10 });
delays.enable();
const timer = setInterval(() => {
  remember(readings, takeReading());
  everybody.sendJson({ type: "reading", ...readings.at(-1) });
}, 1000);
app.onDrain(() => clearInterval(timer));

const { url } = await app.listen({
  port: Number(process.env["PORT"] ?? 5042),
  host: process.env["HOST"],
  signals: { timeout: 3000 },
});
console.log(`The dashboard: open ${url}, then end this program, and start it again.`);

interface Reading {
  at: number;
  /** Percent, of all processors together. */
  cpu: number;
  /** Percent. */
  memory: number;
  /** Milliseconds that the event loop was late at most, in this second. */
  delay: number;
  /** Pages and bots that are connected. */
  clients: number;
}

/** `key` is the page's own name for the note, by which it knows it again when it comes back. */
interface Note {
  key: string;
  text: string;
  at: number;
}

function takeReading(): Reading {
  const now = cpuTimes();
  const [idle, all] = [now.idle - before.idle, now.all - before.all];
  before = now;
  const delay = Math.max(0, delays.max / 1e6 - 10);
  delays.reset();
  return {
    at: Date.now(),
    cpu: all === 0 ? 0 : 100 * (1 - idle / all),
    memory: 100 * (1 - freemem() / totalmem()),
    delay,
    clients: app.sockets.size,
  };
}

function cpuTimes() {
  const times = cpus().map(({ times }) => times);
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((one) => Object.values(one))) };
}

function remember<Item>(list: Item[], item: Item): void {
  list.push(item);
  if (list.length > REMEMBERED) list.shift();
}

function isNote(value: unknown): value is Note {
  const { key, text } = Object(value);
  if (typeof key !== "string" || typeof text !== "string") return false;
  return key.length <= 40 && text.trim() !== "" && text.length <= 200;
}
