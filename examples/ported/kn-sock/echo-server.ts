/** kn-sock, WebSocket Utilities, "Run an echo server": here clients that never finish their handshake keep nobody else waiting. */

import { serve } from "antiphon/blocking";

const handler = new URL("./echo-handler.ts", import.meta.url); // A module, since each connection has a thread of its own.
await serve({ host: "0.0.0.0", port: Number(process.env["PORT"] ?? 8765), handler });
