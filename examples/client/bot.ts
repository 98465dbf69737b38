/** A bot that stays connected to the dashboard next door, answers questions there, and prints what happens: `bot.ts ws://localhost:5042/live`. */

import { connect, DisconnectError } from "antiphon/client";

type Reading = Record<"cpu" | "memory" | "delay" | "clients", number>;
type Told = { type: "hello" } | ({ type: "reading" } & Reading) | { type: "note"; key: string; text: string };

const [url = "ws://localhost:5042/live"] = process.argv.slice(2);
const ended = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => ended.abort());

const connecting = connect(url, {
  signal: ended.signal, // Gives up, or closes with 1000.
  reconnect: { initial: true, maxDelay: 5000 },
  onOpen: ({ url }, { attempt, recovered }) =>
    print(`${recovered ? "back" : "connected"} to ${url} at attempt ${attempt}`),
  onDisconnect({ code, reason, unconfirmed, retryIn }) {
    print(`${retryIn === undefined ? "ended" : "lost"}: ${code} ${reason}`.trim());
    if (unconfirmed > 0) print(`${unconfirmed} of our messages may not have arrived`);
    if (retryIn !== undefined) print(`next attempt in ${seconds(retryIn)}`);
  },
  onRetry: ({ attempt, error, retryIn }) =>
    print(`attempt ${attempt} failed: ${(error as Error).message}; next in ${seconds(retryIn)}`),
});
const socket = await connecting.catch((error) => {
  if (!ended.signal.aborted) throw error;
  return process.exit();
});

let latest: Reading | undefined;
for await (const told of socket.iterJson<Told>()) {
  if (told.type === "reading") latest = told;
  if (told.type === "note" && told.text.endsWith("?")) void answer(told.text);
}

/** Answers once, and finds out whether that has arrived. */
async function answer(question: string): Promise<void> {
  const { cpu = 0, memory = 0 } = latest ?? {};
  print(`asked: ${question}`);
  try {
    await socket.sendJson({
      key: `bot-${Date.now()}`,
      text: `Processors at ${cpu.toFixed()} %, memory at ${memory.toFixed()} %.`,
    });
    print(`answered, and it has arrived: ${seconds(await socket.ping())} there and back`);
  } catch (error) {
    if (!(error instanceof DisconnectError)) throw error;
    print("the connection was lost before anybody could say whether the answer has arrived");
  }
}

function print(text: string): void {
  console.log(new Date().toLocaleTimeString("en-GB"), text);
}

function seconds(milliseconds: number): string {
  return milliseconds < 100 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
