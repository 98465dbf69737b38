/** The page of the chat: entrance, messages, people, composer. Whatever people wrote is shown as text, never as HTML. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

import { Connection } from "./connection.js";
import { MessageLog } from "./message-log.js";
import { showPeople } from "./people.js";

const LONGEST = 2000;
const at = (id) => document.getElementById(id);
const [chat, text, roomLeft] = ["chat", "text", "room-left"].map(at);
const log = new MessageLog(at("log"), at("newer"));
const status = document.querySelector("[role=status]");

/** One stay in one room. */
let stay;
let countdown;

at("enter").onsubmit = (event) => {
  event.preventDefault();
  const name = at("name").value.trim();
  const room = toRoom(at("room").value);
  if (name === "") return at("name").focus();
  remember("name", name);
  location.hash = encodeURIComponent(room);
  enter(name, room);
};
at("leave").onclick = () => {
  sessionStorage.removeItem("name"); // A reload asks again.
  showEntrance();
};
at("share").onclick = async ({ currentTarget: button }) => {
  await navigator.clipboard?.writeText(location.href);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy link"), 1500);
};
at("retry").onclick = () => stay?.connection.retry();
window.addEventListener("online", () => stay?.connection.retry());
window.addEventListener("hashchange", () => {
  if (stay === undefined) at("room").value = roomOfPage();
  else if (stay.room !== roomOfPage()) enter(stay.name, roomOfPage());
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  stay?.connection.retry();
  if (stay !== undefined) stay.unread = 0;
  showTitle();
});

at("say").onsubmit = (event) => {
  event.preventDefault();
  text.focus();
  if (text.value.trim() === "" || text.value.length > LONGEST) return;
  say(text.value.trim());
  text.value = "";
  onDraft();
};
text.onkeydown = (event) => {
  // An Enter that only ends the choice of an input method is not ours.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  at("say").requestSubmit();
};
text.oninput = onDraft;

// This window was in this room before a reload: it goes straight back. A link that was shared asks for the name first.
if (location.hash !== "" && sessionStorage.getItem("name")) enter(sessionStorage.getItem("name"), roomOfPage());
else showEntrance();

function showEntrance() {
  stay?.connection.end();
  stay = undefined;
  clearInterval(countdown);
  chat.hidden = true;
  at("entrance").hidden = false;
  at("name").value = recall("name") ?? "";
  at("room").value = roomOfPage();
  at("name").focus();
  at("name").select();
  showTitle();
}

function enter(name, room) {
  stay?.connection.end();
  remember("name", name);
  at("entrance").hidden = true;
  chat.hidden = false;
  log.clear();
  chat.classList.remove("lost");
  at("title").textContent = room;
  text.value = sessionStorage.getItem("draft") ?? "";
  onDraft();
  text.focus();
  const mine = { name, room, people: new Map(), changes: new Map(), outbox: new Map(), isBack: false, unread: 0 };
  stay = mine;
  mine.connection = new Connection(urlOf(room, name), { onState: showState, onMessage: (message) => take(message) });
  showPeople(at("people"), at("count"), mine);
  showTitle();
}

/** What the server sends. */
function take(message) {
  switch (message.type) {
    case "welcome":
      return welcome(message);
    case "people":
      stay.people = new Map(message.people.map((person) => [person.id, person]));
      // The list is as of a moment ago.
      for (const [id, person] of stay.changes) setPerson(id, person);
      break;
    case "join":
      change(message.id, message);
      log.note(message.name, " joined");
      break;
    case "leave":
      change(message.id, undefined);
      log.note(message.name, " left");
      break;
    case "message":
      stay.outbox.delete(message.key);
      if (log.add({ ...message, isOwn: message.id === stay.you }) && document.hidden) stay.unread++;
      return showTitle();
    case "refused":
      return log.note("", `The server refused a message; it wants ${message.wanted}`);
  }
  showPeople(at("people"), at("count"), stay);
}

function welcome({ you }) {
  stay.you = you;
  stay.people = new Map();
  stay.changes = new Map();
  change(you, { id: you, name: stay.name });
  showPeople(at("people"), at("count"), stay);
  if (stay.isBack) log.note("", "You are back. What others said in between did not reach you.");
  else log.note("", "You joined. Whoever opens the link to this page can join you.");
  stay.isBack = true;
  for (const [key, text] of stay.outbox) stay.connection.send({ key, text });
}

/** Somebody came, or (`undefined`) went. */
function change(id, person) {
  stay.changes.set(id, person);
  setPerson(id, person);
}

function setPerson(id, person) {
  if (person === undefined) stay.people.delete(id);
  else stay.people.set(id, { ...stay.people.get(id), ...person });
}

/** Shown at once, sent when there is a connection, kept until it has come back from the server. */
function say(text) {
  const key = newKey();
  stay.outbox.set(key, text);
  log.add({ key, text, name: stay.name, at: Date.now(), isOwn: true, isPending: true });
  if (stay.you !== undefined) stay.connection.send({ key, text });
}

function showState(state, delay = 0) {
  const end = Date.now() + delay;
  chat.dataset.state = state;
  if (state !== "connecting") chat.classList.toggle("lost", state === "waiting");
  if (state !== "connected" && stay !== undefined) stay.you = undefined;
  const words = { connecting: "Connecting", connected: "Connected", waiting: "Reconnecting" }[state];
  // Said once to those who listen; the seconds are for those who look.
  if (state !== "connecting" || status.textContent === "") status.textContent = words;
  const show = () => {
    const seconds = Math.max(1, Math.ceil((end - Date.now()) / 1000));
    at("shown").textContent = state === "waiting" ? `${words} in ${seconds} s` : words;
  };
  clearInterval(countdown);
  if (state === "waiting") countdown = setInterval(show, 250);
  show();
}

function onDraft() {
  const left = LONGEST - text.value.length;
  sessionStorage.setItem("draft", text.value);
  roomLeft.textContent = left < 0 ? `${-left} too many` : left < 200 ? `${left} left` : "";
  text.setAttribute("aria-invalid", String(left < 0));
}

function showTitle() {
  const unread = stay?.unread ? `(${stay.unread}) ` : "";
  document.title = stay === undefined ? "Antiphon chat" : `${unread}${stay.room} · Antiphon`;
}

/** The window's own first, so that two windows can be two people. */
function recall(name) {
  return sessionStorage.getItem(name) ?? localStorage.getItem(name);
}

function remember(name, value) {
  sessionStorage.setItem(name, value);
  localStorage.setItem(name, value);
}

/** The room in the address of the page, which can be sent to others. */
function roomOfPage() {
  try {
    return toRoom(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return toRoom("");
  }
}

/** A path has a meaning of its own for dots. */
function toRoom(text) {
  const room = text.trim().slice(0, 40).toWellFormed();
  return /^\.*$/.test(room) ? "lobby" : room;
}

function urlOf(room, name) {
  const url = new URL(`chat/${encodeURIComponent(room)}`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.hash = "";
  url.search = new URLSearchParams({ name });
  return url;
}

/** `crypto.randomUUID` is only there on https and localhost. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}
