/** The page of the dashboard: one connection that stays, and what becomes of it on the screen. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

import { connect } from "./antiphon/browser.js"; // With a bundler: from "antiphon/client".
import { Charts } from "./charts.js";
import { Notes } from "./notes.js";

const at = (id) => document.getElementById(id);
const charts = new Charts(at("charts"));
const notes = new Notes(at("list"), send);
const status = document.querySelector("header [role=status]");

let state = "connecting";
/** When the next attempt is due. */
let retryAt = 0;

for (const event of ["online", "offline"]) addEventListener(event, showState);
setInterval(() => {
  charts.draw();
  showState();
}, 250);

const socket = await connect("./live", {
  reconnect: { initial: true, maxDelay: 10_000 },
  // The server sends something every second. If it is silent for five, it is asked; if it stays silent, it is gone.
  heartbeat: { message: () => JSON.stringify({ type: "are you there?" }), interval: 5000, timeout: 3000 },
  onOpen() {
    notes.onOpen();
    setState("connected");
  },
  onDisconnect({ retryIn }) {
    notes.onDisconnect();
    wait(retryIn);
  },
  onRetry: ({ retryIn }) => wait(retryIn),
});

at("fields").disabled = false;
at("say").onsubmit = (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  at("text").value = "";
  if (text !== "") send(notes.add(text));
};

for await (const message of socket.iterJson()) {
  if (message.type === "reading") charts.add([message]);
  if (message.type === "note") notes.arrived([message]);
  if (message.type === "hello") {
    charts.add(message.readings);
    notes.arrived(message.notes);
  }
  charts.marks = notes.times;
  showOutbox();
}
at("fields").disabled = true;

/** With a connection it goes out; without one, it waits in the outbox. */
function send(note) {
  notes.sent(note, socket.open);
  socket.sendJson({ key: note.key, text: note.text });
  showOutbox();
}

function showOutbox() {
  const { messages } = socket.outbox;
  const words = { 0: "", 1: "1 note waits to be sent" }[messages] ?? `${messages} notes wait to be sent`;
  if (at("outbox").textContent !== words) at("outbox").textContent = words;
}

function wait(retryIn) {
  retryAt = Date.now() + retryIn;
  setState(retryIn === undefined ? "closed" : "waiting");
}

function setState(now) {
  state = now;
  showState();
}

function showState() {
  const seconds = Math.ceil((retryAt - Date.now()) / 1000);
  const isOffline = state === "waiting" && !navigator.onLine;
  const words = { connecting: "Connecting", connected: "Connected", waiting: "Reconnecting", closed: "Closed" }[state];
  document.body.dataset.state = isOffline ? "offline" : state;
  // Said once to those who listen; the seconds are for those who look.
  say(status, isOffline ? "Offline" : words);
  say(at("state"), isOffline ? "Offline" : state === "waiting" && seconds > 0 ? `${words} in ${seconds} s` : words);
}

function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
