/** The chat, run as its readers run it, and talked to by clients of `ws`: what goes over the wire. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { Inbox } from "../support/inbox.ts";
import { within } from "../support/within.ts";

const WANTED = { type: "refused", wanted: '{ "text": "1 to 2000 characters" }' };
const anId = expect.any(String);

describe("the chat", () => {
  let url: string;
  let chat: Awaited<ReturnType<typeof startChat>>;
  let rooms = 0;

  beforeAll(async () => {
    chat = await startChat();
    url = chat.url;
  });
  afterEach(() => {
    expect(chat.child.exitCode, chat.output()).toBeNull();
    expect(chat.output()).not.toMatch(/^(?:error|warning): (?!.*limits\.messageSize)/m);
  });
  afterAll(() => void chat?.child.kill("SIGKILL"));

  it("shows its page, with all that belongs to it", async () => {
    const page = await fetch(url);
    expect(page.status).toBe(200);
    const files = [...(await page.text()).matchAll(/(?:src|href)="(\w[\w.-]+)"/g)].map(([, file]) => file);

    expect(files).toEqual(["chat.css", "chat.js"]);
    for (const file of files) expect((await fetch(new URL(file!, url))).status, file).toBe(200);
  });

  it.each([
    ["no name", ""],
    ["an empty name", "?name="],
    ["a name of blanks", "?name=%20%09"],
    ["a name of 33 characters", `?name=${"x".repeat(33)}`],
    ["a name with a line break", "?name=Ada%0ABo"],
  ])("answers %s with 400 and a sentence", async (_, query) => {
    const refused = await answerTo(`/chat/lobby${query}`);

    expect(refused).toEqual({ status: 400, body: "a name, please: /chat/lobby?name=Ada\n" });
  });

  it("has no room without a name, and rooms for WebSockets only", async () => {
    expect(await answerTo("/chat/?name=Ada")).toMatchObject({ status: 404 });
    expect(await fetch(new URL("/chat/lobby?name=Ada", url))).toMatchObject({ status: 426 });
  });

  it("says who is here, and tells the others of whoever comes and goes", async () => {
    const room = newRoom();
    const ada = await enter(room, "Ada");
    const { pid: process } = chat.child;
    expect(ada.welcome).toEqual({ type: "welcome", you: anId });
    expect(ada.people).toEqual([{ id: ada.id, name: "Ada", process }]);

    const bo = await enter(room, "Bo 🦉");
    expect(bo.people).toEqual([
      { id: ada.id, name: "Ada", process },
      { id: bo.id, name: "Bo 🦉", process },
    ]);
    expect(await ada.next()).toEqual({ type: "join", id: bo.id, name: "Bo 🦉", process });

    bo.socket.close();
    expect(await ada.next()).toEqual({ type: "leave", id: bo.id, name: "Bo 🦉", process });
    expect((await enter(room, "Chiara")).people).toHaveLength(2);
  });

  it("brings a message to everybody in the room, the sender too, and to nobody else", async () => {
    const room = newRoom();
    const [ada, bo, elsewhere] = [await enter(room, "Ada"), await enter(room, "Bo"), await enter(newRoom(), "Chiara")];
    await ada.next();

    ada.say({ text: " <b>hello</b>\n", key: "k1" });

    const message = { type: "message", id: ada.id, name: "Ada", text: " <b>hello</b>\n", key: "k1" };
    expect(await ada.next()).toEqual({ ...message, at: expect.any(Number) });
    expect(await bo.next()).toEqual({ ...message, at: expect.any(Number) });
    elsewhere.say({ text: "alone" });
    expect(await elsewhere.next()).toMatchObject({ text: "alone" });
  });

  it.each([
    ["no JSON", "hello"],
    ["no object", "null"],
    ["no text", '{"key":"k"}'],
    ["text that is a number", '{"text":1}'],
    ["text of blanks", '{"text":" \\n"}'],
    ["text that is too long", JSON.stringify({ text: "x".repeat(2001) })],
    ["a key that is too long", JSON.stringify({ text: "x", key: "k".repeat(41) })],
    ["bytes", Buffer.from('{"text":"x"}')],
  ])("refuses %s, and goes on", async (_, data) => {
    const room = newRoom();
    const [ada, bo] = [await enter(room, "Ada"), await enter(room, "Bo")];
    await ada.next();

    ada.socket.send(data);
    expect(await ada.next()).toEqual(WANTED);
    ada.say({ text: "x".repeat(2000) });

    expect(await bo.next()).toMatchObject({ type: "message", name: "Ada" });
  });

  it("takes what 2,000 characters can weigh, and closes with 1009 for more", async () => {
    const ada = await enter(newRoom(), "Ada");

    ada.say({ text: "\u0001".repeat(2000) }); // Six bytes each, in JSON.
    expect(await ada.next()).toMatchObject({ type: "message" });
    ada.socket.send("x".repeat(16 * 1024 + 1));

    const [code] = await within(once(ada.socket, "close"), "close");
    expect(code).toBe(1009);
  });

  it("reads whoever talks too fast more slowly, and loses nothing", async () => {
    const room = newRoom();
    const ada = await enter(room, "Ada");

    for (let at = 0; at < 15; at++) ada.say({ text: `${at}` });

    for (let at = 0; at < 15; at++) expect(await ada.next()).toMatchObject({ text: `${at}` });
  });

  it("never lets clients that vanish or stop reading break a broadcast", async () => {
    const room = newRoom();
    const ada = await enter(room, "Ada");
    const others = await Promise.all(Array.from({ length: 20 }, (_, at) => enter(room, `Other ${at}`)));
    for (let at = 0; at < 20; at++) expect(await ada.next()).toMatchObject({ type: "join" });

    const [stalled, ...vanishing] = others;
    stalled!.socket.pause();
    for (const { socket } of vanishing) {
      socket.terminate();
      ada.say({ text: "anybody?" });
    }

    const heard = await Promise.all(Array.from({ length: 38 }, () => ada.next()));
    expect(heard.filter(({ type }) => type === "message")).toHaveLength(19);
    expect(heard.filter(({ type }) => type === "leave")).toHaveLength(19);
    expect((await enter(room, "Bo")).people).toHaveLength(3);
  });

  it("says where it is, says goodbye when it is told to end, and ends at once", async () => {
    const own = await startChat();
    const ada = await enter(newRoom(), "Ada", own.url);

    own.child.kill("SIGINT");

    const [code, reason] = await within(once(ada.socket, "close"), "close");
    expect([code, String(reason)]).toEqual([1001, expect.stringMatching(/^retry-after=\d+$/)]);
    expect(await within(once(own.child, "exit"), "end of the chat", 2000)).toEqual([0, null]);
    expect(own.output()).toContain(`The chat: open ${own.url} in two windows.\n`);
  });

  it("says in one sentence that the port is in use", async () => {
    const { port } = new URL(url);

    const second = run("scripts/start.mjs", [], { PORT: port });
    const [exitCode] = await once(second.child, "exit");

    expect(exitCode).toBe(1);
    expect(second.output()).toContain(`port ${port} on 127.0.0.1 is in use`);
    expect(second.output()).not.toContain("    at ");
  });

  it("says in one sentence that its broker cannot be reached", async () => {
    const lonely = run("scripts/start.mjs", [], { PORT: "0", BROKER: "redis://127.0.0.1:1" });
    const [exitCode] = await once(lonely.child, "exit");

    expect(exitCode).toBe(1);
    expect(lonely.output()).toContain("redis at redis://127.0.0.1:1 cannot be reached");
    expect(lonely.output()).toContain("(the environment chooses: PORT, HOST, BROKER)");
    expect(lonely.output()).not.toContain("    at ");
  });

  it("ends although a client holds a connection open and says nothing", async () => {
    const own = await startChat();
    const idle = connect(Number(new URL(own.url).port), "127.0.0.1");
    onTestFinished(() => void idle.destroy());
    await once(idle, "connect");
    idle.on("error", () => {});

    own.child.kill("SIGTERM");

    expect(await within(once(own.child, "exit"), "end of the chat", 2500)).toEqual([0, null]);
  });

  function newRoom(): string {
    rooms += 1;
    return `room ${rooms}`;
  }

  async function enter(room: string, name: string, base = url) {
    const socket = new WebSocket(wsUrl(`/chat/${encodeURIComponent(room)}?${new URLSearchParams({ name })}`, base));
    onTestFinished(() => socket.terminate());
    // biome-ignore lint/suspicious/noExplicitAny: what comes is what the tests look at.
    const inbox = new Inbox<any>();
    socket.on("message", (data) => inbox.push(JSON.parse(String(data))));
    socket.on("error", (error) => inbox.push(error));
    const welcome = await inbox.next("welcome");
    const { type, people } = await inbox.next("list of people");
    expect(type).toBe("people");
    return {
      socket,
      welcome,
      people,
      id: welcome.you as string,
      next: () => inbox.next(`message for ${name}`),
      say: (value: object) => socket.send(JSON.stringify(value)),
    };
  }

  async function answerTo(path: string) {
    const socket = new WebSocket(wsUrl(path, url));
    const [, response] = await once(socket, "unexpected-response");
    let body = "";
    for await (const chunk of response) body += chunk;
    return { status: response.statusCode, body };
  }
});

function wsUrl(path: string, base: string): URL {
  const url = new URL(path, base);
  url.protocol = "ws:";
  return url;
}

async function startChat() {
  const { child, output, says } = run("examples/chat/server.ts", ["--import", "./scripts/typescript.mjs"]);
  const [, url] = await says(/The chat: open (http:\S+) in/);
  return { child, output, url: url! };
}

function run(file: string, options: readonly string[], env: Record<string, string> = { PORT: "0" }) {
  const child = spawn(process.execPath, [...options, file], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return {
    child,
    output: () => output,
    /** Resolves with the match as soon as the output has it; rejects when the command ends without. */
    async says(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        if (child.exitCode !== null) throw new Error(`${file} ended without ${pattern}: ${output}`);
        await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
      }
    },
  };
}
