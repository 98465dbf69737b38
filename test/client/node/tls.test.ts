/** TLS: with a private authority, a client certificate and names; and for each check that fails, an error of its own. */

import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket, TlsOptions } from "node:tls";
import { describe, expect, test } from "vitest";
import type { ConnectOptions } from "../../../src/client/connect-options.ts";
import { connectError } from "../../../src/client/node/connect-errors.ts";
import type { ConnectError } from "../../../src/errors.ts";
import { credentials, failDial, openDial, TRUST } from "../../support/dialing.ts";
import { frame } from "../../support/frames.ts";
import type { RawRequest } from "../../support/raw-server.ts";
import { rawServer, switching, tcpServer } from "../../support/raw-server.ts";

const HELLO = frame({ opcode: 0x1, payload: Buffer.from("hello") });
const CLIENTS_WANTED = { requestCert: true, ...TRUST };

/** A server with TLS that opens every WebSocket, and says hello. */
function tlsServer(tls: TlsOptions = credentials("server"), path?: string) {
  const greet = (request: RawRequest) => {
    request.socket.write(Buffer.concat([Buffer.from(switching(request)), HELLO]));
  };
  return rawServer(greet, { tls: { allowHalfOpen: true, ...tls } as TlsOptions, path });
}

/** A certificate of the project that is its own authority. */
function selfSigned() {
  const read = (name: string) => readFileSync(new URL(`../../support/tls/${name}.pem`, import.meta.url), "utf8");
  return { cert: read("cert"), key: read("key") };
}

const trusting = (tls: ConnectOptions["tls"] = {}) => ({ options: { tls: { ...TRUST, ...tls } } });

describe("TLS", () => {
  test.each(["localhost", "127.0.0.1"])("to a server of a private authority, as %s", async (host) => {
    const server = await tlsServer();

    const socket = await openDial(`wss://${host}:${server.port}/`, trusting());

    expect(await socket.next()).toBe("hello");
    // RFC 6066, 3: addresses are no names.
    const { servername } = server.sockets[0] as TLSSocket & { servername: string | false };
    expect(servername).toBe(host === "localhost" ? host : false);
    expect((await server.requests.next("request")).field("host")).toBe(`${host}:${server.port}`);
  });

  test("over a unix socket", async () => {
    const path = join(tmpdir(), `antiphon-tls-${process.pid}.sock`);
    await tlsServer(credentials("server"), path);

    const socket = await openDial(`wss+unix:${path}:/chat`, trusting());

    expect(await socket.next()).toBe("hello");
  });

  test("asks for another name, and checks that", async () => {
    const server = await tlsServer(credentials("elsewhere"));

    const socket = await openDial(`wss://localhost:${server.port}/`, trusting({ servername: "elsewhere.example" }));

    expect(await socket.next()).toBe("hello");
    expect((server.sockets[0] as TLSSocket & { servername: string }).servername).toBe("elsewhere.example");
  });

  test("asks checkServerIdentity in place of Node, and ends with its error", async () => {
    const server = await tlsServer(credentials("elsewhere"));
    const asked: [string, string][] = [];
    const pinned = (verdict: Error | undefined) =>
      trusting({
        checkServerIdentity: (host, certificate) => {
          asked.push([host, typeof (certificate as { fingerprint256?: string }).fingerprint256]);
          return verdict;
        },
      });

    const socket = await openDial(`wss://localhost:${server.port}/`, pinned(undefined));
    expect(await socket.next()).toBe("hello");
    const error = await failDial(`wss://localhost:${server.port}/`, pinned(new Error("not the pinned certificate")));

    expect(asked).toEqual([
      ["localhost", "string"],
      ["localhost", "string"],
    ]);
    expect(error).toMatchObject({ name: "ConnectError" });
    expect((error as Error).message).toContain("not the pinned certificate");
  });

  test("shows a client certificate", async () => {
    const server = await tlsServer({ ...credentials("server"), ...CLIENTS_WANTED });

    const socket = await openDial(`wss://localhost:${server.port}/`, trusting(credentials("client")));

    expect(await socket.next()).toBe("hello");
    expect((server.sockets[0] as TLSSocket).getPeerCertificate().subject.CN).toBe("client");
  });

  test("takes any certificate with rejectUnauthorized: false", async () => {
    const server = await tlsServer(credentials("expired"));

    const socket = await openDial(`wss://localhost:${server.port}/`, {
      options: { tls: { rejectUnauthorized: false } },
    });

    expect(await socket.next()).toBe("hello");
  });

  test("offers HTTP/1.1 alone (ALPN)", async () => {
    const server = await tlsServer({ ...credentials("server"), ALPNProtocols: ["h2", "http/1.1"] });

    await openDial(`wss://localhost:${server.port}/`, trusting());

    expect((server.sockets[0] as TLSSocket).alpnProtocol).toBe("http/1.1");
  });
});

describe("a certificate is refused", () => {
  test.each([
    ["that has expired", "expired", "CERTIFICATE_EXPIRED", "or one above it, has expired"],
    ["that is not valid yet", "future", "CERTIFICATE_NOT_YET_VALID", "is not valid yet"],
    [
      "for another name",
      "elsewhere",
      "CERTIFICATE_NAME_MISMATCH",
      'is not for "localhost", but for "elsewhere.example"',
    ],
  ])("%s", async (_name, certificate, code, sentence) => {
    const server = await tlsServer(credentials(certificate));

    const error = await failDial(`wss://localhost:${server.port}/`, trusting());

    expect(error).toMatchObject({ name: "ConnectError", code });
    expect(error.message).toMatch(/^TLS failed: the certificate of localhost:\d+[ ,]/);
    expect(error.message).toContain(sentence);
    expect((error.cause as NodeJS.ErrnoException).code).toMatch(/CERT/);
  });

  test("of an authority that is not known", async () => {
    const server = await tlsServer();

    expect(await failDial(`wss://localhost:${server.port}/`)).toMatchObject({
      code: "CERTIFICATE_AUTHORITY_UNKNOWN",
      cause: { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
    });
  });

  test("that nobody has signed", async () => {
    const server = await tlsServer(selfSigned());

    expect(await failDial(`wss://localhost:${server.port}/`)).toMatchObject({ code: "CERTIFICATE_SELF_SIGNED" });
  });

  test("for another name than the one that was asked for", async () => {
    const server = await tlsServer();

    const error = await failDial(`wss://localhost:${server.port}/`, trusting({ servername: "three.test" }));

    expect(error.message).toContain('is not for "three.test", but for "localhost, one.test, two.test, 127.0.0.1');
  });
});

describe("TLS fails", () => {
  test("if the server wants a client certificate", async () => {
    const server = await tlsServer({ ...credentials("server"), ...CLIENTS_WANTED });

    const error = await failDial(`wss://localhost:${server.port}/`, trusting());

    // It is told behind the handshake of TLS 1.3, and the server may reset the connection before that is read.
    expect(["CLIENT_CERTIFICATE_WANTED", "CONNECTION_RESET"]).toContain((error as ConnectError).code);
  });

  test("with TLS 1.2 without a word for that", async () => {
    const server = await tlsServer({ ...credentials("server"), ...CLIENTS_WANTED, maxVersion: "TLSv1.2" });

    const error = await failDial(`wss://localhost:${server.port}/`, trusting());

    expect(error).toMatchObject({
      code: "TLS_FAILED",
      message: expect.stringMatching(/^TLS with localhost:\d+ failed: .*handshake failure$/),
    });
  });

  test("if both have no version in common", async () => {
    const server = await tlsServer({ ...credentials("server"), minVersion: "TLSv1.3" });

    expect(await failDial(`wss://localhost:${server.port}/`, trusting({ maxVersion: "TLSv1.2" }))).toMatchObject({
      code: "TLS_VERSION_MISMATCH",
    });
  });

  test.each([
    ["answers in HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["greets in another protocol", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["sends bytes", "\x00\x00\x00\x00\x00\x00\x00\x00"],
  ])("if the peer %s", async (_name, greeting) => {
    const port = await tcpServer((socket) => void socket.write(Buffer.from(greeting, "latin1")));

    const error = await failDial(`wss://127.0.0.1:${port}/`);

    expect(error).toMatchObject({
      code: "TLS_NOT_SPOKEN",
      message: `TLS failed: 127.0.0.1:${port} does not speak TLS`,
    });
  });

  test.each([
    ["ends", "CONNECTION_ENDED", "ended", (socket: { end(): void }) => socket.end()],
    ["resets", "CONNECTION_RESET", "reset", (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy()],
  ])("if the peer %s the connection", async (_name, code, word, leave) => {
    const port = await tcpServer((socket) => void socket.once("data", () => leave(socket)));

    expect(await failDial(`wss://127.0.0.1:${port}/`)).toMatchObject({
      code,
      message: `127.0.0.1:${port} ${word} the connection in the TLS handshake`,
    });
  });
});

describe("OpenSSL's words", () => {
  const PEER = { name: "one.test:443", host: "one.test" };

  test.each([
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "CLIENT_CERTIFICATE_WANTED"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "CLIENT_CERTIFICATE_REFUSED"],
    ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "CLIENT_CERTIFICATE_REFUSED"],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "CLIENT_CERTIFICATE_REFUSED"],
    ["CERT_REVOKED", "CERTIFICATE_INVALID"],
    ["INVALID_CA", "CERTIFICATE_INVALID"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "CERTIFICATE_SELF_SIGNED"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "CERTIFICATE_AUTHORITY_UNKNOWN"],
    ["ERR_SSL_UNSUPPORTED_PROTOCOL", "TLS_VERSION_MISMATCH"],
    ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "TLS_FAILED"],
    ["EPROTO", "TLS_FAILED"],
  ])("%s", (system, code) => {
    const cause = Object.assign(new Error("x"), { code: system, reason: "because" });

    const error = connectError(cause, PEER, "in the TLS handshake");

    expect(error).toMatchObject({ name: "ConnectError", code, cause });
    expect(error.message).toContain("one.test:443");
    if (/REFUSED|INVALID|FAILED/.test(code)) expect(error.message).toContain(": because");
  });
});
