/** Listens on two ports, and does at a signal what its first argument says; prints what happens. */

import { listen } from "../../../../src/hosts/node/listen.ts";
import { FakeApp } from "../fake-app.ts";

const [behaviour = "closes", signals = "true"] = process.argv.slice(2);
const app = new FakeApp();
const options = { port: 0, signals: JSON.parse(signals) };

async function onSignal(name: string, timeout: number): Promise<void> {
  console.log(`${name} ${timeout}`);
  if (behaviour === "throws") throw new Error("not today");
  if (behaviour === "hangs") await new Promise(() => setInterval(() => {}, 1_000));
  await Promise.all(app.listeners.map((listener) => listener.close()));
  console.log("closed");
  if (behaviour === "leaves work") setInterval(() => {}, 1_000);
}

const listening = [await listen(app, options, onSignal), await listen(app, options, onSignal)];
if (behaviour === "has closed") {
  for (const { close } of listening) await close();
  setInterval(() => {}, 1_000);
}
if (behaviour === "has closed one") await listening[0]!.close();
console.log("listening", process.listenerCount("SIGTERM"), process.listenerCount("SIGINT"));
