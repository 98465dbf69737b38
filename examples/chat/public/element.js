/** Elements out of text: nothing in here reads HTML. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A colour for each name, the same in every window. */
export function hueOf(name) {
  let hash = 7;
  for (const character of name) hash = (Math.imul(hash, 31) + character.codePointAt(0)) >>> 0;
  return (hash * 137.508) % 360;
}
