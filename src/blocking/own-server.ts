/** The one way to wait for nothing: a server in the very thread that waits for it. Errors say so where that may be. */

import { SERVER_IN_THIS_THREAD } from "../errors.ts";

/** The sentence of a timeout, with what may be the reason: this thread has a server that listens. */
export function withHint(sentence: string): string {
  return hasServer() ? SERVER_IN_THIS_THREAD.sentence(sentence) : sentence;
}

/** A pipe may be another thing than a server; but who waits for nothing is glad of the hint. */
function hasServer(): boolean {
  return process.getActiveResourcesInfo().some((name) => name === "TCPServerWrap");
}
