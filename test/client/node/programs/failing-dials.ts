/** Dials that fail, each in its way, and one that opens and is closed. Prints their errors, and then has nothing left to do. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { startEcho } from "../../../../src/cli/echo/echo-server.ts";
import { nodeRuntime } from "../../../../src/client/node/runtime.ts";

const echo = await startEcho({ port: 0, compression: false });
const silent = createTcpServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
const refusing = createServer((_request, response) => response.writeHead(403).write("no"));
refusing.on("upgrade", (_request, socket) => socket.write("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"));
refusing.listen(0, "127.0.0.1");
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
await new Promise((resolve) => refusing.once("listening", resolve));

async function dial(url: string, http2 = false, milliseconds = 60_000) {
  const abort = new AbortController();
  const giveUp = setTimeout(() => abort.abort(new Error("given up")), milliseconds);
  try {
    const { dial } = nodeRuntime({ http2 });
    const { wire } = await dial({ url: new URL(url), subprotocols: [], headers: undefined, signal: abort.signal });
    await new Promise<void>((resolve) => {
      const ignored = { wireOnMessage() {}, wireOnPong() {}, wireOnRoom() {}, wireOnGoodbye: () => false };
      wire.open({ ...ignored, wireOnClose: () => resolve() });
      wire.close(1000, "");
    });
    console.log("closed");
  } catch (error) {
    console.log((error as { code?: string }).code ?? (error as Error).message);
  } finally {
    clearTimeout(giveUp);
  }
}

await dial("ws://127.0.0.1:1/");
await dial("ws+unix:/nowhere.sock");
await dial(`wss://127.0.0.1:${echo.port}/`);
await dial(`ws://127.0.0.1:${echo.port}/`, true);
await dial(`ws://127.0.0.1:${portOf(refusing)}/`);
for (const scheme of ["ws", "wss"]) await dial(`${scheme}://127.0.0.1:${portOf(silent)}/`, false, 50);
await dial(`ws://127.0.0.1:${portOf(silent)}/`, true, 50);
await dial(`ws://127.0.0.1:${echo.port}/`);
await echo.close();
silent.close();
refusing.close();
