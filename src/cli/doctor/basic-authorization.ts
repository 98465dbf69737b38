/** What the user's name and password in a URL become in a request (RFC 7617). */

/** The value of `Authorization` or `Proxy-Authorization`; `undefined` without a name and a password. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}`;
}

/** Percent-encoding undone; what is none stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
