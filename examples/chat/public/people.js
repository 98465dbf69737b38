/** The list of who is here, and on which process of the server if there are several. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

import { element, hueOf } from "./element.js";

export function showPeople(list, count, { people, you }) {
  const mineFirst = [...people.values()].sort(
    (a, b) => (b.id === you) - (a.id === you) || a.name.localeCompare(b.name),
  );
  const processes = new Set(mineFirst.map(({ process }) => process).filter(Boolean));
  list.replaceChildren(...mineFirst.map((person) => toItem(person, person.id === you, processes.size > 1)));
  count.textContent = people.size === 0 ? "" : people.size;
}

function toItem({ name, process }, isYou, isOneOfSeveral) {
  const badge = element("span", { className: "badge", textContent: firstLetter(name), ariaHidden: "true" });
  const title = isOneOfSeveral && process ? `${name}, on process ${process}` : name;
  const item = element("li", { title }, badge, element("bdi", { textContent: name }));
  item.style.setProperty("--hue", hueOf(name));
  const words = [isYou && "you", isOneOfSeveral && process].filter(Boolean).join(" · ");
  if (words !== "") item.append(element("span", { className: "where", textContent: words }));
  return item;
}

/** A letter can be several characters, an emoji most of all. */
function firstLetter(name) {
  const [first] = new Intl.Segmenter().segment(name);
  return first.segment.toLocaleUpperCase();
}
