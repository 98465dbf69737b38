/** The list of who is here. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

import { element, hueOf } from "./element.js";

export function showPeople(list, count, { people, you }) {
  const mineFirst = [...people].sort(
    ([a, nameA], [b, nameB]) => (b === you) - (a === you) || nameA.localeCompare(nameB),
  );
  list.replaceChildren(...mineFirst.map(([id, name]) => toItem(name, id === you)));
  count.textContent = people.size === 0 ? "" : people.size;
}

function toItem(name, isYou) {
  const badge = element("span", { className: "badge", textContent: firstLetter(name), ariaHidden: "true" });
  const item = element("li", { title: name }, badge, element("bdi", { textContent: name }));
  item.style.setProperty("--hue", hueOf(name));
  if (isYou) item.append(element("span", { className: "you", textContent: "you" }));
  return item;
}

/** A letter can be several characters, an emoji most of all. */
function firstLetter(name) {
  const [first] = new Intl.Segmenter().segment(name);
  return first.segment.toLocaleUpperCase();
}
