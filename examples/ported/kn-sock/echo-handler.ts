/** kn-sock, WebSocket Utilities, the handler of "Run an echo server": here an empty message is echoed like any other. */

import type { BlockingServerSocket } from "antiphon/blocking";

export default function echo(socket: BlockingServerSocket): void {
  for (const text of socket.iterText()) socket.sendText(`Echo: ${text}`);
}
