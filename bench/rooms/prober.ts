/** A process with one client in it that has a text echoed without a pause, and remembers the longest it had to wait. */

import { constants, setPriority } from "node:os";
import { answer } from "../support/child.ts";
import { clientFrame } from "../support/raw-client.ts";
import { Member } from "./member.ts";

const TEXT = clientFrame(0x81, Buffer.from("Still there?"));

let longest = 0;
let sent = 0;

answer({
  /** Resolves with whether this process goes before others on its core, as it should. */
  async open(port: number): Promise<boolean> {
    const member = new Member({
      port,
      path: "/echo",
      engineIo: false,
      deflate: false,
      heard() {
        const now = performance.now();
        longest = Math.max(longest, now - sent);
        sent = now;
        member.send(TEXT);
      },
      failed(error) {
        throw error;
      },
    });
    await member.opened();
    sent = performance.now();
    member.send(TEXT);
    try {
      setPriority(constants.priority.PRIORITY_HIGHEST);
      return true;
    } catch {
      return false;
    }
  },

  /** Milliseconds of the longest wait since the last time that this was asked. */
  longest(): number {
    const was = Math.max(longest, performance.now() - sent);
    longest = 0;
    return was;
  },
});
