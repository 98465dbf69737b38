/** Traps of the frameworks that we learn from: a client that does nothing, and all others that waited for it. */

import { describe, expect, it } from "vitest";
import { echo, listeningApp } from "../../support/listening-app.ts";
import { rawOpen, rawTcp, upgradeHead } from "../../support/raw-tcp.ts";
import { WsPeer } from "../../support/ws-peer.ts";

describe("a client that never sends its handshake holds up nobody (trap 15)", () => {
  it.each([
    ["sends nothing", ""],
    ["stops in the middle of its head", upgradeHead().slice(0, 60)],
    ["sends all but the last line break", upgradeHead().slice(0, -2)],
  ])("one that %s", async (_what, sent) => {
    const { url, port } = await listeningApp(echo);
    for (let at = 0; at < 10; at++) rawTcp(port).write(sent);

    expect(await (await WsPeer.open(`${url}/ws`)).ask("hello")).toBe("Echo: hello");
  });

  it("fifty come in while it waits, each with its answer", async () => {
    const { url, port } = await listeningApp(echo);
    rawTcp(port);

    const clients = await Promise.all(Array.from({ length: 50 }, () => WsPeer.open(`${url}/ws`)));

    expect(await Promise.all(clients.map((client, at) => client.ask(String(at))))).toEqual(
      clients.map((_, at) => `Echo: ${at}`),
    );
  });

  it("nor does one whose middleware never decides", async () => {
    const { url, port } = await listeningApp((app) => {
      app.use("/slow", () => new Promise(() => {}));
      app.ws("/slow", () => {});
      echo(app);
    });
    rawTcp(port).write(upgradeHead({ target: "/slow" }));

    expect(await (await WsPeer.open(`${url}/ws`)).ask("hello")).toBe("Echo: hello");
  });

  it("nor one that stops in the middle of a frame, or of a message", async () => {
    const { url, port } = await listeningApp(echo);
    (await rawOpen(port)).write(Buffer.from("81fe", "hex"));
    (await rawOpen(port)).write(Buffer.from("01830000000048656c", "hex"));

    expect(await (await WsPeer.open(`${url}/ws`)).ask("hello")).toBe("Echo: hello");
  });
});

describe("a dashboard that only listens (trap 18)", () => {
  const limits = { idleTimeout: 600 };

  it("outlives the idle timeout, since what it is sent counts", async () => {
    const { url } = await listeningApp(
      (app) => {
        app.ws("/ws", async (socket) => {
          for (let tick = 0; tick < 12; tick++) {
            await socket.sendJson(tick);
            await new Promise((resolve) => setTimeout(resolve, 80));
          }
        });
      },
      { limits },
    );
    const client = await WsPeer.open(`${url}/ws`);

    for (let tick = 0; tick < 12; tick++) expect(await client.next()).toBe(String(tick));
    expect((await client.ended()).code).toBe(1000);
  });

  it("also when it is a room that is sent to", async () => {
    const { url, app } = await listeningApp(
      (app) => {
        app.ws("/ws", async (socket) => {
          socket.join("prices");
          await socket.closed;
        });
      },
      { limits },
    );
    const client = await WsPeer.open(`${url}/ws`);

    for (let tick = 0; tick < 12; tick++) {
      app.room("prices").sendText(String(tick));
      expect(await client.next()).toBe(String(tick));
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it("is closed with 1001 when nothing is said either way", async () => {
    const { url, heard } = await listeningApp(echo, { limits });
    const client = await WsPeer.open(`${url}/ws`);

    expect(await client.ended()).toEqual({ code: 1001, reason: "" });
    expect((await heard.once("connectionClosed")).error).toMatchObject({
      message: "no message either way for limits.idleTimeout (600 ms)",
    });
  });
});
