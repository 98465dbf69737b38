/** kn-sock, WebSocket Protocol, "WebSocket Server": here the shutdown says goodbye to whoever is connected, and takes no second to be noticed. */

import { serve } from "antiphon/blocking";

const shutdown = new AbortController(); // `shutdown.abort()` ends it from anywhere. Ctrl-C does as well, unless told not to.

await serve({
  port: Number(process.env["PORT"] ?? 8765),
  handler: new URL("./handler.ts", import.meta.url),
  shutdown: shutdown.signal,
});
