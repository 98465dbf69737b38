/** Traps of the frameworks that we learn from: paths that matched too much, too little, or were decoded twice. */

import { describe, expect, it } from "vitest";
import { App } from "../../../src/index.ts";
import { listeningApp } from "../../support/listening-app.ts";
import { rawAnswer, rawOpen } from "../../support/raw-tcp.ts";
import { WsPeer } from "../../support/ws-peer.ts";

describe("HTTP and WebSocket on one path (trap 18)", () => {
  it("each gets its own", async () => {
    const { url } = await listeningApp((app) => {
      app.http.get("/both", (context) => context.text("HTTP"));
      app.ws("/both", (socket) => socket.sendText("WebSocket"));
    });

    expect(await (await fetch(`${url.replace("ws", "http")}/both`)).text()).toBe("HTTP");
    expect(await (await WsPeer.open(`${url}/both`)).next()).toBe("WebSocket");
  });

  it("also with parameters, and whichever was registered first", async () => {
    const { url } = await listeningApp((app) => {
      app.ws("/rooms/:name", (socket) => socket.sendText(`ws ${socket.params.name}`));
      app.http.get("/rooms/:name", (context) => context.text(`http ${context.req.param("name")}`));
    });

    expect(await (await fetch(`${url.replace("ws", "http")}/rooms/a`)).text()).toBe("http a");
    expect(await (await WsPeer.open(`${url}/rooms/a`)).next()).toBe("ws a");
  });

  it("HTTP middleware, also of Hono's, does not touch the WebSocket (trap 11)", async () => {
    const { secureHeaders } = await import("hono/secure-headers");
    const { cors } = await import("hono/cors");
    const seen: string[] = [];
    const { url, heard } = await listeningApp((app) => {
      app.http.use(secureHeaders(), cors(), async (context, next) => {
        seen.push(context.req.path);
        await next();
        context.res.headers.set("X-Mine", "1");
      });
      app.http.get("/page", (context) => context.text("page"));
      app.ws("/ws", (socket) => socket.sendText("as ever"));
    });

    expect(await (await WsPeer.open(`${url}/ws`)).next()).toBe("as ever");
    expect((await fetch(`${url.replace("ws", "http")}/page`)).headers.get("x-mine")).toBe("1");
    expect({ seen, errors: heard.errors }).toEqual({ seen: ["/page"], errors: [] });
  });
});

describe("percent-encoding is undone once (trap 11)", () => {
  it.each([
    ["%41", "A"],
    ["%2541", "%41"],
    ["%252F", "%2F"],
    ["%2F", "/"],
    ["a%20b", "a b"],
    ["caf%C3%A9", "café"],
    ["a+b", "a+b"],
    ["a%00b", "a\0b"],
    ["%E6%BC%A2", "漢"],
  ])("/dec/%s", async (encoded, value) => {
    const { port } = await listeningApp((app) => {
      app.ws("/dec/:value", (socket) => socket.sendText(socket.params.value));
    });

    expect(await (await rawOpen(port, `/dec/${encoded}`)).next()).toBe(value);
  });

  it.each(["/dec/%", "/dec/%zz", "/dec/%C3", "/dec/%ff"])(
    "%s, which is no encoding, is refused and not our fault",
    async (target) => {
      const { port, heard } = await listeningApp((app) => {
        app.ws("/dec/:value", (socket) => socket.sendText(socket.params.value));
      });

      expect([400, 404]).toContain((await rawAnswer(port, target)).status);
      expect(heard.errors).toEqual([]);
    },
  );

  it("a value of the query, too", async () => {
    const { port } = await listeningApp((app) => {
      app.ws("/ws", (socket) => socket.sendText(String(socket.query.get("q"))));
    });

    expect(await (await rawOpen(port, "/ws?q=%2541+b")).next()).toBe("%41 b");
  });
});

describe("characters with a meaning in regular expressions mean themselves (trap 19)", () => {
  it.each([
    ["/v1.0/ws", "/v1x0/ws"],
    ["/a+b", "/aab"],
    ["/(x)", "/x"],
    ["/a|b", "/a"],
    ["/^ws$", "/ws"],
    ["/[ab]", "/a"],
  ])("the route %s is not %s", async (route, other) => {
    const { port } = await listeningApp((app) => {
      app.ws(route, (socket) => socket.accept());
    });

    expect((await rawAnswer(port, other)).status).toBe(404);
    expect((await rawAnswer(port, route)).status).toBe(101);
  });
});

describe("an app mounted on another (trap 11)", () => {
  it("has its WebSocket routes below the prefix, with the middleware of both", async () => {
    const seen: string[] = [];
    const { port } = await listeningApp((app) => {
      const chat = new App({ logger: false });
      chat.use((_socket, next) => [seen.push("inner"), next()][1]);
      chat.ws("/:room", (socket) => socket.sendText(JSON.stringify(socket.params)));
      app.use((_socket, next) => [seen.push("outer"), next()][1]);
      app.route("/teams/:team<int>/chat", chat);
    });

    expect(await (await rawOpen(port, "/teams/7/chat/lobby")).next()).toBe('{"team":7,"room":"lobby"}');
    expect(seen).toEqual(["outer", "inner"]);
    expect((await rawAnswer(port, "/lobby")).status).toBe(404);
  });
});

describe("targets that only an attacker sends", () => {
  it.each(["//evil.example/ws", "/../ws", "/ws/..", "/ws#x", "*", "ws", "/ws\\..", "/./ws", "/ws%00"])(
    "%s is refused, whole, and is no error of ours",
    async (target) => {
      const { port, heard } = await listeningApp((app) => {
        app.ws("/ws", (socket) => socket.accept());
      });

      expect((await rawAnswer(port, target)).status).toSatisfy((status: number) => status >= 400 && status < 500);
      expect(heard.errors).toEqual([]);
    },
  );

  it("an absolute one is the path in it, and socket.url is our own host's", async () => {
    const { port } = await listeningApp((app) => {
      app.ws("/ws", (socket) => socket.sendText(socket.url.href));
    });

    const client = await rawOpen(port, { target: "http://evil.example/ws?x=1", host: "good.example" });

    expect(await client.next()).toBe("ws://good.example/ws?x=1");
  });
});
