/** Files over HTTP: in process and over both versions of HTTP, with everything that must not get out of the folder. */

import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { listen } from "../../../src/hosts/node/listen.ts";
import { serveFiles } from "../../../src/hosts/node/static-files.ts";
import type { StaticOptions } from "../../../src/server/host.ts";
import { CERT, http2, http2Request, KEY, tcp } from "./clients.ts";
import { FakeApp } from "./fake-app.ts";

const BIG = 8 << 20;
let folder = "";

beforeEach(() => {
  const base = mkdtempSync(join(tmpdir(), "antiphon-"));
  folder = join(base, "public");
  mkdirSync(join(folder, "docs"), { recursive: true });
  mkdirSync(join(folder, "empty"));
  mkdirSync(join(folder, ".git"));
  writeFileSync(join(base, "secret.txt"), "secret");
  writeFileSync(join(folder, "index.html"), "<h1>index</h1>");
  writeFileSync(join(folder, "app.js"), "0123456789");
  writeFileSync(join(folder, "nothing.txt"), "");
  writeFileSync(join(folder, "a b.txt"), "spaced");
  writeFileSync(join(folder, "docs", "index.html"), "<h1>docs</h1>");
  writeFileSync(join(folder, ".env"), "PASSWORD=x");
  writeFileSync(join(folder, ".git", "config"), "x");
  symlinkSync(join(base, "secret.txt"), join(folder, "out.txt"));
  symlinkSync(base, join(folder, "up"));
  symlinkSync(join(folder, "app.js"), join(folder, "link.js"));
  return () => rmSync(base, { recursive: true });
});

/** The answer to a request for `path`, without a server. */
function ask(path: string, init: RequestInit = {}, options: StaticOptions = {}): Promise<Response | undefined> {
  const request = new Request(`http://localhost${path}`, init);
  return serveFiles(folder, options)(request, path.replace(/\?.*/, ""), undefined);
}

async function textOf(path: string, options: StaticOptions = {}): Promise<string | undefined> {
  return (await ask(path, {}, options))?.text();
}

describe("a file", () => {
  it("comes with its type, length and validators", async () => {
    const response = await ask("/app.js");

    expect(response?.status).toBe(200);
    expect(await response?.text()).toBe("0123456789");
    expect(Object.fromEntries(response!.headers)).toEqual({
      "accept-ranges": "bytes",
      "cache-control": "public, max-age=0",
      "content-length": "10",
      "content-type": "text/javascript; charset=utf-8",
      etag: expect.stringMatching(/^W\/"/),
      "last-modified": expect.stringMatching(/GMT$/),
    });
  });

  it("may be empty, have a space in its name, or be reached by a link inside the folder", async () => {
    expect(await textOf("/nothing.txt")).toBe("");
    expect(await textOf("/a%20b.txt")).toBe("spaced");
    expect(await textOf("/link.js")).toBe("0123456789");
  });

  it("comes without its content for HEAD", async () => {
    const response = await ask("/app.js", { method: "HEAD" });

    expect(response?.headers.get("content-length")).toBe("10");
    expect(response?.body).toBeNull();
  });

  it("is kept by the browser for as long as it was told", async () => {
    const response = await ask("/app.js", {}, { maxAge: 3_600_000 });

    expect(response?.headers.get("cache-control")).toBe("public, max-age=3600");
  });

  it("is no answer to another method", async () => {
    expect(await ask("/app.js", { method: "POST" })).toBeUndefined();
  });
});

describe("a condition", () => {
  it.each(["etag", "last-modified"])("on the %s gives 304 while it holds", async (validator) => {
    const known = (await ask("/app.js"))!.headers.get(validator)!;
    const condition = validator === "etag" ? "if-none-match" : "if-modified-since";

    const response = await ask("/app.js", { headers: { [condition]: known } });

    expect(response?.status).toBe(304);
    expect(response?.body).toBeNull();
    expect(response?.headers.get("content-length")).toBeNull();
  });

  it("that does not hold gives 412", async () => {
    expect((await ask("/app.js", { headers: { "if-match": '"other"' } }))?.status).toBe(412);
  });
});

describe("a range", () => {
  it.each([
    ["bytes=2-4", "234", "bytes 2-4/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=8-", "89", "bytes 8-9/10"],
  ])("%s gives these bytes", async (range, text, header) => {
    const response = await ask("/app.js", { headers: { range } });

    expect(response?.status).toBe(206);
    expect(response?.headers.get("content-range")).toBe(header);
    expect(await response?.text()).toBe(text);
  });

  it("outside the file gives 416 and its length", async () => {
    const response = await ask("/app.js", { headers: { range: "bytes=20-" } });

    expect(response?.status).toBe(416);
    expect(response?.headers.get("content-range")).toBe("bytes */10");
  });

  it("of an older version gives the whole new one", async () => {
    const headers = { range: "bytes=2-4", "if-range": '"older"' };

    expect((await ask("/app.js", { headers }))?.status).toBe(200);
  });
});

describe("a folder", () => {
  it("is its index", async () => {
    expect(await textOf("/")).toBe("<h1>index</h1>");
    expect(await textOf("/docs/")).toBe("<h1>docs</h1>");
  });

  it.each([
    ["/docs", "/docs/"],
    ["/docs?a=b&c", "/docs/?a=b&c"],
    ["/%64ocs", "/%64ocs/"],
  ])("asked for as %s is told to be at %s", async (path, location) => {
    const response = await ask(path);

    expect(response?.status).toBe(301);
    expect(response?.headers.get("location")).toBe(location);
  });

  it("without an index is nothing, with or without the slash", async () => {
    expect(await ask("/empty")).toBeUndefined();
    expect(await ask("/empty/")).toBeUndefined();
    expect(await ask("/docs", {}, { index: false })).toBeUndefined();
    expect(await ask("/docs/", {}, { index: false })).toBeUndefined();
  });

  it("may have another index", async () => {
    expect(await textOf("/", { index: "app.js" })).toBe("0123456789");
  });

  it("that is missing is an error of who named it", () => {
    for (const path of [join(folder, "missing"), join(folder, "app.js")])
      expect(() => serveFiles(path, {})).toThrow(
        expect.objectContaining({ name: "UsageError", code: "NO_SUCH_FOLDER" }),
      );
  });
});

describe("there is nothing at", () => {
  it.each([
    "/missing.txt",
    "/app.js/",
    "/app.js/more",
    "/../secret.txt",
    "/docs/../../secret.txt",
    // A guard of the user's, `app.http.use("/docs/*", …)`, knows these paths by no such name.
    "/docs%2findex.html",
    "//docs/index.html",
    "/docs//index.html",
    "/empty/..%2Fdocs/index.html",
    "//docs",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "/docs/..%2f..%2fsecret.txt",
    "/out.txt",
    "/up/secret.txt",
    "/up/public/app.js/../../secret.txt",
    "/app.js%00",
    "/%00",
    "/%zz",
    "/%ff",
    "/.env",
    "/.git/config",
    `/${"a".repeat(5_000)}`,
  ])("%s", async (path) => {
    const request = new Request("http://localhost/");

    expect(await serveFiles(folder, {})(request, path, undefined)).toBeUndefined();
  });

  it("a fifo, which would never end", async () => {
    execFileSync("mkfifo", [join(folder, "fifo")]);

    expect(await ask("/fifo", { method: "HEAD" })).toBeUndefined();
  });
});

it("dotfiles are there for who asks for them", async () => {
  expect(await textOf("/.env", { dotfiles: true })).toBe("PASSWORD=x");
});

describe("over a server", () => {
  async function start(tls = false) {
    const app = new FakeApp();
    const files = serveFiles(folder, {});
    app.fetch = async (request, env) =>
      (await files(request, new URL(request.url).pathname, env)) ?? new Response("nothing", { status: 404 });
    const listening = await listen(app, { port: 0, ...(tls ? { tls: { cert: CERT, key: KEY } } : {}) });
    onTestFinished(() => listening.close());
    return { app, url: listening.url, port: listening.port! };
  }

  it("files come whole, and HEAD tells their length", async () => {
    writeFileSync(join(folder, "big.bin"), Buffer.alloc(BIG, "x"));
    const { url } = await start();

    const whole = await (await fetch(`${url}/big.bin`)).arrayBuffer();
    const head = await fetch(`${url}/big.bin`, { method: "HEAD" });

    expect(whole.byteLength).toBe(BIG);
    expect(head.headers.get("content-length")).toBe(String(BIG));
  });

  it("files come over HTTP/2", async () => {
    const { url } = await start(true);
    const session = await http2(url);

    const { headers, body } = await http2Request(session, { ":path": "/app.js", range: "bytes=0-3" });

    expect(headers).toMatchObject({ ":status": 206, "content-range": "bytes 0-3/10" });
    expect(body).toBe("0123");
  });

  it.skipIf(process.platform !== "linux")("downloads that are broken off leave no file open", async () => {
    writeFileSync(join(folder, "big.bin"), Buffer.alloc(BIG));
    const { app, port } = await start();
    for (let at = 0; at < 20; at++) {
      const client = tcp(port);
      client.write("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
      await client.chunks.next("some of it");
      client.socket.destroy();
    }

    await vi.waitFor(() => expect(openFiles()).toEqual([]));
    expect(app.errors.size).toBe(0);
  });

  it.skipIf(process.platform !== "linux")("a file that becomes shorter cuts the connection", async () => {
    const path = join(folder, "big.bin");
    writeFileSync(path, Buffer.alloc(BIG * 4));
    const { port } = await start();
    const client = tcp(port);
    client.socket.once("data", () => {
      client.socket.pause();
      truncateSync(path, 1_000);
      client.socket.resume();
    });
    client.write("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");

    expect((await client.ended()).length).toBeLessThan(BIG * 4);
    expect(openFiles()).toEqual([]);
  });

  it("a file that has vanished is nothing", async () => {
    const { url } = await start();
    expect((await fetch(`${url}/app.js`)).status).toBe(200);
    unlinkSync(join(folder, "app.js"));

    expect((await fetch(`${url}/app.js`)).status).toBe(404);
  });
});

/** The files of the folder that this process has open. */
function openFiles(): string[] {
  const lines = execFileSync("ls", ["-l", "/proc/self/fd", `/proc/${process.pid}/fd`], { encoding: "utf8" });
  expect(readdirSync(folder).length).toBeGreaterThan(0);
  return lines.split("\n").filter((line) => line.includes(folder));
}
