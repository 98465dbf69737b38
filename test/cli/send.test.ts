/** `antiphon send`: what goes out, what is printed, and how it ends; in a pipe, in a terminal, against our server and `ws`. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "ws";
import type { App } from "../../src/index.ts";
import { cliInProcess } from "../support/cli-in-process.ts";
import { listeningApp } from "../support/listening-app.ts";
import { runCli } from "../support/run-cli.ts";

describe("in a pipe and in a terminal", () => {
  it("sends the lines of stdin and prints an answer for each", async () => {
    const { url } = await listeningApp(echoing);

    const result = await runCli(["send", url, "-"], { input: "one\n\nthree\n" });

    expect(result).toEqual({ stdout: "one\n\nthree\n", stderr: "", code: 0 });
  });

  it("shows JSON laid out and in colour in a terminal", async () => {
    const { url } = await listeningApp(echoing);

    const { stdout, code } = await runCli(["send", url, '{"a":1}'], { pty: true });

    expect(stdout).toContain('{ \x1b[36m"a"\x1b[39m: \x1b[33m1\x1b[39m }\n');
    expect(code).toBe(0);
  });
});

describe("what goes out", () => {
  it.each([
    [["plain", "two words"], "plain\ntwo words\n"],
    [["--json", '{ "a" : 1 }', "[]"], '{"a":1}\n[]\n'],
    [["--binary", "00 ff", "0x48"], "00ff\n48\n"],
    [["-b", "-e", "base64", "AP8="], "AP8=\n"],
    [["-e", "utf8", "é"], "é\n"],
    [["--", "--wait"], "--wait\n"],
  ])("%j prints %j", async (args, printed) => {
    const { url } = await listeningApp(echoing);

    expect(await cliInProcess(["send", url, ...args])).toEqual({ stdout: printed, stderr: "", code: 0 });
  });

  it("is a request with headers, origin and subprotocols", async () => {
    const { url } = await listeningApp((app) => {
      app.ws("/", async (socket) => {
        await socket.accept({ subprotocol: socket.protocols[1] });
        await socket.sendJson([socket.headers.get("x-one"), socket.headers.get("origin"), socket.protocol]);
      });
    });

    const args = [
      "send",
      url,
      "--wait",
      "1",
      "--json",
      "-H",
      "X-One: 1: 2",
      "-o",
      url.replace("ws", "http"),
      "-s",
      "a",
      "-s",
      "b",
    ];
    const { stdout } = await cliInProcess(args);

    expect(JSON.parse(stdout)).toEqual(["1: 2", url.replace("ws", "http"), "b"]);
  });

  it("is refused before anything is sent if it is not what the options say", async () => {
    const { url, heard } = await listeningApp(echoing);

    const json = await cliInProcess(["send", url, "--json", "1", "{x"]);
    const hex = await cliInProcess(["send", url, "--binary", "0"]);
    const none = await cliInProcess(["send", url]);

    expect(JSON.parse(json.stderr)).toMatchObject({
      error: expect.stringContaining("message 2 is no JSON"),
      exitCode: 2,
    });
    expect(hex.stderr).toContain("the message is not hexadecimal");
    expect(none.stderr).toContain("there is no message to send");
    expect([json.code, hex.code, none.code]).toEqual([2, 2, 2]);
    expect(heard.all("connectionOpened")).toEqual([]);
  });

  it("names the line of stdin that is no JSON", async () => {
    const { url } = await listeningApp(echoing);

    const { stderr, code } = await cliInProcess(["send", url, "--json", "-"], { input: "1\n\n{x\n" });

    expect(JSON.parse(stderr).error).toContain("line 3 of stdin is no JSON");
    expect(code).toBe(2);
  });
});

describe("how it ends", () => {
  it("waits for as many answers as asked for, and no longer", async () => {
    const { url } = await listeningApp((app) => {
      app.ws("/", { open: (socket) => [1, 2, 3].forEach((number) => void socket.sendText(String(number))) });
    });

    expect((await cliInProcess(["send", url, "--wait", "2"])).stdout).toBe("1\n2\n");
    expect((await cliInProcess(["send", url, "--wait", "0", "x"])).stdout).toBe("");
  });

  it("ends with 3 when an answer does not come, and says how many did", async () => {
    const { url } = await listeningApp(echoing);

    const { stdout, stderr, code } = await cliInProcess(["send", url, "x", "--wait", "2", "--timeout", "80ms"]);

    expect(stdout).toBe("x\n");
    expect(stderr).toMatch(/^antiphon: no answer within 80 ms \(1 of 2 came\); .*\n$/);
    expect(code).toBe(3);
  });

  it.each([
    [0, 'antiphon: closed with 4001 (a code of the application\'s own): "no"\n'],
    [1, 'antiphon: closed with 4001 (a code of the application\'s own): "no", before an answer came\n'],
  ])("ends with 1 and the close code when the server does not like it (--wait %i)", async (wait, sentence) => {
    const { url } = await listeningApp((app) => {
      app.ws("/", { message: (socket) => void socket.close(4001, "no") });
    });

    const { stderr, code } = await cliInProcess(["send", url, "x", "--wait", String(wait)]);

    expect(stderr).toBe(sentence);
    expect(code).toBe(1);
  });

  it("ends with 1 and what the answer says when there is no WebSocket", async () => {
    const { url } = await listeningApp(echoing);
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\n\r\nno!\n"));

    const nowhere = await cliInProcess(["send", `${url}/nowhere`, "x"]);
    const refused = await cliInProcess(["send", `localhost:${port}`, "x"]);

    expect(nowhere.stderr).toBe("antiphon: server answered 404 Not Found and did not open the WebSocket\n");
    expect(refused.stderr).toBe('antiphon: server answered 403 Forbidden and did not open the WebSocket: "no!"\n');
    expect([nowhere.code, refused.code]).toEqual([1, 1]);
  });

  it("tells errors as JSON with --json", async () => {
    const { stderr, code } = await cliInProcess(["send", "ws://127.0.0.1:1", "1", "--json"]);

    expect(JSON.parse(stderr)).toEqual({
      error: expect.stringContaining("connection refused"),
      code: "CONNECTION_REFUSED",
      exitCode: 1,
    });
    expect(code).toBe(1);
  });
});

describe("with the package ws", () => {
  it("sends and prints text and bytes", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: true });
    onTestFinished(() => server.close());
    server.on("connection", (socket) =>
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;

    const text = await cliInProcess(["send", `:${port}`, "x".repeat(2000), "--compression"]);
    const bytes = await cliInProcess(["send", `:${port}`, "--binary", "00ff"]);

    expect(text).toEqual({ stdout: `${"x".repeat(2000)}\n`, stderr: "", code: 0 });
    expect(bytes.stdout).toBe("00ff\n");
  });
});

function echoing(app: App): void {
  app.ws("/", { message: (socket, message) => socket.send(message) });
}
