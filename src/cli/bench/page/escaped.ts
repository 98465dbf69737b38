/** Text as HTML and SVG take it. */

/** Nothing in it is markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
