/** The list of what was said, by whom, and who came and went. Stays at its end while the reader is there. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

import { element, hueOf } from "./element.js";

const MOST_ROWS = 500;
const TIME = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });

export class MessageLog {
  #log;
  #newer;
  #rows = new Map();

  constructor(log, newer) {
    this.#log = log;
    this.#newer = newer;
    newer.onclick = () => this.#toEnd();
    let wasAtEnd = true;
    log.onscroll = () => {
      wasAtEnd = this.#isAtEnd();
      if (wasAtEnd) newer.hidden = true;
    };
    // A keyboard on the screen takes room from above it.
    new ResizeObserver(() => wasAtEnd && this.#toEnd()).observe(log);
  }

  clear() {
    this.#rows.clear();
    this.#log.replaceChildren();
    this.#newer.hidden = true;
  }

  /** Adds a message, or settles the one of the same key. Gives whether it is new. */
  add({ key, name, id, text, at, isOwn = false, isPending = false }) {
    const known = key && this.#rows.get(key);
    if (known) {
      known.classList.remove("pending");
      known.querySelector("time").textContent = TIME.format(at);
      return false;
    }
    const row = element("article", { className: isOwn ? "message own" : "message" });
    row.dataset.from = isOwn ? "" : id;
    row.classList.toggle("pending", isPending);
    row.style.setProperty("--hue", hueOf(name));
    const time = element("time", { textContent: isPending ? "on its way" : TIME.format(at) });
    const by = element("p", { className: "by" }, element("bdi", { textContent: name }));
    row.append(by, element("p", { className: "text", dir: "auto", textContent: text }), time);
    if (key) this.#rows.set(key, row);
    this.#insert(row, isOwn);
    return !isOwn;
  }

  /** Adds a line about somebody, or, without a name, about the page itself. */
  note(name, words) {
    this.#insert(element("p", { className: "note" }, element("bdi", { textContent: name }), words), false);
  }

  #insert(row, isOwn) {
    const wasAtEnd = this.#isAtEnd();
    // What is on its way comes after what has arrived, as it will for everybody else.
    const pending = row.classList.contains("pending") ? null : this.#log.querySelector(".pending");
    this.#log.insertBefore(row, pending);
    follow(row);
    if (pending) follow(pending);
    while (this.#log.childElementCount > MOST_ROWS) this.#log.firstElementChild.remove();
    if (wasAtEnd || isOwn) this.#toEnd();
    else this.#newer.hidden = false;
  }

  #isAtEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#newer.hidden = true;
  }
}

/** Whoever goes on talking is named once, for those who look. */
function follow(row) {
  const before = row.previousElementSibling;
  const isSame = row.dataset.from !== undefined && before?.dataset.from === row.dataset.from;
  row.classList.toggle("follows", isSame);
}
