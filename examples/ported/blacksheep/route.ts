/** BlackSheep, "Creating a WebSocket route", both ways: here any parameter name will do, and none goes missing without a word. */

import { App, type ServerSocket } from "antiphon";

export const app = new App();

// In place, as its decorator does: the type of `clientId` comes from the path.
app.ws("/ws/:clientId", (socket) => socket.sendText(`Hello, ${socket.params.clientId}`));

// By name, as its `add_ws` does: the compiler compares the parameters with the path.
app.ws("/ws/by-name/:clientId", greet);

async function greet(socket: ServerSocket<unknown, { clientId: string }>): Promise<void> {
  await socket.sendText(`Hello again, ${socket.params.clientId}`);
}

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
