/** Requests that are no handshake, or a bad one, or for a path that nobody has: the first rows of the lifecycle table. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { rawAnswer, rawTcp, upgradeHead } from "../../support/raw-tcp.ts";
import { within } from "../../support/within.ts";

/** A plain request. */
function request(port: number, target: string, method = "GET") {
  const client = rawTcp(port);
  client.write(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return client.answer();
}

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "antiphon-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe("a request that is no upgrade, for a path with a ws route and no HTTP route", () => {
  test("gets 426, and is told to what it can upgrade", async () => {
    const { app, heard } = testApp();
    app.use(() => expect.unreachable("middleware sees plain HTTP"));
    app.ws("/ws", () => expect.unreachable("so does the handler"));
    const port = await listenAnywhere(app);

    const answer = await request(port, "/ws?token=1");

    expect(answer.status).toBe(426);
    expect(answer.headers.get("upgrade")).toBe("websocket");
    expect(answer.body).toBe("426 Upgrade Required\n");
    expect(heard.all("connectionRejected")).toEqual([]);
  });

  test("gets 426 for a POST too, and for a field Upgrade that Connection does not name", async () => {
    const { app } = testApp();
    app.ws("/ws", () => {});
    const port = await listenAnywhere(app);

    expect((await request(port, "/ws", "POST")).status).toBe(426);
    const client = rawTcp(port);
    client.write(upgradeHead().replace("Connection: Upgrade", "Connection: close"));
    expect((await client.answer()).status).toBe(426);
  });

  test.each([
    ["HTTP/1.1 with Connection: close", "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
    ["HTTP/1.0", "GET /ws HTTP/1.0\r\n\r\n"],
  ])("gets 426 and the end of its connection, over %s", async (_name, head) => {
    const { app } = testApp();
    app.ws("/ws", () => {});
    const port = await listenAnywhere(app);
    const client = rawTcp(port);

    client.write(head);

    expect((await client.answer()).headers.get("connection")).toBe("Upgrade, close");
    // Node's own keep-alive would be over after 5 seconds.
    await within(client.rest(), "end of the connection", 2000);
  });

  test("gets 426 and may send another request on its connection", async () => {
    const { app } = testApp();
    app.ws("/ws", (socket) => socket.accept());
    const port = await listenAnywhere(app);
    const client = rawTcp(port);

    client.write("GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect((await client.answer()).headers.get("connection")).toBe("Upgrade");
    client.write(upgradeHead());

    expect((await client.answer()).status).toBe(101);
  });

  test("goes to the HTTP route of the same path first, while upgrades go to the ws route", async () => {
    const { app } = testApp();
    app.ws("/ws", (socket) => socket.send("by WebSocket"));
    app.http.get("/ws", (c) => c.text("by HTTP"));
    const port = await listenAnywhere(app);

    expect(await request(port, "/ws")).toMatchObject({ status: 200, body: "by HTTP" });
    expect((await rawAnswer(port)).status).toBe(101);
    // Of another method, the HTTP route has nothing to say.
    expect((await request(port, "/ws", "POST")).status).toBe(426);
  });

  test("goes to a static file second", async () => {
    const { app } = testApp();
    app.ws("/:name", (socket) => socket.accept());
    app.static("/", folderWith({ "page.html": "a file", "both.html": "a file too" }));
    app.http.get("/both.html", (c) => c.text("a route"));
    const port = await listenAnywhere(app);

    expect((await request(port, "/page.html")).body).toBe("a file");
    expect((await request(port, "/both.html")).body).toBe("a route");
    expect((await request(port, "/none.html")).status).toBe(426);
    expect((await rawAnswer(port, "/page.html")).status).toBe(101);
  });

  test("gets 404 where there is no ws route, or one whose parameter does not convert", async () => {
    const { app } = testApp();
    app.ws("/users/:id<int>", () => {});
    const port = await listenAnywhere(app);

    expect((await request(port, "/nowhere")).status).toBe(404);
    expect((await request(port, "/users/seven")).status).toBe(404);
    expect((await request(port, "/users/7")).status).toBe(426);
  });
});

describe("a malformed handshake", () => {
  test.each([
    ["without a key", upgradeHead().replace(/Sec-WebSocket-Key:.*\r\n/, ""), 400],
    ["with a key that is too short", upgradeHead({ key: "c2hvcnQ=" }), 400],
    ["with a key twice", upgradeHead({ extra: ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="] }), 400],
    ["with a body", upgradeHead({ extra: ["Content-Length: 2"] }), 400],
    ["with a bad list of subprotocols", upgradeHead({ extra: ["Sec-WebSocket-Protocol: a,,b c"] }), 400],
    ["with a bad list of extensions", upgradeHead({ extra: ["Sec-WebSocket-Extensions: ;"] }), 400],
    ["as a POST", upgradeHead().replace("GET", "POST"), 405],
    ["without Host", upgradeHead().replace("Host: localhost\r\n", ""), 400],
  ])("%s is answered, with no word of what is wrong", async (_what, head, status) => {
    const { app } = testApp();
    app.use(() => expect.unreachable("middleware sees it"));
    app.ws("/ws", () => {});
    const client = rawTcp(await listenAnywhere(app));

    client.write(head);
    const answer = await client.answer();

    expect(answer.status).toBe(status);
    expect(answer.headers.get("connection")).toBe("close");
    expect(await client.rest()).toBe("");
    expect(answer.body).not.toMatch(/key|list|body/i);
  });

  test("is reported, with what was wrong", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", () => {});
    const port = await listenAnywhere(app);

    await rawAnswer(port, { key: "c2hvcnQ=" });

    const { status, reason, path } = await heard.once("connectionRejected");
    expect({ status, path }).toEqual({ status: 400, path: "/ws" });
    expect(reason).toContain("Sec-WebSocket-Key");
  });
});

describe("a wrong version", () => {
  test.each(["8", "14", "", "13, 13"])("%j gets 426 with Sec-WebSocket-Version: 13", async (version) => {
    const { app } = testApp();
    app.ws("/ws", () => {});
    const port = await listenAnywhere(app);

    const answer = await rawAnswer(port, { version });

    expect(answer.status).toBe(426);
    expect(answer.headers.get("sec-websocket-version")).toBe("13");
  });
});

describe("no route matches", () => {
  test("a handshake for an unknown path gets 404, not 403, and is reported", async () => {
    const { app, heard } = testApp();
    app.use(() => expect.unreachable("middleware sees a path without a route"));
    app.ws("/ws", () => {});
    const port = await listenAnywhere(app);

    const answer = await rawAnswer(port, "/elsewhere?x=1");

    expect(answer).toMatchObject({ status: 404, body: "404 Not Found\n" });
    const rejected = await heard.once("connectionRejected");
    expect(rejected).toMatchObject({
      status: 404,
      path: "/elsewhere?x=1",
      reason: expect.stringContaining("/elsewhere"),
    });
  });

  test("a parameter that does not convert does not match, and the next route is tried", async () => {
    const { app } = testApp();
    app.ws("/users/:id<int>", (socket) => socket.sendJson(socket.params));
    app.ws("/users/me", (socket) => socket.send("me"));
    const port = await listenAnywhere(app);
    const first = async (target: string) => {
      const client = new WebSocket(`ws://127.0.0.1:${port}${target}`);
      return await new Promise((resolve) => {
        client.on("message", (data) => resolve(String(data)));
        client.on("unexpected-response", (_request, response) => resolve(response.statusCode));
      });
    };

    expect(await first("/users/42")).toBe('{"id":42}');
    expect(await first("/users/me")).toBe("me");
    expect(await first("/users/you")).toBe(404);
  });

  test("a converter that throws is a 500, and an error in our log only", async () => {
    const { app, heard } = testApp();
    const parse = () => {
      throw new Error("the converter's secret");
    };
    app.converter("bad", { parse } as never);
    app.ws("/:x<bad>" as "/:x", () => {});
    const port = await listenAnywhere(app);

    expect(await rawAnswer(port, "/1")).toMatchObject({ status: 500, body: "500 Internal Server Error\n" });
    expect(heard.errors).toEqual([{ where: "hook", message: "the converter's secret" }]);
  });
});
