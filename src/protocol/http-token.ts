/** Tokens, lists and white space, as HTTP writes them in header fields (RFC 9110, 5.6). */

/** Whether the text is a token (RFC 9110, 5.6.2): one or more letters, digits or ``!#$%&'*+-.^_`|~``. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether a comma-separated list holds the keyword, in any case of ASCII letters. `keyword` is in lower case. */
export function listHolds(list: string | null | undefined, keyword: string): boolean {
  // Nearly all lists are this one word.
  if (list?.length === keyword.length && list.toLowerCase() === keyword && isToken(list)) return true;
  return toListElements(list ?? "").some((element) => isToken(element) && element.toLowerCase() === keyword);
}

/** The elements of a comma-separated list, without the space around them; commas in quoted strings are not known here. */
export function toListElements(list: string): string[] {
  // RFC 9110, 5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements"
  // The size of the head bounds that number here.
  return list
    .split(",")
    .map(trimSpace)
    .filter((element) => element !== "");
}

/** The text without the optional whitespace of HTTP (space and tab; RFC 9110, 5.6.3) at either end. */
export function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

/** Whether the character is a space or a tab. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
