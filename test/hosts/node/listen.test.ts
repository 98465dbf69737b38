/** `listen` on Node: places, TLS, HTTP/2 beside HTTP/1.1, errors that name the option, and the end. */

import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Listening } from "../../../src/hosts/node/listen.ts";
import { listen } from "../../../src/hosts/node/listen.ts";
import { listenError } from "../../../src/hosts/node/listen-error.ts";
import type { ListenOptions, Place } from "../../../src/hosts/node/listen-options.ts";
import { deferred } from "../../support/deferred.ts";
import { within } from "../../support/within.ts";
import { ChildProgram } from "./child-program.ts";
import { CERT, http2, http2Request, http2Upgrade, KEY, tcp, tls, upgradeHead, WsClient } from "./clients.ts";
import { FakeApp } from "./fake-app.ts";

const TLS = { cert: CERT, key: KEY };
const WELCOME = Buffer.from("8107" + "77656c636f6d65", "hex").toString("latin1"); // text "welcome"

async function start(options: ListenOptions = {}, app = new FakeApp()): Promise<Listening & { app: FakeApp }> {
  const place = options.path === undefined && options.fd === undefined ? { port: 0 } : {};
  const listening = await listen(app, { ...place, ...options });
  onTestFinished(() => listening.close());
  return { app, ...listening };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "antiphon-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

describe("a place", () => {
  it("is a port of 127.0.0.1, and HTTP and WebSocket share it", async () => {
    const { url, port, app } = await start();

    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(app.urls).toEqual([url]);
    expect(await (await fetch(url)).text()).toBe("hello");
    expect(await new WsClient(`ws://127.0.0.1:${port}`).next()).toBe("welcome");
  });

  it.each([
    ["::1", /^http:\/\/\[::1\]:\d+$/],
    ["localhost", /^http:\/\/localhost:\d+$/],
    ["0.0.0.0", /^http:\/\/127\.0\.0\.1:\d+$/],
    ["::", /^http:\/\/\[::1\]:\d+$/],
  ])("is the host %s, whose URL leads there", async (host, expected) => {
    const { url } = await start({ host });

    expect(url).toMatch(expected);
    expect(await (await fetch(url)).text()).toBe("hello");
  });

  it("is a unix socket, which is gone afterwards", async () => {
    const path = join(folder(), "app.sock");
    const listening = await start({ path });

    expect(listening).toMatchObject({ url: `unix:${path}`, port: undefined });
    expect(await new WsClient(`ws+unix:${path}:/chat`).next()).toBe("welcome");
    expect(listening.app.targets).toEqual(["/chat"]);
    await listening.close();
    expect(existsSync(path)).toBe(false);
  });

  it("is a unix socket with TLS", async () => {
    const path = join(folder(), "app.sock");
    await start({ path, tls: TLS });
    const client = tls(path);

    client.write(upgradeHead());

    await vi.waitFor(() => expect(client.text.endsWith(WELCOME)).toBe(true));
  });

  it("is a unix socket that a killed server left behind", async () => {
    const path = await abandonedSocket();

    await start({ path });

    expect(await new WsClient(`ws+unix:${path}:/`).next()).toBe("welcome");
  });

  it("is a socket that the process was given", { timeout: 30_000 }, async () => {
    const given = createTcpServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => given.once("listening", resolve));
    const { port } = given.address() as AddressInfo;
    const { fd } = (given as unknown as { _handle: { fd: number } })._handle;
    const child = new ChildProgram("listen-on-3.ts", { descriptors: [fd] });

    expect(await child.line()).toBe(`http://127.0.0.1:${port} ${port}`);
    given.close(); // Or it would take connections as well.
    expect(await new WsClient(`ws://127.0.0.1:${port}`).next()).toBe("welcome");
  });
});

describe("TLS", () => {
  it("serves HTTP/1.1, HTTP/2 and WebSockets over both on one port", async () => {
    const { url, port, app } = await start({ tls: TLS });
    const session = await http2(url);
    const one = tls(port!);

    one.write(upgradeHead("/one"));
    const upgraded = await http2Request(session, http2Upgrade("/two"), WELCOME);
    const plain = await http2Request(session, { ":path": "/" });

    expect(url).toBe(`https://127.0.0.1:${port}`);
    await vi.waitFor(() => expect(one.text).toContain(WELCOME));
    expect(one.text).toMatch(/^HTTP\/1.1 101 /);
    expect(upgraded.headers).toMatchObject({ ":status": 200, "set-cookie": ["a=1", "b=2"] });
    expect(plain).toMatchObject({ headers: { ":status": 200 }, body: "hello" });
    expect(app.targets.sort()).toEqual(["/one", "/two"]);
    expect(await new WsClient(`wss://127.0.0.1:${port}`).next()).toBe("welcome");
  });

  it("announces extended CONNECT (RFC 8441, 3)", async () => {
    const { url } = await start({ tls: TLS });

    expect((await http2(url)).remoteSettings.enableConnectProtocol).toBe(true);
  });

  it("serves HTTP/1.1 alone when http2 is false", async () => {
    const { url, port } = await start({ tls: TLS, http2: false });
    const client = tls(port!, ["h2", "http/1.1"]);
    client.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    expect(await client.ended()).toMatch(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\nhello$/s);
    expect(url).toBe(`https://127.0.0.1:${port}`);
  });
});

describe("an error", () => {
  it("tells of a port in use", async () => {
    const { port } = await start();

    await expect(listen(new FakeApp(), { port: port! })).rejects.toMatchObject({
      name: "UsageError",
      code: "PORT_IN_USE",
      message: `port ${port} on 127.0.0.1 is in use: choose another with the option port, or 0 for any free one`,
      cause: expect.objectContaining({ code: "EADDRINUSE" }),
    });
  });

  it.each<[string, ListenOptions, string]>([
    ["a port that is none", { port: 70_000 }, 'port is "70000", not a whole number from 0 to 65535'],
    ["a port as text", { port: "x" as unknown as number }, 'port is "x", not a whole number from 0 to 65535'],
    [
      "an address of another machine",
      { port: 0, host: "192.0.2.1" },
      'this machine has no address "192.0.2.1": choose another with the option host',
    ],
    [
      "a host that is none",
      { port: 0, host: "no-such-host.invalid" },
      'host "no-such-host.invalid" cannot be resolved to an address: choose another with the option host',
    ],
    [
      "a unix socket in no folder",
      { path: "/no/such/folder/a.sock" },
      'the folder of "/no/such/folder/a.sock" does not exist: make it, or choose another with the option path',
    ],
    [
      "a unix socket with a long path",
      { path: `/tmp/${"a".repeat(200)}` },
      "path has 205 bytes, and a unix socket's has at most 107: choose a shorter one with the option path",
    ],
    ["a descriptor that is none", { fd: -1 }, 'fd "-1" is no socket of this process that one can listen on'],
    ["a descriptor that is not open", { fd: 9_999 }, 'fd "9999" is no socket of this process that one can listen on'],
    ["a descriptor that is no socket", { fd: 1 }, 'fd "1" is no socket of this process that one can listen on'],
    ["path and port", { path: "/tmp/a", port: 1 }, "the options path and port of listen exclude each other"],
    ["fd and host", { fd: 3, host: "::1" }, "the options fd and host of listen exclude each other"],
    [
      "HTTP/2 without TLS",
      { http2: true },
      "http2 needs the option tls: without it, HTTP/1.1 and HTTP/2 cannot share a port",
    ],
    [
      "TLS without a certificate",
      { tls: { key: KEY } },
      "tls has no certificate: give it cert and key, or pfx, or SNICallback",
    ],
    ["TLS without a key", { tls: { cert: CERT } }, "tls has no key: give it cert and key, or pfx, or SNICallback"],
    [
      "a key of another certificate",
      { tls: { cert: CERT, key: otherKey() } },
      "tls cannot be used: key does not belong to cert",
    ],
    [
      "a file name for a certificate",
      { tls: { cert: "cert.pem", key: "key.pem" } },
      "tls cannot be used: cert or key is not in PEM form (contents are wanted, not file names)",
    ],
    [
      "an encrypted key without its passphrase",
      { tls: { cert: CERT, key: otherKey("secret") } },
      "tls cannot be used: key is encrypted and passphrase is missing",
    ],
    [
      "a wrong passphrase",
      { tls: { cert: CERT, key: otherKey("secret"), passphrase: "guess" } },
      "tls cannot be used: key cannot be decrypted with this passphrase",
    ],
  ])("tells of %s", async (_name, options, message) => {
    await expect(listen(new FakeApp(), options)).rejects.toMatchObject({ name: "UsageError", message });
  });

  it.each<[string, string, Place, string]>([
    [
      "a port below 1024",
      "EACCES",
      { type: "tcp", port: 80, host: "::1" },
      "no permission to listen on port 80: choose one from 1024 on with the option port",
    ],
    [
      "a folder that may not be written to",
      "EACCES",
      { type: "unix", path: "/tmp/a.sock" },
      'no permission to make the socket "/tmp/a.sock": choose another with the option path',
    ],
    [
      "anything else",
      "ENOBUFS",
      { type: "tcp", port: 80, host: "::1" },
      "cannot listen on port 80 on ::1: listen ENOBUFS",
    ],
  ])("tells of %s", (_name, code, place, message) => {
    const cause = Object.assign(new Error(`listen ${code}`), { code });

    expect(listenError(cause, place)).toMatchObject({ name: "UsageError", message, cause });
  });

  it("tells of a unix socket in use, and leaves it", async () => {
    const path = join(folder(), "app.sock");
    await start({ path });

    await expect(listen(new FakeApp(), { path })).rejects.toMatchObject({ code: "PATH_IN_USE" });

    expect(await new WsClient(`ws+unix:${path}:/`).next()).toBe("welcome");
  });

  it("tells of a file that is no socket, and leaves it", async () => {
    const path = join(folder(), "app.sock");
    writeFileSync(path, "precious");

    await expect(listen(new FakeApp(), { path })).rejects.toMatchObject({ code: "PATH_IS_NO_SOCKET" });

    expect(existsSync(path)).toBe(true);
  });

  it("leaves nothing behind: the port can be had afterwards", async () => {
    const first = await start();
    await expect(listen(new FakeApp(), { port: first.port! })).rejects.toThrow();
    await first.close();

    await start({ port: first.port });

    expect(first.app.listeners).toHaveLength(1);
  });
});

describe("the end", () => {
  it("of one place ends its connections of every kind, and is safe twice", async () => {
    const { url, port, close } = await start({ tls: TLS });
    const session = await http2(url);
    const sessionEnded = new Promise((resolve) => session.once("close", resolve));
    await http2Request(session, http2Upgrade("/"), WELCOME);
    const socket = new WsClient(`wss://127.0.0.1:${port}`);
    await socket.next();
    const silent = tls(port!);
    const bare = tcp(port!);

    await within(Promise.all([close(), close()]), "close", 2_000);

    await Promise.all([silent.ended(), bare.ended(), within(sessionEnded, "end of the session")]);
    expect(await socket.ended()).toBe(1006);
    await expect(fetch(url)).rejects.toThrow();
  });

  it("by stop() takes no more connections and leaves open WebSockets open", async () => {
    const { url, app } = await start();
    const socket = new WsClient(url.replace("http", "ws"));
    await socket.next();

    app.listeners[0]!.stop();

    await expect(fetch(url)).rejects.toThrow();
    socket.socket.send("still here");
    expect(await socket.next()).toBe("still here");
  });

  it("by stop() lets HTTP/2 streams finish, and then the session", async () => {
    const { url, app } = await start({ tls: TLS });
    const session = await http2(url);
    const ended = new Promise((resolve) => session.once("close", () => resolve("ended")));
    const stream = session.request(http2Upgrade("/"), { endStream: false });
    await within(new Promise((resolve) => stream.once("data", resolve)), "welcome");

    app.listeners[0]!.stop();
    const goaway = new Promise((resolve) => session.once("goaway", resolve));
    await within(goaway, "GOAWAY");
    stream.write(Buffer.from("818500000000" + "48656c6c6f", "hex")); // text "Hello"
    const echo = await within(new Promise((resolve) => stream.once("data", resolve)), "echo");
    stream.destroy();

    expect(String(echo)).toContain("Hello");
    expect(await within(ended, "end of the session")).toBe("ended");
  });

  it.each([
    ["HTTP/1.1", {}],
    ["HTTP/2", { tls: TLS }],
  ])("by stop() waits for responses under way over %s, whose connection ends with them", async (_name, options) => {
    const { app, url, port } = await start(options);
    const page = deferred<Response>();
    const asked = deferred<void>();
    app.fetch = () => {
      asked.resolve();
      return page.promise;
    };
    const client = "tls" in options ? undefined : tcp(port!);
    client?.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const answer = client?.ended() ?? http2(url).then((session) => http2Request(session, { ":path": "/" }));
    await asked.promise;
    const idle = vi.fn();

    app.listeners[0]!.stop();
    void app.listeners[0]!.idle!().then(idle);
    setImmediate(() => page.resolve(new Response("at last")));

    expect(JSON.stringify(await answer)).toContain("at last");
    await vi.waitFor(() => expect(idle).toHaveBeenCalled());
    await app.listeners[0]!.idle!();
  });

  it("comes by a signal that aborts", async () => {
    const controller = new AbortController();
    const { url } = await start({ signal: controller.signal });

    controller.abort();

    await vi.waitFor(() => expect(fetch(url)).rejects.toThrow());
  });

  it("is the beginning, too, with a signal that has aborted", async () => {
    const signal = AbortSignal.abort(new Error("never mind"));

    await expect(listen(new FakeApp(), { port: 0, signal })).rejects.toThrow("never mind");
  });
});

/** A key that belongs to no certificate here. */
function otherKey(passphrase?: string): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cipher = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  return privateKey.export({ type: "pkcs8", format: "pem", ...cipher }) as string;
}

/** A unix socket that nobody listens on: bound under another name, which Node removes when it closes. */
async function abandonedSocket(): Promise<string> {
  const { linkSync } = await import("node:fs");
  const base = folder();
  const server = createTcpServer().listen(join(base, "first.sock"));
  await new Promise((resolve) => server.once("listening", resolve));
  linkSync(join(base, "first.sock"), join(base, "app.sock"));
  await new Promise((resolve) => server.close(resolve));
  return join(base, "app.sock");
}

it.each(["SIGKILL", "SIGHUPP"])("a signal that no process hears, %s, is told before a port is taken", async (name) => {
  const listening = listen(new FakeApp(), { port: 0, signals: { names: [name as "SIGTERM"] } }, () => {});

  await expect(listening).rejects.toMatchObject({ code: "BAD_OPTION", message: expect.stringContaining(name) });
});
