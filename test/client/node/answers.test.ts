/** Answers that open no WebSocket, and peers that give none: what the error says, and that nothing stays behind. */

import { describe, expect, test } from "vitest";
import { ConnectError, HandshakeError } from "../../../src/errors.ts";
import { Dialing, failDial } from "../../support/dialing.ts";
import { eventually } from "../../support/eventually.ts";
import { answering, rawServer, switching, tcpServer } from "../../support/raw-server.ts";
import { turns } from "../../support/run.ts";

/** What a dial is rejected with, when the server answers so and keeps the connection open. */
async function refused(answer: string | Uint8Array, limits = {}): Promise<HandshakeError> {
  const server = await rawServer(({ socket }) => void socket.write(answer));
  const error = await failDial(`ws://${server.authority}/`, { options: { limits } });
  expect(error).toBeInstanceOf(HandshakeError);
  return error as HandshakeError;
}

describe("an answer that is no 101", () => {
  test("has its status, its headers and its body in the error", async () => {
    const error = await refused(
      answering(
        404,
        ["Content-Length: 16", "X-Why: unknown", "Set-Cookie: a=1", "Set-Cookie: b=2"],
        "no such room é\n",
      ),
    );

    expect(error).toMatchObject({
      code: "UPGRADE_REFUSED",
      status: 404,
      body: "no such room é\n",
      retryAfter: undefined,
    });
    expect(error.headers!.get("x-why")).toBe("unknown");
    expect(error.headers!.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  test.each([
    ["text", "no such room", ': "no such room"'],
    ["the first line of text", "\nno such room\nask for another", ': "no such room"'],
    ["the beginning of long text", "x".repeat(150), `: "${"x".repeat(100)}"…`],
    ["no page", "<!doctype html>", ""],
    ["no bytes", "\x01\x02", ""],
    ["no status a second time", "404 Not Found", ""],
  ])("quotes in its sentence %s", async (_name, body, end) => {
    const { message } = await refused(answering(404, [`Content-Length: ${body.length}`], body));

    expect(message).toBe(`server answered 404 and did not open the WebSocket${end}`);
  });

  test.each([
    ["by its length", answering(403, ["Content-Length: 3"], "abcdef"), "abc"],
    [
      "chunked",
      answering(403, ["Transfer-Encoding: chunked"], "3\r\nabc\r\n0a;x=1\r\ndefghijklm\r\n0\r\n\r\n"),
      "abcdefghijklm",
    ],
    ["empty", answering(403, ["Content-Length: 0"], "abc"), ""],
    ["none with 204", answering(204, [], "abc"), ""],
    ["none with 304", answering(304, ["Content-Length: 3"], "abc"), ""],
    ["without what is no UTF-8", Buffer.from(answering(403, ["Content-Length: 2"], "a\xff"), "latin1"), "a\ufffd"],
  ])("has a body %s", async (_name, answer, body) => {
    expect((await refused(answer)).body).toBe(body);
  });

  test("has a body until the end of the connection", async () => {
    const server = await rawServer(({ socket }) => {
      socket.write(answering(500, [], "one "));
      setImmediate(() => socket.end("two"));
    });

    expect(await failDial(`ws://${server.authority}/`)).toMatchObject({ status: 500, body: "one two" });
  });

  test("has as much of its body as came before a reset", async () => {
    const server = await rawServer(({ socket }) => {
      socket.write(answering(500, ["Content-Length: 100"], "half"), () => socket.resetAndDestroy());
    });

    expect(await failDial(`ws://${server.authority}/`)).toMatchObject({ status: 500 });
  });

  test("has no more of its body than limits.answerBody, and cuts no character", async () => {
    const { body } = await refused(answering(500, [], `ab${"é".repeat(1000)}`), { answerBody: 5 });

    expect(body).toBe("abé");
  });

  test("is told after two seconds, if its body does not come", async () => {
    const server = await rawServer(({ socket }) => void socket.write(answering(503, ["Content-Length: 100"], "half")));
    const dialing = new Dialing(`ws://${server.authority}/`);
    await eventually(() => dialing.clock.timers).toBe(1);
    await turns();

    dialing.clock.advance(2_000);

    expect(await dialing.failure()).toMatchObject({ status: 503, body: "half" });
  });

  test.each([
    ["120", 120_000],
    ["0", 0],
    ["soon", undefined],
    ["-5", undefined],
    ["Sun, 06 Nov 1994 08:49:37 GMT", 0],
  ])("has a Retry-After of %s", async (value, retryAfter) => {
    const error = await refused(answering(503, [`Retry-After: ${value}`, "Content-Length: 0"]));

    expect(error.retryAfter).toBe(retryAfter);
  });

  test("has a Retry-After that is a date to come", async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();

    const { retryAfter } = await refused(answering(503, [`Retry-After: ${date}`, "Content-Length: 0"]));

    expect(retryAfter).toBeGreaterThan(50_000);
    expect(retryAfter).toBeLessThanOrEqual(60_000);
  });

  test("of 426 says which versions the server speaks", async () => {
    const { message } = await refused(answering(426, ["Sec-WebSocket-Version: 8", "Content-Length: 0"]));

    expect(message).toContain('it speaks the WebSocket versions "8", this client speaks 13');
  });
});

describe("a 101 that breaks a rule", () => {
  test.each([
    ["a wrong Sec-WebSocket-Accept", (text: string) => text.replace(/Accept: ./, "Accept: !"), "WRONG_ACCEPT"],
    ["no Upgrade", (text: string) => text.replace("Upgrade: websocket\r\n", ""), "ANSWER_WITHOUT_UPGRADE"],
    ["no Connection", (text: string) => text.replace("Connection: Upgrade\r\n", ""), "ANSWER_WITHOUT_CONNECTION"],
    ["a subprotocol that was not offered", withField("Sec-WebSocket-Protocol: x"), "ANSWER_SUBPROTOCOL"],
    ["an extension that was not offered", withField("Sec-WebSocket-Extensions: x"), "EXTENSION_NOT_OFFERED"],
  ])("by %s", async (_name, spoil, code) => {
    const server = await rawServer((request) => void request.socket.write(spoil(switching(request, ["X-Server: x"]))));

    const error = await failDial(`ws://${server.authority}/`, { subprotocols: ["v1"] });

    expect(error).toMatchObject({ name: "HandshakeError", code, status: 101, body: "" });
    expect((error as HandshakeError).headers!.get("x-server")).toBe("x");
  });
});

function withField(line: string): (answer: string) => string {
  return (answer) => answer.replace("\r\n\r\n", `\r\n${line}\r\n\r\n`);
}

describe("a peer that does not answer in HTTP", () => {
  test.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n", "BAD_HTTP_HEAD", 'no HTTP status line: "SSH-2.0-OpenSSH_9.6"'],
    ["bytes", "\x00\x01\x02", "BAD_HTTP_HEAD", "forbidden byte 0x00"],
    ["another version", "HTTP/2.0 200 OK\r\n", "HTTP_VERSION_NOT_SUPPORTED", '"2.0"'],
    ["a broken header", "HTTP/1.1 101 OK\r\nno colon\r\n\r\n", "BAD_HTTP_HEAD", 'no colon: "no colon"'],
    ["too long a head", `HTTP/1.1 101 OK\r\nX: ${"x".repeat(20_000)}\r\n`, "HEAD_TOO_BIG", "limits.headBytes (16 384)"],
    ["too many headers", `HTTP/1.1 101 OK\r\n${"X: x\r\n".repeat(101)}`, "TOO_MANY_HEADERS", "limits.headers (100)"],
  ])("but in %s", async (_name, answer, code, sentence) => {
    const server = await rawServer(({ socket }) => void socket.write(Buffer.from(answer, "latin1")));

    const error = await failDial(`ws://${server.authority}/`);

    expect(error).toMatchObject({ name: "HandshakeError", code, status: undefined });
    expect(error.message).toContain(`${server.authority} did not answer in HTTP: `);
    expect(error.message).toContain(sentence);
  });

  test("but in TLS is told apart", async () => {
    const alert = Uint8Array.of(0x15, 3, 1, 0, 2, 2, 0x46);
    const server = await rawServer(({ socket }) => void socket.write(alert));

    expect(await failDial(`ws://${server.authority}/`)).toMatchObject({
      name: "ConnectError",
      code: "TLS_WANTED",
      message: `${server.authority} speaks TLS, and was spoken to without: use wss: (https: for a proxy)`,
    });
  });
});

describe("a peer that leaves", () => {
  const WHOLE = switching({ socket: undefined as never, head: "", field: () => undefined });

  test("by a FIN, after any part of its answer", async () => {
    let sent = 0;
    const port = await tcpServer((socket) => void socket.end(WHOLE.slice(0, sent)));

    for (let size = 0; size < WHOLE.length; size += 7) {
      sent = size;
      const error = await failDial(`ws://127.0.0.1:${port}/`);
      expect(error).toBeInstanceOf(ConnectError);
      expect(error).toMatchObject({
        code: "CONNECTION_ENDED",
        message: `127.0.0.1:${port} ended the connection before it answered`,
      });
    }
  });

  test("by a reset", async () => {
    const port = await tcpServer((socket) => void socket.once("data", () => socket.resetAndDestroy()));

    expect(await failDial(`ws://127.0.0.1:${port}/`)).toMatchObject({
      name: "ConnectError",
      code: "CONNECTION_RESET",
      message: `127.0.0.1:${port} reset the connection before it answered`,
      cause: { code: "ECONNRESET" },
    });
  });
});
