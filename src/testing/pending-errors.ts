/** The errors of the test kit, until they are merged into the table. */

/** Numbers in groups of three. */
function digits(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, " ");
}

/**
 * A test client was given something that is no app.
 * @remedy Give it what `new App()` made. If it was made by another copy of the package, install one copy only.
 */
export const NOT_AN_APP = {
  code: "NOT_AN_APP",
  sentence: (type: string) => `TestClient needs an App of this copy of antiphon, not ${type}`,
};

/**
 * A test client was used after its `close()`.
 * @remedy Make a new one: it costs next to nothing.
 */
export const TEST_CLIENT_CLOSED = {
  code: "TEST_CLIENT_CLOSED",
  sentence: (call: string) => `${call}: this test client has been closed`,
};

/**
 * What a test waited for did not come in time.
 * @remedy Read what the message says of the socket and of the handler. Where it only takes long, raise `timeout`.
 */
export const TEST_TIMEOUT = {
  code: "TEST_TIMEOUT",
  sentence: (call: string, milliseconds: number, what: string, story: string) =>
    `${call}: ${what} within ${digits(milliseconds)} ms${story === "" ? "" : `; ${story}`}`,
};

/**
 * An option of `connect` makes no sense in memory, where there is neither TLS nor a proxy nor HTTP/2.
 * @remedy Leave it out. `base: "wss://localhost"` makes the app see an encrypted connection; the rest needs `app.listen`.
 */
export const NOT_IN_MEMORY = {
  code: "NOT_IN_MEMORY",
  sentence: (option: string) => `the option ${option} makes no sense in memory; app.listen and antiphon/client have it`,
};

/**
 * Something was still there when a test client was closed.
 * @remedy End it where it began, or when `socket.signal` aborts. `leftovers: false` looks for nothing.
 */
export const TEST_LEFTOVERS = {
  code: "TEST_LEFTOVERS",
  sentence: (list: string) => `left over at the end of the test: ${list}`,
};

/**
 * Several things went wrong in a test, and are listed in `errors`.
 * @remedy Look at each of them; `client.takeErrors()` takes those that the test expects.
 */
export const TEST_ERRORS = {
  code: "TEST_ERRORS",
  sentence: (count: number, first: string) => `${count} errors came up in this test; the first: ${first}`,
};

/**
 * There is no connection that a fault could be done to.
 * @remedy Wait until the socket has connected again.
 */
export const NO_NETWORK = {
  code: "NO_NETWORK",
  sentence: (call: string, state: string) => `network.${call}: the socket has no connection; it is ${state}`,
};
