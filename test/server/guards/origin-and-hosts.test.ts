/** Guards, end to end: which pages may connect, and by which names the server goes. */

import { describe, expect, it } from "vitest";
import type { AppOptions } from "../../../src/index.ts";
import { App } from "../../../src/index.ts";
import { listeningApp } from "../../support/listening-app.ts";
import type { UpgradeHead } from "../../support/raw-tcp.ts";
import { rawAnswer } from "../../support/raw-tcp.ts";

const PAGE = "https://app.example.com";

async function statusOf(options: AppOptions, head: UpgradeHead): Promise<number> {
  const { port } = await listeningApp((app) => app.ws("/ws", (socket) => socket.accept()), options);
  return (await rawAnswer(port, head)).status;
}

function from(origin: string, host = "api.example.com"): UpgradeHead {
  return { host, extra: [`Origin: ${origin}`] };
}

describe("origins: by default, pages of the same host", () => {
  it.each([
    ["no Origin at all: no browser sends it", { host: "api.example.com" }, 101],
    ["the same host", from("https://api.example.com"), 101],
    ["the same host, over http", from("http://api.example.com"), 101],
    ["the same host with its port", from("http://localhost:5042", "localhost:5042"), 101],
    ["another port", from("http://localhost:3000", "localhost:5042"), 403],
    ["another host", from("https://evil.example"), 403],
    ["another host that begins alike", from("https://api.example.com.evil.example"), 403],
    ["a host above", from("https://example.com"), 403],
    ["a page without an origin", from("null"), 403],
    ["an empty Origin", { host: "api.example.com", extra: ["Origin:"] }, 403],
    ["two Origins", { host: "a.example", extra: ["Origin: http://a.example", "Origin: http://evil.example"] }, 403],
  ])("%s", async (_what, head, status) => {
    expect(await statusOf({}, head)).toBe(status);
  });

  it("the refusal is in the log, with the option that would allow it, and the client is told no more than 403", async () => {
    const { port, log, heard } = await listeningApp((app) => app.ws("/ws", (socket) => socket.accept()));

    const { status, body } = await rawAnswer(port, from(PAGE));

    expect([status, body]).toEqual([403, "403 Forbidden\n"]);
    expect(log.lines).toEqual([
      'warn: ws /ws from 127.0.0.1 refused with 403: Origin "https://app.example.com" refused: not the host that was ' +
        'asked, "api.example.com"; origins: ["same-host", "https://app.example.com"] would allow it',
    ]);
    expect(heard.all("connectionRejected")).toMatchObject([{ status: 403, origin: PAGE, path: "/ws" }]);
  });

  it("no middleware and no handler sees the request", async () => {
    const seen: string[] = [];
    const { port } = await listeningApp((app) => {
      app.use(() => void seen.push("middleware"));
      app.ws("/ws", () => void seen.push("handler"));
    });

    await rawAnswer(port, from("https://evil.example"));

    expect(seen).toEqual([]);
  });

  it("plain HTTP is not asked: that is for CORS", async () => {
    const { port } = await listeningApp((app) => app.http.get("/page", (context) => context.text("a page")));

    const response = await fetch(`http://127.0.0.1:${port}/page`, { headers: { origin: "https://evil.example" } });

    expect(response.status).toBe(200);
  });
});

describe("origins: a list of one's own", () => {
  it.each<[string, AppOptions["origins"], number]>([
    ["that names the page", [PAGE], 101],
    ["that names others", ["https://other.example.com"], 403],
    ["that names the page without TLS", ["http://app.example.com"], 403],
    ["with a pattern", ["https://*.example.com"], 101],
    ["with a pattern that is too short", ["https://*.com.example"], 403],
    ["with a regular expression", [/^https:\/\/app\./], 101],
    ["with a function", [(origin) => origin === PAGE], 101],
    ["with a function that says no", [() => false], 403],
    ["with a function that is asynchronous, and would have to be waited for", [(async () => true) as never], 403],
    ["that allows all", "*", 101],
    ["with nothing in it", [], 403],
  ])("%s", async (_what, origins, status) => {
    expect(await statusOf({ origins }, from(PAGE))).toBe(status);
  });

  it("replaces the default: the same host must be named, too", async () => {
    const own = from("https://api.example.com");

    expect(await statusOf({ origins: [PAGE] }, own)).toBe(403);
    expect(await statusOf({ origins: [PAGE, "same-host"] }, own)).toBe(101);
  });

  it("a route has its own, also below an app that it is mounted on", async () => {
    const { port } = await listeningApp((app) => {
      const inner = new App({ logger: false });
      inner.ws("/open", { origins: "*" }, (socket) => socket.accept());
      inner.ws("/closed", (socket) => socket.accept());
      app.route("/inner", inner);
    });

    expect((await rawAnswer(port, { ...from(PAGE), target: "/inner/open" })).status).toBe(101);
    expect((await rawAnswer(port, { ...from(PAGE), target: "/inner/closed" })).status).toBe(403);
  });

  it("a function that throws refuses with 500, is reported, and harms nobody else", async () => {
    const broken = () => {
      throw new Error("no database");
    };
    const { port, heard } = await listeningApp((app) => app.ws("/ws", (socket) => socket.accept()), {
      origins: broken,
    });

    expect((await rawAnswer(port, from(PAGE))).status).toBe(500);
    expect((await rawAnswer(port)).status).toBe(101);
    expect(heard.all("error")).toMatchObject([{ where: "hook", path: "/ws" }]);
  });
});

describe("hosts, against DNS rebinding", () => {
  it.each([
    ["is any host when it is not set", undefined, "anything.example", 101],
    ["takes the name in the list", ["api.example.com"], "api.example.com", 101],
    ["takes it with a port", ["api.example.com"], "api.example.com:8080", 101],
    ["takes it in capitals, with a dot at the end", ["api.example.com"], "API.example.com.", 101],
    ["takes what is below a star", ["*.example.com"], "a.b.example.com", 101],
    ["refuses what is not in it", ["api.example.com"], "rebound.evil.example", 403],
    ["refuses this machine's address, if it is not in it", ["api.example.com"], "127.0.0.1", 403],
    ["refuses another port, if it names one", ["api.example.com:443"], "api.example.com:80", 403],
  ])("%s", async (_what, hosts, host, status) => {
    expect(await statusOf({ hosts }, { host })).toBe(status);
  });

  it("the refusal is in the log, with the option", async () => {
    const { port, log } = await listeningApp((app) => app.ws("/ws", (socket) => socket.accept()), {
      hosts: ["localhost"],
    });

    await rawAnswer(port, { host: "rebound.evil.example" });

    expect(log.lines).toEqual([
      'info: ws /ws from 127.0.0.1 refused with 403: Host "rebound.evil.example" refused: it matches none of hosts; ' +
        '"rebound.evil.example" in hosts would allow it',
    ]);
  });
});

it.each(["a:99999", "1.2.3.4.5", "a%zz", "[::zz]"])(
  "Host: %s makes no URL: 400, and no error of the handler",
  async (host) => {
    const { port, heard } = await listeningApp((app) => app.ws("/ws", (socket) => socket.reject(401, socket.url.href)));

    expect((await rawAnswer(port, { host })).status).toBe(400);
    expect(heard.errors).toEqual([]);
  },
);
