/** Blocking sockets against a server in another thread: what a script sees of messages, ends, errors and deadlines. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/blocking/index.ts";
import { DisconnectError, HandshakeError, MessageTypeError, TimeoutError, UsageError } from "../../src/errors.ts";

const LOADER = new URL("../../scripts/typescript.mjs", import.meta.url).href;
let server: Worker;
let url: string;

beforeAll(async () => {
  server = new Worker(new URL("peer-server.ts", import.meta.url), { execArgv: ["--import", LOADER] });
  const [port] = (await once(server, "message")) as [number];
  url = `ws://127.0.0.1:${port}`;
});

afterAll(() => server.terminate());

describe("messages", () => {
  it("come back as they were sent: text, empty text, bytes of any size, JSON", () => {
    using socket = connect(`${url}/echo`);
    const large = new Uint8Array(500_000).fill(7);

    for (const message of ["hello", "", new Uint8Array(), new Uint8Array([1, 2]), large]) {
      socket.send(message);
      expect(socket.receive()).toEqual(message);
    }
    socket.sendJson({ a: [1, null] });
    expect(socket.receiveJson()).toEqual({ a: [1, null] });
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
  it("leave nothing behind", () => {
    const before = process.getActiveResourcesInfo().length;

    for (let i = 0; i < 200; i++) {
      using socket = connect(`${url}/echo`);
      socket.sendText(String(i));
      expect(socket.receiveText()).toBe(String(i));
    }

    expect(process.getActiveResourcesInfo().length).toBe(before);
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
