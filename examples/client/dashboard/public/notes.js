/** The notes, and what is known of those of our own: they wait, are on their way, may be lost, or have arrived. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

const SHOWN = 20;
const WORDS = { waiting: "waits to be sent", sent: "on its way", doubtful: "may not have arrived" };

/** A note of ours has arrived when it comes back from the server. */
export class Notes {
  #list;
  #again;
  /** By their keys, in order. A state only as long as it is ours and not back. */
  #notes = new Map();

  /** `again` is called with a note that the user wants to be sent again. */
  constructor(list, again) {
    this.#list = list;
    this.#again = again;
  }

  /** When those that have arrived were made. */
  get times() {
    return Array.from(this.#notes.values(), ({ state, at }) => (state === undefined ? at : 0));
  }

  /** A new one of ours. */
  add(text) {
    const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
    const note = { key, text, at: Date.now(), state: "waiting" };
    this.#notes.set(key, note);
    return note;
  }

  sent(note, isOpen) {
    note.state = isOpen ? "sent" : "waiting";
    this.#show();
  }

  /** What has waited goes out now, once. */
  onOpen() {
    this.#move("waiting", "sent");
  }

  /** What was on its way is never sent again by itself: whether it has arrived, only the server knows. */
  onDisconnect() {
    this.#move("sent", "doubtful");
  }

  /** They came from the server: ours too, which have arrived then. */
  arrived(notes) {
    for (const { key, text, at } of notes) this.#notes.set(key, { key, text, at });
    this.#show();
  }

  #move(from, to) {
    for (const note of this.#notes.values()) if (note.state === from) note.state = to;
    this.#show();
  }

  #show() {
    const newest = [...this.#notes.values()].slice(-SHOWN);
    this.#notes = new Map(newest.map((note) => [note.key, note]));
    this.#list.replaceChildren(...newest.reverse().map((note) => this.#item(note)));
  }

  #item(note) {
    const { text, at, state } = note;
    const time = element("time", { dateTime: new Date(at).toISOString() }, new Date(at).toLocaleTimeString());
    const item = element("li", { className: state ?? "" }, time, element("span", { dir: "auto" }, text));
    if (state !== undefined) item.append(element("em", {}, WORDS[state]));
    if (state === "doubtful") {
      item.append(element("button", { type: "button", onclick: () => this.#again(note) }, "Send again"));
    }
    return item;
  }
}

/** Whatever people wrote is shown as text, never as HTML. */
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
