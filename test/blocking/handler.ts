/** A handler for the tests of `serve`, which does what the path says. */

import type { BlockingServerSocket } from "../../src/blocking/index.ts";

/** Whose handler has returned. */
let kept: BlockingServerSocket | undefined;

export default function handle(socket: BlockingServerSocket, address: string): void {
  if (socket.path === "/throw") throw new RangeError("secret");
  if (socket.path === "/exit") process.exit(3);
  if (socket.path === "/bytes") socket.receiveBytes();
  if (socket.path === "/stuck") {
    socket.sendText("stuck");
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  if (socket.path === "/keep") {
    kept = socket;
    return;
  }
  if (socket.path === "/kept") {
    socket.sendJson(kept?.closed ?? "still open");
  }
  if (socket.path === "/who") socket.sendJson({ address, name: socket.query.get("name"), data: socket.data });
  if (socket.path === "/room") {
    const room = socket.join("lobby");
    socket.sendText(`joined ${room.count()}`);
    for (const text of socket.iterText()) socket.to("lobby").sendText(text);
  }
  for (const message of socket) socket.send(message);
}
