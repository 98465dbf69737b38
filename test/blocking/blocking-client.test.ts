/** Blocking sockets against a server in another thread: what a script sees of messages, ends, errors and deadlines. */

import { createHook } from "node:async_hooks";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/blocking/index.ts";
import { DisconnectError, HandshakeError, MessageTypeError, TimeoutError, UsageError } from "../../src/errors.ts";

const LOADER = new URL("../../scripts/typescript.mjs", import.meta.url).href;
let server: Worker;
let url: string;
/** Of a server by `ws`. */
let wsUrl: string;

beforeAll(async () => {
  server = new Worker(new URL("peer-server.ts", import.meta.url), { execArgv: ["--import", LOADER] });
  const [ports] = (await once(server, "message")) as [number[]];
  [url, wsUrl] = ports.map((port) => `ws://127.0.0.1:${port}`) as [string, string];
});

afterAll(() => server.terminate());

describe("messages", () => {
  it.each([
    ["Antiphon", () => `${url}/echo`],
    ["ws", () => wsUrl],
  ])("come back from %s as they were sent: text, empty text, bytes of any size, JSON", (_, place) => {
    using socket = connect(place());
    const large = new Uint8Array(500_000).fill(7);

    for (const message of ["hello", "", new Uint8Array(), new Uint8Array([1, 2])]) {
      socket.send(message);
      expect(socket.receive()).toEqual(message);
    }
    socket.send(large);
    expect(Buffer.compare(socket.receiveBytes()!, large)).toBe(0);
    socket.sendJson({ a: [1, null] });
    expect(socket.receiveJson()).toEqual({ a: [1, null] });
  });

  it("are as large as the limit; a larger one is the end, with 1009", () => {
    using socket = connect(`${url}/echo`);
    const most = 1024 * 1024;

    socket.sendBytes(new Uint8Array(most));
    expect(socket.receiveBytes()).toHaveLength(most);
    socket.sendBytes(new Uint8Array(most + 1));

    expect(socket.receive()).toBeNull();
    expect(socket.closed).toMatchObject({ code: 1009 });
    // Here it is the client whose limit it exceeds.
    using strict = connect(wsUrl, { limits: { messageSize: 10 } });
    strict.sendText("a".repeat(11));
    expect(strict.receive()).toBeNull();
    expect(strict.closed).toMatchObject({ code: 1009, error: { code: "MESSAGE_TOO_BIG" } });
  });

  it("may change as soon as send has returned", () => {
    using socket = connect(`${url}/echo`);
    const bytes = new Uint8Array(100_000);

    socket.sendBytes(bytes);
    bytes.fill(1);

    expect(socket.receiveBytes()!.every((byte) => byte === 0)).toBe(true);
  });

  it("come whole and in order when they come faster than they are read", () => {
    using socket = connect(`${url}/count/20000`, { limits: { receiveMessages: 100 } });

    const texts = [...socket.iterText()];

    expect(texts).toEqual(Array.from({ length: 20_000 }, (_, i) => String(i)));
  });

  it("of the wrong kind are an error that carries them, and the socket goes on", () => {
    using socket = connect(`${url}/echo`);
    socket.sendText("text");

    const error = thrownBy(() => socket.receiveBytes());

    expect(error).toBeInstanceOf(MessageTypeError);
    expect((error as MessageTypeError).data).toBe("text");
    socket.sendText("more");
    expect(socket.receiveText()).toBe("more");
  });
});

describe("the end", () => {
  it("is null and no empty message, whatever the close code, and then a DisconnectError for what is sent", () => {
    const socket = connect(`${url}/bye`);

    expect(socket.receive()).toBe("");
    expect(socket.receive()).toBeNull();
    expect(socket.receive()).toBeNull();
    expect(socket.closed).toEqual({ code: 4001, reason: "enough", wasClean: true });
    const error = thrownBy(() => socket.sendText("late"));
    expect(error).toBeInstanceOf(DisconnectError);
    expect(error).toMatchObject({ code: 4001, reason: "enough", wasClean: true });
  });

  it("by close gives the close info, as often as it is asked for", () => {
    const socket = connect(`${url}/echo`);

    // The server answers with the code alone.
    expect(socket.close(4000, "done")).toEqual({ code: 4000, reason: "", wasClean: true });
    expect(socket.close()).toEqual({ code: 4000, reason: "", wasClean: true });
    expect(socket.state).toBe("closed");
  });

  it("of a script is told to the server, behind all that the script has sent", async () => {
    const script = `
      import { connect } from "antiphon/blocking";
      const socket = connect(process.argv[1] + "/left");
      for (let i = 0; i < 500; i++) socket.sendText(String(i));
      process.exit(0);`;
    const left = once(server, "message");

    await promisify(execFile)(process.execPath, ["--import", LOADER, "--input-type=module", "-e", script, url]);

    const [{ texts, code }] = (await left) as [{ texts: string[]; code: number }];
    expect(texts).toHaveLength(500);
    expect(code).toBe(1001);
  });
});

describe("errors", () => {
  it("of the handshake have status, headers and body, and the caller's stack", () => {
    const error = thrownBy(() => connect(`${url}/refused`));

    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ status: 401, body: '{"error":"token"}', retryAfter: 3000 });
    expect((error as HandshakeError).headers!.get("content-type")).toBe("application/json");
    expect((error as Error).stack).toContain("blocking-client.test.ts");
  });

  it("of a receive that takes too long are a TimeoutError, which loses no message", () => {
    using socket = connect(`${url}/echo`);

    expect(thrownBy(() => socket.receive({ timeout: 20 }))).toBeInstanceOf(TimeoutError);
    socket.sendText("still there");
    expect(socket.receive({ timeout: 5000 })).toBe("still there");
  });

  it.each([
    ["a function", { headers: () => ({}) }, /headers is a function/],
    ["a function below", { tls: { checkServerIdentity: () => undefined } }, /tls\.checkServerIdentity is a function/],
    ["a signal", { signal: AbortSignal.abort() }, /takes no signal/],
    ["a name that is unknown", { timeuot: 5 }, /no option timeuot/],
  ])("of options name the option: %s", (_, options, sentence) => {
    const error = thrownBy(() => connect(`${url}/echo`, options as object));

    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(sentence);
  });
});

describe("two hundred sockets, one after another", () => {
  const echo = (place: string) => {
    using socket = connect(place);
    expect(socket.open).toBe(true);
    socket.sendText("hello");
    expect(socket.receiveText()).toBe("hello");
  };

  it.each([
    ["that speak with Antiphon", () => echo(`${url}/echo`)],
    ["that speak with ws", () => echo(wsUrl)],
    ["that the server closes, and nobody looks at again", () => void connect(`${url}/bye`).receive()],
    ["that the server refuses", () => void thrownBy(() => connect(`${url}/refused`))],
  ])("leave nothing behind: %s", (_, one) => {
    one();
    const ports = { made: 0 };
    const hook = createHook({ init: (_id, type) => void (type === "MESSAGEPORT" && ports.made++) }).enable();
    const before = process.getActiveResourcesInfo().length;

    for (let i = 0; i < 200; i++) one();

    hook.disable();
    expect(process.getActiveResourcesInfo().length).toBe(before);
    // Two for each socket that is open; the end of one may be heard of while the next ones open.
    expect(ports.made).toBeLessThan(100);
  });
});

describe("a thread", () => {
  it("that has a server of its own is told why nobody answers", async () => {
    const own = createServer().listen(0, "127.0.0.1");
    await once(own, "listening");
    const { port } = own.address() as AddressInfo;

    const error = thrownBy(() => connect(`ws://127.0.0.1:${port}`, { timeout: 100 }));

    own.close();
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as Error).message).toMatch(/this thread has a server of its own/);
  });

  it("may be the REPL's, whose process ends with a socket open", async () => {
    const repl = spawn(process.execPath, ["--import", LOADER, "-i"], { stdio: ["pipe", "pipe", "inherit"] });
    const exited = once(repl, "exit");
    repl.stdin.write('const { connect } = await import("antiphon/blocking")\n');
    let said = "";
    for await (const chunk of repl.stdout) {
      said += chunk;
      // It would not wait for the import before it reads on.
      if (/> undefined\n> $/.test(said) && !repl.stdin.writableEnded) {
        repl.stdin.end(`const socket = connect("${url}/echo")\nsocket.sendText("typed")\nsocket.receiveText()\nsocket`);
      }
    }

    expect(said).toMatch(/> 'typed'\n> BlockingClientSocket \{.*state: 'open'/);
    expect((await exited)[0]).toBe(0);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
