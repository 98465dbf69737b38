/** Through a proxy, by HTTP CONNECT: what it is asked, what it refuses, and TLS to it, through it, and both. */

import { describe, expect, onTestFinished, test } from "vitest";
import type { ConnectOptions } from "../../../src/client/connect-options.ts";
import type { HandshakeError } from "../../../src/errors.ts";
import { credentials, failDial, openDial, TRUST } from "../../support/dialing.ts";
import { frame } from "../../support/frames.ts";
import { answering, rawServer, switching, tcpServer } from "../../support/raw-server.ts";
import { testProxy } from "../../support/test-proxy.ts";

const HELLO = frame({ opcode: 0x1, payload: Buffer.from("hello") });

/** A server that opens every WebSocket and says hello. */
function server(tls?: { cert: string; key: string }) {
  return rawServer((request) => request.socket.write(Buffer.concat([Buffer.from(switching(request)), HELLO])), { tls });
}

const through = (proxy: ConnectOptions["proxy"]) => ({ options: { proxy, tls: TRUST } });

describe("a tunnel", () => {
  test.each(["ws", "wss"])("to a server with %s:", async (scheme) => {
    const { port, requests } = await server(scheme === "wss" ? credentials("server") : undefined);
    const proxy = await testProxy();

    const socket = await openDial(`${scheme}://localhost:${port}/chat`, through(`http://127.0.0.1:${proxy.port}`));

    expect(await socket.next()).toBe("hello");
    const [asked] = proxy.requests;
    expect([asked!.url, asked!.headers.host]).toEqual([`localhost:${port}`, `localhost:${port}`]);
    expect(asked!.rawHeaders).toHaveLength(2);
    expect((await requests.next("request")).head).toMatch(/^GET \/chat HTTP/);
  });

  test.each(["ws", "wss"])("through a proxy with TLS, to a server with %s:", async (scheme) => {
    const { port } = await server(scheme === "wss" ? credentials("server") : undefined);
    const proxy = await testProxy({ tls: credentials("server") });

    const socket = await openDial(
      `${scheme}://localhost:${port}/`,
      through({ url: `https://localhost:${proxy.port}`, tls: TRUST }),
    );

    expect(await socket.next()).toBe("hello");
  });

  test("is asked for with user and password of the proxy's URL, and with headers", async () => {
    const { port } = await server();
    const proxy = await testProxy();
    const url = new URL(`http://us%C3%A9r:p%40ss@127.0.0.1:${proxy.port}`);

    await openDial(`ws://127.0.0.1:${port}/`, through({ url, headers: { "X-Own": "a" } }));
    await openDial(`ws://127.0.0.1:${port}/`, through({ url, headers: { "proxy-authorization": "Bearer x" } }));

    const [basic, own] = proxy.requests.map(({ headers }) => headers);
    expect(basic!["proxy-authorization"]).toBe(`Basic ${Buffer.from("usér:p@ss").toString("base64")}`);
    expect([basic!["x-own"], own!["proxy-authorization"]]).toEqual(["a", "Bearer x"]);
  });

  test("to an IPv6 address, and with the default port", async () => {
    const { port } = await server();
    const proxy = await testProxy({ leadsTo: port });

    await openDial("ws://[::1]/", through(`127.0.0.1:${proxy.port}`));
    await openDial("ws://one.test/", through(`127.0.0.1:${proxy.port}`));

    expect(proxy.requests.map(({ url }) => url)).toEqual(["[::1]:80", "one.test:80"]);
  });

  test("carries what came with the proxy's answer", async () => {
    const { port } = await server();
    const proxy = await tcpServer((socket) => {
      socket.once("data", () => {
        // A server that speaks first: its bytes stand behind the proxy's answer, in the same piece.
        socket.write(answering(200, ["Content-Length: 5"], "HTTP/1.1 100 Continue\r\n\r\n"));
        socket.once("data", (head: Buffer) => {
          const field = (name: string) => new RegExp(`${name}: (.*)\r\n`, "i").exec(head.toString())?.[1];
          socket.write(Buffer.concat([Buffer.from(switching({ socket, head: "", field })), HELLO]));
        });
      });
    });

    const socket = await openDial(`ws://127.0.0.1:${port}/`, through(`http://127.0.0.1:${proxy}`));

    expect(await socket.next()).toBe("hello");
  });

  test("is not used for a unix socket", async () => {
    expect(await failDial("ws+unix:/nowhere.sock", through("http://127.0.0.1:1"))).toMatchObject({
      code: "UNIX_SOCKET_MISSING",
    });
  });
});

describe("a proxy", () => {
  test("that refuses is told by its status, its headers and its body", async () => {
    const proxy = await testProxy({
      answer: (_request, stream) =>
        stream.end(answering(407, ["Proxy-Authenticate: Basic", "Retry-After: 3", "Content-Length: 7"], "who is?")) !==
        undefined,
    });

    const error = await failDial("wss://one.test/", through(`http://user:pass@127.0.0.1:${proxy.port}`));

    expect(error).toMatchObject({
      name: "HandshakeError",
      code: "PROXY_REFUSED",
      status: 407,
      body: "who is?",
      retryAfter: 3_000,
      message: `the proxy 127.0.0.1:${proxy.port} answered 407 to CONNECT one.test:443: "who is?"`,
    });
    expect((error as HandshakeError).headers!.get("proxy-authenticate")).toBe("Basic");
  });

  test("is not followed when it redirects", async () => {
    const proxy = await testProxy({
      answer: (_request, stream) => stream.end(answering(302, ["Location: http://127.0.0.1/"])) !== undefined,
    });
    const options = { proxy: `http://127.0.0.1:${proxy.port}`, redirects: 5 };

    expect(await failDial("ws://one.test/", { options })).toMatchObject({ code: "PROXY_REFUSED", status: 302 });
  });

  test("that is not there is told from the server", async () => {
    expect(await failDial("ws://one.test/", through("http://127.0.0.1:1"))).toMatchObject({
      code: "CONNECTION_REFUSED",
      message: "connection refused: nothing listens at the proxy 127.0.0.1:1",
    });
  });

  test("that ends the connection, or answers in something else", async () => {
    const ends = await tcpServer((socket) => void socket.once("data", () => socket.end()));
    const babbles = await tcpServer((socket) => void socket.write("\x05\x00"));

    expect((await failDial("ws://one.test/", through(`http://127.0.0.1:${ends}`))).message).toBe(
      `the proxy 127.0.0.1:${ends} ended the connection before it answered`,
    );
    expect((await failDial("ws://one.test/", through(`http://127.0.0.1:${babbles}`))).message).toContain(
      `the proxy 127.0.0.1:${babbles} did not answer in HTTP: `,
    );
  });

  test("whose certificate is not trusted is told from the server's", async () => {
    const proxy = await testProxy({ tls: credentials("server") });

    const error = await failDial("wss://one.test/", through(`https://localhost:${proxy.port}`));

    expect(error.message).toContain(`the certificate of the proxy localhost:${proxy.port} is signed by an authority`);
  });
});

test("what fails behind a proxy says so", async () => {
  const { port } = await server(credentials("expired"));
  const proxy = await testProxy();

  const error = await failDial(`wss://localhost:${port}/`, through(`http://127.0.0.1:${proxy.port}`));

  expect(error.message).toContain(`localhost:${port} (through the proxy 127.0.0.1:${proxy.port})`);
});

describe('proxy: "env"', () => {
  /** Sets variables of the environment for this test. */
  function environment(variables: Record<string, string>): void {
    const names = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [name, name.toUpperCase()]);
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) delete process.env[name];
    Object.assign(process.env, variables);
    onTestFinished(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
  }

  test("goes through the proxy that the environment names at each attempt, and past it where NO_PROXY says so", async () => {
    const { port } = await server();
    const proxy = await testProxy();
    environment({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: "localhost" });

    await openDial(`ws://127.0.0.1:${port}/`, through("env"));
    await openDial(`ws://localhost:${port}/`, through("env"));
    process.env["HTTP_PROXY"] = "";
    await openDial(`ws://127.0.0.1:${port}/`, through("env"));

    expect(proxy.requests.map(({ url }) => url)).toEqual([`127.0.0.1:${port}`]);
  });

  test("refuses a proxy of another kind, without its password", async () => {
    environment({ ALL_PROXY: "socks5://user:secret@127.0.0.1:1080" });

    expect(await failDial("wss://one.test/", through("env"))).toMatchObject({
      name: "UsageError",
      code: "BAD_OPTION",
      message:
        'ALL_PROXY is "socks5://127.0.0.1:1080", expected a URL with http: or https:, such as http://proxy.example:3128',
    });
  });
});
