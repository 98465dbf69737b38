/** Redirects: which are followed, where they lead, and what is not shown there. */

import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { credentials, Dialing, failDial, openDial, TRUST } from "../../support/dialing.ts";
import type { RawRequest } from "../../support/raw-server.ts";
import { answering, rawServer, switching } from "../../support/raw-server.ts";
import { resolveTestNames } from "../../support/test-names.ts";
import { testProxy } from "../../support/test-proxy.ts";

/** Opens a WebSocket at `/open`, and sends all else there, or where `location` says. */
function redirecting(location: (request: RawRequest) => string = () => "/open", status = 302) {
  return (request: RawRequest) => {
    const { socket, head } = request;
    if (head.startsWith("GET /open")) return void socket.write(switching(request));
    socket.write(answering(status, [`Location: ${location(request)}`, "Content-Length: 1000"], "moved"));
  };
}

const following = (redirects = 5) => ({ options: { redirects, tls: TRUST } });
const SECRETS = { Authorization: "Bearer x", Cookie: "a=1", "Proxy-Authorization": "Basic x", "X-Own": "kept" };

describe("a redirect", () => {
  test.each([301, 302, 303, 307, 308])("of %i is followed, with a path or a whole URL", async (status) => {
    const server = await rawServer(redirecting(undefined, status));

    const { dialed } = await openDial(`ws://${server.authority}/first?x=1`, following());

    expect(dialed.url!.href).toBe(`ws://${server.authority}/open`);
  });

  test.each([
    ["a path beside", "open?y=2#part", "/open?y=2"],
    ["a whole URL with http:", "http://HOST/open", "/open"],
    ["a whole URL with ws:", "ws://HOST/open", "/open"],
    ["a URL without a scheme", "//HOST/open", "/open"],
  ])("leads to %s", async (_name, location, path) => {
    const server = await rawServer(redirecting(({ field }) => location.replace("HOST", field("host")!)));

    const { dialed } = await openDial(`ws://${server.authority}/first`, following());

    expect(dialed.url!.href).toBe(`ws://${server.authority}${path}`);
  });

  test("closes the connection that it came on, without waiting for its body", async () => {
    const server = await rawServer(redirecting());
    const dialing = new Dialing(`ws://${server.authority}/first`, following());

    await dialing.opened();

    expect(dialing.sockets.map(({ destroyed }) => destroyed)).toEqual([true, false]);
    expect(dialing.clock.timers).toBe(0);
  });

  test("leads from ws: to wss:", async () => {
    const secure = await rawServer(redirecting(), { tls: credentials("server") });
    const plain = await rawServer(redirecting(() => `https://localhost:${secure.port}/open`));

    const { dialed } = await openDial(`ws://${plain.authority}/`, following());

    expect(dialed.url!.href).toBe(`wss://localhost:${secure.port}/open`);
  });

  test("over a unix socket stays there, if it is a path", async () => {
    const path = join(tmpdir(), `antiphon-redirect-${process.pid}.sock`);
    const server = await rawServer(
      redirecting(() => "/open?y=2"),
      { path },
    );

    const { dialed } = await openDial(`ws+unix:${path}:/first`, { ...following(), headers: SECRETS });

    expect(dialed.url!.href).toBe(`ws+unix:${path}:/open?y=2`);
    await server.requests.next("first request");
    expect((await server.requests.next("second request")).field("cookie")).toBe("a=1");
  });

  test("leads through the proxy, too", async () => {
    const server = await rawServer(redirecting());
    const proxy = await testProxy();
    const options = { redirects: 1, proxy: `http://127.0.0.1:${proxy.port}` };

    await openDial(`ws://${server.authority}/first`, { options });

    expect(proxy.requests.map(({ url }) => url)).toEqual([server.authority, server.authority]);
  });
});

describe("credentials", () => {
  test("go along to the same scheme, host and port", async () => {
    const server = await rawServer(redirecting());

    await openDial(`ws://user:pass@${server.authority}/`, { ...following(), headers: { Cookie: "a=1" } });

    await server.requests.next("first request");
    const second = await server.requests.next("second request");
    expect(second.field("authorization")).toBe(`Basic ${Buffer.from("user:pass").toString("base64")}`);
    expect(second.field("cookie")).toBe("a=1");
  });

  test.each([
    ["another host", (port: number) => `http://localhost:${port}/open`],
    ["another host, which names others", (port: number) => `http://evil:evil@localhost:${port}/open`],
  ])("do not go along to %s", async (_name, location) => {
    const server = await rawServer(redirecting(({ socket }) => location(socket.localPort!)));

    const { dialed } = await openDial(`ws://user:pass@${server.authority}/`, { ...following(), headers: SECRETS });

    const first = await server.requests.next("first request");
    const second = await server.requests.next("second request");
    expect([first.field("authorization"), first.field("cookie")]).toEqual(["Bearer x", "a=1"]);
    const names = ["authorization", "cookie", "proxy-authorization", "x-own"];
    expect(names.map((name) => second.field(name))).toEqual([undefined, undefined, undefined, "kept"]);
    expect(dialed.url!.href).toBe(`ws://localhost:${server.port}/open`);
  });

  test("do not go along to another port", async () => {
    const other = await rawServer(redirecting());
    const server = await rawServer(redirecting(() => `http://127.0.0.1:${other.port}/open`));

    await openDial(`ws://user:pass@${server.authority}/`, following());

    expect((await other.requests.next("request")).field("authorization")).toBeUndefined();
  });

  test("do not go along to another scheme", async () => {
    resolveTestNames(["127.0.0.1"]);
    const secure = await rawServer(redirecting(), { tls: credentials("server") });
    const proxy = await testProxy({ leadsTo: secure.port });
    const plain = await rawServer(redirecting(() => "https://one.test/open"));
    const toPlain = await testProxy({ leadsTo: plain.port });
    const options = { redirects: 1, tls: TRUST };

    // The same host, each with the default port of its scheme.
    const { dialed } = await openDial("ws://one.test/", {
      options: { ...options, proxy: switchProxy(toPlain.port, proxy.port) },
      headers: SECRETS,
    });

    expect(dialed.url!.href).toBe("wss://one.test/open");
    expect((await secure.requests.next("request")).field("cookie")).toBeUndefined();
  });

  test("of TLS do not go along: neither the client's certificate, nor the name that was meant for the first host", async () => {
    resolveTestNames(["127.0.0.1"]);
    const wanting = { ...credentials("server"), requestCert: true, rejectUnauthorized: false, ...TRUST };
    const shown: unknown[] = [];
    const look = ({ socket }: RawRequest) => {
      const { servername } = socket as TLSSocket & { servername: string };
      shown.push([servername, (socket as TLSSocket).getPeerCertificate().subject?.CN]);
    };
    const second = await rawServer(
      (request) => {
        look(request);
        request.socket.write(switching(request));
      },
      { tls: wanting },
    );
    const toSecond = redirecting((request) => {
      look(request);
      return `https://two.test:${second.port}/`;
    });
    const first = await rawServer(toSecond, { tls: wanting });
    const tls = { ...TRUST, ...credentials("client"), servername: "one.test" };

    await openDial(`wss://three.test:${first.port}/`, { options: { redirects: 1, tls } });

    expect(shown).toEqual([
      ["one.test", "client"],
      ["two.test", undefined],
    ]);
  });
});

/** The environment for one proxy for `ws:`, and another for `wss:`. */
function switchProxy(plain: number, secure: number): "env" {
  const before = { ...process.env };
  Object.assign(process.env, { http_proxy: `127.0.0.1:${plain}`, https_proxy: `127.0.0.1:${secure}`, no_proxy: "" });
  onTestFinished(() => {
    for (const name of ["http_proxy", "https_proxy", "no_proxy"]) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
  return "env";
}

describe("a redirect is not followed", () => {
  test("unless that was asked for", async () => {
    const server = await rawServer(redirecting());

    const error = await failDial(`ws://${server.authority}/`, { options: { limits: { answerBody: 5 } } });

    expect(error).toMatchObject({ code: "UPGRADE_REFUSED", status: 302, body: "moved" });
  });

  test("from wss: to ws:", async () => {
    const server = await rawServer(
      redirecting(() => "http://user:secret@one.test/open"),
      { tls: credentials("server") },
    );

    expect(await failDial(`wss://localhost:${server.port}/`, following())).toMatchObject({
      name: "HandshakeError",
      code: "REDIRECT_INSECURE",
      status: 302,
      message: 'redirected from wss: to "ws://one.test/open", which has no TLS',
    });
  });

  test("in a circle", async () => {
    const server = await rawServer(redirecting(({ head }) => (head.startsWith("GET /a ") ? "/b" : "/a")));

    expect(await failDial(`ws://${server.authority}/a`, following())).toMatchObject({
      name: "HandshakeError",
      code: "REDIRECT_LOOP",
      message: `redirected in a circle, back to "ws://${server.authority}/a"`,
    });
  });

  test("more often than allowed", async () => {
    let count = 0;
    const server = await rawServer(redirecting(() => `/${count++}`));

    expect(await failDial(`ws://${server.authority}/`, following(3))).toMatchObject({
      name: "HandshakeError",
      code: "TOO_MANY_REDIRECTS",
      message: `redirected more often than redirects (3) allows, last to "ws://${server.authority}/3"`,
    });
    expect(server.sockets).toHaveLength(4);
  });

  test.each(["ftp://one.test/", "http://", "http://[x]/", "ws+unix:/run/docker.sock:/x", "javascript:alert(1)"])(
    "to what is no place of the web: %s",
    async (location) => {
      const server = await rawServer(redirecting(() => location));

      expect(await failDial(`ws://${server.authority}/`, following())).toMatchObject({
        name: "HandshakeError",
        code: "REDIRECT_INVALID",
        status: 302,
        message: `redirected to "${location}", which is no URL to connect to`,
      });
    },
  );

  test("without a Location", async () => {
    const server = await rawServer(({ socket }) => void socket.write(answering(302, ["Content-Length: 0"])));

    expect(await failDial(`ws://${server.authority}/`, following())).toMatchObject({
      code: "UPGRADE_REFUSED",
      status: 302,
    });
  });
});
