/** The host of Bun, tested inside Bun: places to listen, plain HTTP, limits, compression, and what it refuses. */

import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ListenOptions } from "../../../../src/hosts/node/listen-options.ts";
import type { App, AppOptions } from "../../../../src/index.ts";
import { testApp } from "../../../support/app-server.ts";
import { deferred } from "../../../support/deferred.ts";
import { eventually } from "../../../support/eventually.ts";
import { frame } from "../../../support/frames.ts";
import { rawOpen, rawTcp, upgradeHead } from "../../../support/raw-tcp.ts";

const pem = (name: string) => readFileSync(new URL(`../../../support/tls/${name}.pem`, import.meta.url), "utf8");

async function listening(register: (app: App) => void, options: AppOptions & { listen?: ListenOptions } = {}) {
  const { listen = { port: 0 }, ...appOptions } = options;
  const { app, heard } = testApp(appOptions);
  register(app);
  const place = await app.listen({ signals: false, ...listen });
  return { app, heard, ...place, port: place.port! };
}

function echo(app: App): void {
  app.ws("/ws", { message: (socket, message) => void socket.send(message) });
}

describe("a place to listen", () => {
  test("is a unix socket, too; an abandoned one is taken over, and it is gone at the end", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antiphon-bun-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "app.sock");

    const { url, close } = await listening(echo, { listen: { path } });
    const client = connect(path);
    client.write(upgradeHead());
    const [answer] = await once(client, "data");

    expect(url).toBe(`unix:${path}`);
    expect(String(answer)).toContain("101 Switching");
    const { app } = testApp();
    await expect(app.listen({ path, signals: false })).rejects.toMatchObject({ code: "PATH_IN_USE" });
    await close();
    await eventually(() => existsSync(path)).toBe(false);
  });

  test("with a certificate speaks TLS", async () => {
    const { port, url } = await listening(echo, { listen: { port: 0, tls: { cert: pem("cert"), key: pem("key") } } });
    const client = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    client.write(upgradeHead());
    const [answer] = await once(client, "data");
    client.destroy();

    expect(url).toBe(`https://127.0.0.1:${port}`);
    expect(String(answer)).toContain("101 Switching");
  });

  test("that is taken is a UsageError that names the port", async () => {
    const { port } = await listening(echo);
    const { app } = testApp();

    await expect(app.listen({ port, signals: false })).rejects.toMatchObject({ code: "PORT_IN_USE" });
  });

  test.each<[string, ListenOptions]>([
    ["fd", { fd: 3 }],
    ["backlog", { backlog: 16 }],
    ["workers", { workers: 2 }],
    ["http2", { http2: true, tls: { cert: pem("cert"), key: pem("key") } }],
    ["tls.minVersion", { tls: { cert: pem("cert"), key: pem("key"), minVersion: "TLSv1.3" } }],
  ])("that Bun does not have is a UsageError that names %s", async (name, options) => {
    const { app } = testApp();

    const failed = app.listen({ ...options, signals: false });

    await expect(failed).rejects.toMatchObject({ code: "OPTION_NOT_HERE" });
    await expect(failed).rejects.toThrow(`${name} is not to be had on Bun`);
  });

  test("with a certificate that is none is a UsageError", async () => {
    const { app } = testApp();

    const failed = app.listen({ port: 0, signals: false, tls: { cert: "no certificate", key: pem("key") } });

    await expect(failed).rejects.toMatchObject({ name: "UsageError", code: "TLS_INVALID" });
  });

  test("ends when its signal aborts", async () => {
    const end = new AbortController();
    const { port } = await listening(echo, { listen: { port: 0, signal: end.signal } });
    const client = await rawOpen(port, "/ws");

    end.abort();

    expect(await client.next()).toMatchObject({ code: 1001 });
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });
});

describe("plain HTTP", () => {
  test("is answered by routes, files with ranges, 426 and 404", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antiphon-bun-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "page.txt"), "0123456789");
    const { url } = await listening((app) => {
      echo(app);
      app.static("/files", folder);
      app.http.post("/said", async (c) => c.text(`you said ${await c.req.text()}`));
    });
    const get = async (path: string, init?: RequestInit) => {
      const response = await fetch(url + path, init);
      return [response.status, response.headers.get("content-length"), await response.text()];
    };

    expect(await get("/said", { method: "POST", body: "hi" })).toEqual([200, "11", "you said hi"]);
    expect(await get("/files/page.txt")).toEqual([200, "10", "0123456789"]);
    expect(await get("/files/page.txt", { headers: { range: "bytes=2-4" } })).toEqual([206, "3", "234"]);
    expect((await get("/ws"))[0]).toBe(426);
    expect((await get("/nowhere"))[0]).toBe(404);
  });

  test("whose body fails is cut, and told to the observer and not to the client", async () => {
    const { url, heard } = await listening((app) => {
      app.http.get("/fails", () => {
        let pieces = 0;
        const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          if (pieces++ === 2) throw new Error("a secret");
          controller.enqueue(new Uint8Array(3));
        };
        return new Response(new ReadableStream({ pull }));
      });
    });

    await expect(fetch(`${url}/fails`).then((response) => response.text())).rejects.toThrow();
    expect(heard.errors).toEqual([{ where: "http", message: "a secret" }]);
  });

  test("with more header fields than the app takes gets a 431, and so does a WebSocket", async () => {
    const { port, heard } = await listening(echo, { limits: { headers: 20 } });
    const many = Array.from({ length: 20 }, (_, at) => `X-${at}: 1\r\n`).join("");

    for (const head of [`GET / HTTP/1.1\r\nHost: localhost\r\n`, upgradeHead().replace(/\r\n$/, "")]) {
      const client = rawTcp(port);
      client.write(`${head}${many}\r\n`);
      expect((await client.answer()).status).toBe(431);
    }
    expect(heard.all("connectionRejected")).toMatchObject([{ status: 431 }]);
  });
});

describe("a message that is too big", () => {
  test("for its route closes with 1009, also where another route takes more", async () => {
    const { port, heard } = await listening((app) => {
      app.ws("/small", { limits: { messageSize: 100 } }, { message: () => {} });
      app.ws(
        "/large",
        { limits: { messageSize: 5_000_000 } },
        { message: (socket, { length }) => void socket.send(`${length}`) },
      );
    });
    const small = await rawOpen(port, "/small");
    const large = await rawOpen(port, "/large");

    small.say("x".repeat(101));
    large.say("x".repeat(4_000_000));

    expect(await small.next()).toEqual({ code: 1009, reason: "" });
    expect(await large.next()).toBe("4000000");
    expect(await heard.once("connectionClosed")).toMatchObject({ code: 1009, error: { code: "MESSAGE_TOO_BIG" } });
  });

  test("ends it behind all that came before, also where the reader is slow", async () => {
    let read = 0;
    const goodbye = deferred<void>();
    const { port, heard } = await listening((app) => {
      app.ws("/small", { limits: { messageSize: 100 } }, async (socket) => {
        await socket.accept();
        await goodbye.promise;
        for await (const _text of socket.iterText()) read++;
      });
      app.ws("/large", { limits: { messageSize: 5_000_000 } }, { message: () => {} });
    });
    const client = await rawOpen(port, "/small");

    // More than its queue takes, and all in one piece: Bun has read it when it is paused.
    const key = Uint8Array.of(1, 2, 3, 4);
    const fitting = frame({ opcode: 0x1, payload: Buffer.from("x"), key });
    const tooBig = frame({ opcode: 0x1, payload: Buffer.from("x".repeat(101)), key });
    client.write(Buffer.concat([...Array.from({ length: 200 }, () => fitting), tooBig]));
    expect(await client.next()).toMatchObject({ code: 1009 });
    goodbye.resolve();

    expect(await heard.once("connectionClosed")).toMatchObject({ code: 1009, received: { messages: 200 } });
    await eventually(() => read).toBe(200);
  });

  test("for all routes is ended by Bun, with 1009 as well", async () => {
    const { port, heard } = await listening((app) =>
      app.ws("/ws", { limits: { messageSize: 2_000_000 } }, { message: () => {} }),
    );
    const client = await rawOpen(port, "/ws");

    client.say("x".repeat(2_000_001));

    expect(await client.next()).toMatchObject({ code: 1009 });
    expect(await heard.once("connectionClosed")).toMatchObject({ code: 1009, error: { code: "REFUSED_BY_RUNTIME" } });
  });
});

describe("compression", () => {
  const offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  const open = async (port: number) => {
    const client = rawTcp(port);
    client.write(upgradeHead().replace(/\r\n$/, `${offer}\r\n`));
    return { client, answer: await client.answer() };
  };

  test("is agreed on and used from the threshold on, where the app has it", async () => {
    const { port } = await listening(
      (app) =>
        app.ws("/ws", {
          open: (socket) => {
            void socket.send("short");
            void socket.send("x".repeat(2000));
          },
        }),
      { compression: true },
    );
    const { client, answer } = await open(port);

    expect(answer.headers.get("sec-websocket-extensions")).toContain("permessage-deflate");
    expect(await client.nextFrame()).toMatchObject({ rsv: 0 });
    expect(await client.nextFrame()).toMatchObject({ rsv: 4 });
  });

  test("is not, where it does not; the offer is there to be looked at", async () => {
    const offers: (string | null)[] = [];
    const { port } = await listening((app) =>
      app.ws("/ws", (socket) => {
        void socket.send("x".repeat(2000));
        offers.push(socket.headers.get("sec-websocket-extensions"));
      }),
    );
    const { client, answer } = await open(port);

    expect(answer.headers.has("sec-websocket-extensions")).toBe(false);
    expect(await client.nextFrame()).toMatchObject({ rsv: 0 });
    expect(offers).toEqual(["permessage-deflate"]);
  });
});

describe("a heartbeat", () => {
  test("ends a peer that answers no ping, and leaves alone one that does", async () => {
    const { port, heard } = await listening(echo, { heartbeat: { interval: 40, timeout: 60 } });
    const deaf = await rawOpen(port, "/ws");
    const alive = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    await new Promise((resolve) => alive.addEventListener("open", resolve));

    expect(await heard.once("connectionClosed")).toMatchObject({ code: 1006, error: { code: "HEARTBEAT_TIMEOUT" } });
    expect(alive.readyState).toBe(WebSocket.OPEN);
    alive.close();
    await deaf.rest();
  });
});

test("`attach` takes a server of node:http, and names what it wants for Bun's own", async () => {
  const { createServer } = await import("node:http");
  const { app } = testApp();
  echo(app);
  const server = createServer((_request, response) => response.end("the server's own"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };

  app.attach(server);
  const client = await rawOpen(port, "/ws");
  client.say("hello");

  expect(await client.next()).toBe("hello");
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("the server's own");
  expect(() => app.attach({ upgrade: () => true } as never)).toThrow("server");
  client.close(1000);
});
