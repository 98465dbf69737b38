/** The examples of attaching to servers of others, run as commands: both sides of each answer. */

import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { runExample } from "../support/run-example.ts";

describe.each([
  ["http", "node:http answers"],
  ["express", "Express answers"],
  ["fastify", "Fastify answers"],
  ["koa", "Koa answers"],
  ["hono", "Hono answers"],
  ["vite", "Vite answers"],
])("beside %s", (name, answer) => {
  test("the WebSocket talks, HTTP is still the server's, and an upgrade that nobody wants does not hang", async () => {
    const host = await start(name);

    const socket = open(`ws://${host}/live/echo/ada`);
    await once(socket, "open");
    socket.send("hello");
    const [data] = await once(socket, "message");

    expect(String(data)).toBe("ada: hello");
    expect(await (await fetch(`http://${host}/`)).text()).toContain(answer);
    // Vite listens for upgrades itself, and what it does not want, it leaves without an answer.
    if (name === "vite") return;
    const [error] = await once(open(`ws://${host}/nowhere`), "error");
    expect((error as Error).message).toBe("Unexpected server response: 404");
  });
});

test("Vite's own WebSocket goes on beside ours", async () => {
  const host = await start("vite");
  const page = await (await fetch(`http://${host}/@vite/client`)).text();
  const [, token = ""] = /wsToken\s*=\s*"([^"]+)"/.exec(page) ?? [];

  const socket = new WebSocket(`ws://${host}/?token=${token}`, "vite-hmr", { origin: `http://${host}` });
  onTestFinished(() => socket.terminate());
  const [data] = await once(socket, "message");

  expect(JSON.parse(String(data))).toEqual({ type: "connected" });
});

async function start(name: string): Promise<string> {
  const { says } = runExample(`examples/attach/${name}.ts`, [], { PORT: "0" });
  const [, port] = await says(/port: (\d+)/);
  return `localhost:${port}`;
}

function open(url: string): WebSocket {
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  return socket;
}
