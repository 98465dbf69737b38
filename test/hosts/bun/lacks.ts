/** What tests of the whole server ask for and Bun's own server cannot do: the test's name, and why. */

const ENDS_AT_ONCE = "Bun tells the end when its own Close frame is out, and waits for no answer";
const WHOLE = "Bun sends whole messages only";

/** Everything else must pass, and these must fail: when Bun learns one of them, its line has to go. */
export const BUN_LACKS: Readonly<Record<string, string>> = {
  "has a deadline: a peer that does not answer is cut off, 1006": ENDS_AT_ONCE,
  "peers that do not answer are terminated": ENDS_AT_ONCE,
  "a stuck handler counts as settled: next() resolves, the teardown runs, close resolves": ENDS_AT_ONCE,
  "code behind next() runs when handler and connection have both ended": ENDS_AT_ONCE,
  "text and bytes, both ways, in every way of reading": WHOLE,
  "the first sendStream accepts in that same call, with the route's subprotocol": WHOLE,
  "bytes that the client sent behind its handshake are its first messages":
    "Bun takes bytes that come before the 101 for another request: clients wait for the 101",
  "gets 426 and the end of its connection, over HTTP/1.0": "Bun's answer to HTTP/1.0 has no field Connection",
  "is there in every event: upgrade, open, message, drain, error, close":
    "Bun hands the system 2 MiB at once, so that there is nothing to drain",
};

/** Not asked: it waits three seconds to find out. Bun keeps connections that have sent half a head to itself; they go when the app has closed. */
export const BUN_LACKS_SLOWLY = "half a handshake gets 503";
