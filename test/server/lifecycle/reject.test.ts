/** `socket.reject(status, body, headers)`: an HTTP response in place of the WebSocket, whole and as written. */

import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { UsageError } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { rawAnswer, rawUpgrade } from "../../support/raw-tcp.ts";

describe("socket.reject(status, body?, headers?) is that response", () => {
  test("a status alone says its name", async () => {
    const { app } = testApp();
    app.ws("/ws", (socket) => socket.reject(401));
    const client = rawUpgrade(await listenAnywhere(app));

    const answer = await client.answer();

    expect(answer).toMatchObject({ status: 401, body: "401 Unauthorized\n" });
    expect(answer.headers.get("connection")).toBe("close");
    expect(answer.headers.get("content-length")).toBe("17");
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(answer.headers.get("date")).toMatch(/GMT$/);
    expect(await client.rest()).toBe("");
  });

  test.each([
    ["text", "n\u00f6 entry", "text/plain; charset=utf-8", "n\u00f6 entry"],
    ["bytes", Uint8Array.of(0x41, 0x42), "application/octet-stream", "AB"],
    ["a value, as JSON", { error: "expired", at: [1, null] }, "application/json", '{"error":"expired","at":[1,null]}'],
    ["an empty text", "", "text/plain; charset=utf-8", ""],
  ])("the body is %s", async (_kind, body, type, sent) => {
    const { app } = testApp();
    app.ws("/ws", (socket) => socket.reject(403, body));
    const client = rawUpgrade(await listenAnywhere(app));

    const answer = await client.answer();

    expect(answer).toMatchObject({ status: 403, body: sent });
    expect(answer.headers.get("content-type")).toBe(type);
    expect(answer.headers.get("content-length")).toBe(String(Buffer.byteLength(sent)));
    expect(await client.rest()).toBe("");
  });

  test.each([
    ["an object", { "Retry-After": "5", "Content-Type": "application/problem+json" }],
    ["Headers", new Headers({ "retry-after": "5", "content-type": "application/problem+json" })],
    [
      "pairs",
      [
        ["Retry-After", "5"],
        ["content-type", "application/problem+json"],
      ] as [string, string][],
    ],
  ])("headers are %s, and one for the type takes the place of ours", async (_kind, headers) => {
    const { app } = testApp();
    app.ws("/ws", (socket) => socket.reject(503, { title: "busy" }, headers));

    const answer = await rawAnswer(await listenAnywhere(app));

    expect(answer.headers.get("retry-after")).toBe("5");
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  test("a redirect is one, and cookies are sent each in a line of its own", async () => {
    const { app } = testApp();
    const headers: [string, string][] = [
      ["Location", "/login"],
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ];
    app.ws("/ws", (socket) => socket.reject(302, undefined, headers));
    const client = rawUpgrade(await listenAnywhere(app));

    const answer = await client.answer();

    expect(answer).toMatchObject({ status: 302 });
    expect(answer.headers.get("location")).toBe("/login");
    expect(client.text.match(/Set-Cookie: .=./gi)).toHaveLength(2);
  });

  test("`ws` sees status, headers and body", async () => {
    const { app } = testApp();
    app.use((socket) => socket.reject(401, { error: "no token" }, { "WWW-Authenticate": "Bearer" }));
    app.ws("/ws", () => {});
    const client = new WebSocket(`ws://127.0.0.1:${await listenAnywhere(app)}/ws`);

    const seen = await new Promise((resolve) => {
      client.on("unexpected-response", (_request, response) => {
        let body = "";
        response.on("data", (chunk) => (body += chunk));
        response.on("end", () => resolve([response.statusCode, response.headers["www-authenticate"], body]));
      });
    });

    expect(seen).toEqual([401, "Bearer", '{"error":"no token"}']);
  });

  test("is reported as the app's own refusal, and is no error", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", (socket) => socket.reject(402));
    await rawAnswer(await listenAnywhere(app));

    const { status, reason } = await heard.once("connectionRejected");
    await app.close();

    expect({ status, reason }).toEqual({ status: 402, reason: "rejected with 402 by the app" });
    expect(heard.all("connectionOpened")).toEqual([]);
    expect(heard.errors).toEqual([]);
  });
});

describe("once rejected", () => {
  test("the socket is closed, its signal has aborted, and closed says 1006", async () => {
    const { app } = testApp();
    const seen: unknown[] = [];
    app.ws("/ws", async (socket) => {
      seen.push(socket.state);
      socket.reject(401);
      seen.push(socket.state, socket.signal.aborted, await socket.closed);
    });

    await rawAnswer(await listenAnywhere(app));
    await app.close();

    expect(seen).toEqual(["connecting", "closed", true, { code: 1006, reason: "", wasClean: false }]);
  });

  test("a second reject changes nothing, accept rejects with a DisconnectError, and neither is an error of ours", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", async (socket) => {
      socket.reject(401);
      socket.reject(402);
      await socket.accept();
    });

    const client = rawUpgrade(await listenAnywhere(app));

    expect((await client.answer()).status).toBe(401);
    expect(await client.rest()).toBe("");
    await app.close();
    expect(heard.errors).toEqual([]);
  });

  test("next() runs no handler, and resolves", async () => {
    const { app } = testApp();
    const order: string[] = [];
    app.use(async (socket, next) => {
      socket.reject(401);
      const { code } = await next();
      order.push(`ended ${code}`);
    });
    app.ws("/ws", () => void order.push("handler"));

    expect((await rawAnswer(await listenAnywhere(app))).status).toBe(401);
    await app.close();
    expect(order).toEqual(["ended 1006"]);
  });
});

describe("what cannot be a rejection", () => {
  test.each([101, 200, 299, 600, 403.5, Number.NaN])(
    "the status %s is a UsageError, and the client gets 500",
    async (status) => {
      const { app, heard } = testApp();
      app.ws("/ws", (socket) => socket.reject(status));

      expect((await rawAnswer(await listenAnywhere(app))).status).toBe(500);
      expect(heard.all("error")[0]?.error).toBeInstanceOf(UsageError);
    },
  );

  test("reject after accept is a UsageError that the client sees as 1011", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      socket.reject(401);
    });
    const client = rawUpgrade(await listenAnywhere(app));

    expect((await client.answer()).status).toBe(101);
    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    expect(heard.errors).toEqual([{ where: "handler", message: "reject(401) after the socket was accepted" }]);
  });

  test("a header that would break the response is a UsageError, and nothing of it is sent", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", (socket) => socket.reject(401, "no", { "X-Bad": "a\r\nSet-Cookie: evil=1" }));
    const client = rawUpgrade(await listenAnywhere(app));

    expect((await client.answer()).status).toBe(500);
    expect(client.text).not.toContain("evil");
    expect(heard.all("error")[0]?.error).toBeInstanceOf(UsageError);
  });

  test("a value that has no JSON is an error, and the client gets 500", async () => {
    const { app, heard } = testApp();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    app.ws("/ws", (socket) => socket.reject(401, circle));

    expect((await rawAnswer(await listenAnywhere(app))).status).toBe(500);
    expect(heard.errors).toHaveLength(1);
  });
});

describe("closing before an answer", () => {
  test("close is a rejection with 403", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", async (socket) => {
      expect(await socket.close(4000, "no")).toMatchObject({ code: 1006 });
      await socket.close();
    });

    expect((await rawAnswer(await listenAnywhere(app))).status).toBe(403);
    await app.close();
    expect(heard.errors).toEqual([]);
  });

  test("terminate is one too, and no accept brings the socket back", async () => {
    const { app, heard } = testApp();
    const seen: string[] = [];
    app.use(async (socket, next) => {
      socket.terminate();
      seen.push(socket.state);
      await socket.accept().catch((error) => seen.push(error.name, socket.state));
      await next();
    });
    app.ws("/ws", () => void seen.push("handler"));

    expect((await rawAnswer(await listenAnywhere(app))).status).toBe(403);
    await app.close();
    expect(seen).toEqual(["closed", "DisconnectError", "closed"]);
    expect(heard.errors).toEqual([]);
  });
});
