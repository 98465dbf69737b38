/** Text of the peer's made fit for a log: one line, nothing invisible, not endless. Knows no secrets. */

/**
 * The text with control, format and line-breaking characters escaped, cut after `most` characters, so that a peer can
 * neither forge a log line nor steer a terminal.
 *
 * @example
 * printable("bye\nerror: all is lost"); // "bye\\u000aerror: all is lost"
 */
export function printable(text: string, most = 256): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replace(UNPRINTABLE, escaped);
}

/** The text in quotes, as {@link printable}. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text));
}

// Cf holds the marks that turn the writing direction; Cs is half a surrogate pair.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`;
}
