/** `antiphon echo`: in a pipe, in a terminal, and what its server does with messages, paths and certificates. */

import { X509Certificate } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { type EchoOptions, startEcho } from "../../src/cli/echo/echo-server.ts";
import { selfSigned } from "../../src/cli/self-signed.ts";
import { connect } from "../../src/client/index.ts";
import { cliInProcess } from "../support/cli-in-process.ts";
import { startCli } from "../support/run-cli.ts";
import { WsPeer } from "../support/ws-peer.ts";

describe("the command", () => {
  it("says in a pipe, as JSON, where it listens and who comes; and ends at a signal with 0", async () => {
    const cli = startCli(["echo", "--port", "0", "--json", "--prefix", "Echo: ", "--compression"]);
    const [, url] = await cli.says(/"url":"(ws:[^"]+)"/);

    const peer = await WsPeer.open(url!, { origin: "https://anywhere.example" }, ["chat", "other"]);
    expect(await peer.ask("hello")).toBe("Echo: hello");
    await peer.close(4000, "enough");
    await cli.says(/"event":"close"/);
    cli.kill("SIGINT");
    const { stdout, stderr, code } = await cli.exited;

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ event: "listening", url, port: Number(new URL(url!).port) });
    const events = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events).toMatchObject([
      { event: "open", connection: 1, path: "/", subprotocol: "chat", compression: true },
      { event: "close", connection: 1, code: 4000, reason: "enough", wasClean: true, received: { messages: 1 } },
    ]);
  });

  it("says it in words in a terminal, and ends at Ctrl-C with 0", async () => {
    const cli = startCli(["echo", "--port", "0"], { pty: true });
    const [, url] = await cli.says(/Echo server at \S*?(ws:\/\/[\d.:]+)/);

    const peer = await WsPeer.open(`${url}/room`);
    await cli.says(/#1 came from 127\.0\.0\.1 to \/room/);
    await peer.close(1001);
    await cli.says(/#1 closed with 1001 \(going away\) after .*: 0 in, 0 out/);
    cli.type("\x03");

    expect((await cli.exited).code).toBe(0);
  });

  it("says why it cannot listen, and nothing else", async () => {
    const { port } = await start({ port: 0 });

    const { stdout, stderr, code } = await cliInProcess(["echo", "--port", String(port), "--quiet"]);

    expect([stdout, code]).toEqual(["", 1]);
    expect(stderr).toMatch(/^antiphon: .*in use: choose another with --port, .*\n$/);
  });
});

describe("the server", () => {
  it("echoes on one path if told to, shows its page there, and answers 404 elsewhere", async () => {
    const { url } = await start({ port: 0, path: "/ws" });

    const peer = await WsPeer.open(`${url.replace("http", "ws")}/ws`);
    expect(await peer.ask("hello")).toBe("hello");
    await expect(WsPeer.open(`${url.replace("http", "ws")}/other`)).rejects.toThrow("404");
    expect((await fetch(url)).url).toBe(`${url}/ws`);
    expect((await fetch(`${url}/other`)).status).toBe(404);
  });

  it("speaks TLS with a certificate of the moment, which --ca can trust", async () => {
    const tls = selfSigned(["localhost", "127.0.0.1", "::1"]);
    const { port } = await start({ port: 0, tls });

    await using socket = await connect(`wss://127.0.0.1:${port}`, { tls: { ca: tls.cert } });
    await socket.sendText("secret");

    expect(await socket.receiveText({ timeout: 2000 })).toBe("secret");
    await expect(connect(`wss://127.0.0.1:${port}`)).rejects.toThrow("self-signed");
  });

  it("makes a certificate that says for whom and how long it is good", () => {
    const certificate = new X509Certificate(selfSigned(["localhost", "::1", "10.0.0.1", "0.0.0.0"]).cert);

    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("10.0.0.1")).toBe("10.0.0.1");
    expect(certificate.checkIP("::1")).toBe("::1");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29);
    expect(days).toBeLessThan(31);
  });
});

async function start(options: EchoOptions) {
  const server = await startEcho(options);
  onTestFinished(() => server.close());
  return server;
}
