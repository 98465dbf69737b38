/** WebSockets beside Vite's dev server, whose own WebSocket for hot reloading goes on. As a plugin in `vite.config.ts`. */

import { createServer, type Plugin } from "vite";
import { live } from "./live.ts";

function antiphon(): Plugin {
  return {
    name: "antiphon",
    configureServer({ httpServer }) {
      if (httpServer) live.attach(httpServer, { prefix: "/live" });
    },
  };
}

const vite = await createServer({
  root: new URL("./vite-page/", import.meta.url).pathname,
  configFile: false,
  server: { port: Number(process.env["PORT"] ?? 5042) },
  plugins: [antiphon()],
});
await vite.listen();
console.log("listening on", vite.httpServer?.address());
