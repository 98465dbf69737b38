/** Request targets and URLs without their secrets, for logs. Escapes nothing: that is `printable`. */

/**
 * The target or URL with `***` in place of a user name and password, and of every value of the query whose name looks
 * like a secret's: `token`, `apiKey`, `x-api-key`, `session_id`, `X-Amz-Signature` … A value ends at the next `&` or
 * the end: rather too much is hidden than too little.
 *
 * @example
 * maskSecrets("/chat?room=7&access_token=abc"); // "/chat?room=7&access_token=***"
 */
export function maskSecrets(target: string): string {
  const withoutUser = target.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1***@");
  return withoutUser.includes("=") ? withoutUser.split("&").map(maskPiece).join("&") : withoutUser;
}

function maskPiece(piece: string): string {
  // A name also begins after ";", and after "?" within a value, as in `next=/login?token=abc`.
  for (const match of piece.matchAll(/(?:^|[?;#])([^=?;#]*)=/g)) {
    if (isSecret(decoded(match[1] ?? ""))) return `${piece.slice(0, match.index + match[0].length)}***`;
  }
  return piece;
}

function isSecret(name: string): boolean {
  if (ANYWHERE.test(name)) return true;
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.split(/[^a-z]+/).some((word) => WORDS.has(word));
}

/** Words that mean a secret wherever they stand: `accesstoken`, `userpassword`. */
const ANYWHERE = /token|secret|passw|passphrase|credential|signature|session|api.?key|authoriz|jwt|bearer/i;

/** Words that mean one only by themselves: `key`, but not `monkey`. */
const WORDS = new Set(["key", "pass", "pwd", "auth", "code", "sid", "sig", "ticket", "otp", "pin"]);

/** Undoes what of percent-encoding could hide a name. An encoding that is not valid hides nothing either. */
function decoded(name: string): string {
  return name.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
