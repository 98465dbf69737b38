/** kn-sock, WebSocket Protocol, the handler of "WebSocket Server": here the end is `null`, and so never mistaken for an empty message. */

import type { BlockingServerSocket } from "antiphon/blocking";

export default function handleClient(socket: BlockingServerSocket, address: string): void {
  console.log(`${address} connected`);

  for (let message = socket.receiveText(); message !== null; message = socket.receiveText()) {
    console.log(`received: ${message}`);
    socket.sendText(`Echo: ${message}`);
  }

  console.log(`${address} disconnected`, socket.closed); // Closing is automatic, and an error is logged with its stack.
}
