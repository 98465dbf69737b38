/** QakeAPI, "Error Handling": here only what a client may know is told to it; all else is logged, and closes with 1011. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws", async (socket) => {
  const onInvalid = ({ message }: Error) => socket.sendJson({ error: message });

  for await (const message of socket.iterJson({ onInvalid })) {
    try {
      await processMessage(message);
      await socket.sendJson({ status: "ok" });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // Logged, with its stack; `app.onError` is told as well.
      await socket.sendJson({ error: error.message });
    }
  }
});

async function processMessage(message: unknown): Promise<void> {
  const { quantity } = message as { quantity: number };
  if (!(quantity > 0)) throw new RangeError("quantity must be more than 0");
}

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
