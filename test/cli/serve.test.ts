/** `antiphon serve`: files, the chat and its page, in a pipe and in a terminal. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ServeOptions, startServe } from "../../src/cli/serve/serve-server.ts";
import { cliInProcess } from "../support/cli-in-process.ts";
import { startCli } from "../support/run-cli.ts";
import { WsPeer } from "../support/ws-peer.ts";

describe("the command", () => {
  it("serves a folder and a chat, tells so in a pipe as JSON, and ends at a signal with 0", async () => {
    const folder = folderWith({ "index.html": "<h1>mine</h1>" });
    const cli = startCli(["serve", folder, "--port", "0", "--json"]);
    const [line] = await cli.says(/\{"event":"listening".*\}/);
    const { url, chat } = JSON.parse(line) as { url: string; chat: string };

    expect(await (await fetch(url)).text()).toBe("<h1>mine</h1>");
    const peer = await WsPeer.open(`${chat}?name=Ada`);
    expect(JSON.parse(await peer.next())).toMatchObject({ type: "welcome", name: "Ada", room: "lobby" });
    cli.kill("SIGTERM");

    expect((await cli.exited).code).toBe(0);
  });

  it("shows a chat where there is no folder, tells so in a terminal, and ends at Ctrl-C with 0", async () => {
    const cli = startCli(["serve", "--port", "0", "--quiet"], { pty: true });
    const [, url] = await cli.says(/A chat, to be opened in two windows: \S*?(http:\/\/[\d.:]+)/);

    const page = await (await fetch(url!)).text();
    cli.type("\x03");

    expect(page).toContain("<title>Antiphon chat</title>");
    expect((await cli.exited).code).toBe(0);
  });

  it.each([
    ["/no/such/folder", "there is no such file or folder"],
    ["package.json", "it is no folder"],
  ])("refuses %s: %s", async (folder, reason) => {
    const { stderr, code } = await cliInProcess(["serve", folder, "--port", "0"]);

    expect(stderr).toBe(`antiphon: ${folder} cannot be served: ${reason}\n`);
    expect(code).toBe(2);
  });
});

describe("the chat", () => {
  it("tells who is here, who comes and goes, and what they say", async () => {
    const { url } = await start({ port: 0 });
    const ada = await enter(url, "Ada");
    await ada.events("welcome", "people");

    const grace = await enter(url, "Grace");
    const [{ people }] = (await grace.events("people")) as [{ people: { name: string }[] }];
    grace.peer.send("hello");
    const [came, said] = await ada.events("join", "message");
    await grace.peer.close();
    const [left] = await ada.events("leave");

    expect(people.map(({ name }) => name).sort()).toEqual(["Ada", "Grace"]);
    expect(came).toMatchObject({ name: "Grace" });
    expect(said).toMatchObject({ name: "Grace", text: "hello" });
    expect(left).toMatchObject({ name: "Grace" });
  });

  it("gives a name to who has none, refuses bytes, and a name that is too long", async () => {
    const { url } = await start({ port: 0 });
    const guest = await enter(url, "");
    const [welcome] = await guest.events("welcome");
    guest.peer.send(Uint8Array.of(1));

    expect(welcome).toMatchObject({ name: expect.stringMatching(/^guest \w{4}$/) });
    expect(await guest.events("refused")).toMatchObject([{ text: "a chat is for text" }]);
    await expect(enter(url, "x".repeat(33))).rejects.toThrow("400");
  });
});

describe("the pages", () => {
  it("leave a folder what it has, and show the chat where there is room", async () => {
    const empty = await start({ port: 0, folder: folderWith({ "a.txt": "text" }) });
    const full = await start({ port: 0, folder: folderWith({ "chat.html": "mine", "index.html": "home" }) });

    expect(await (await fetch(`${empty.url}/a.txt`)).text()).toBe("text");
    expect((await fetch(empty.url)).url).toBe(`${empty.url}/chat`);
    expect(await (await fetch(full.url)).text()).toBe("home");
    expect(full.chatPage).toBeUndefined();
    expect((await fetch(`${full.url}/nowhere`)).status).toBe(404);
  });
});

/** A member of the lobby, and the events of given types as they come, others skipped. */
async function enter(url: string, name: string) {
  const peer = await WsPeer.open(`${url.replace("http", "ws")}/chat/lobby?name=${name}`);
  const next = async (type: string) => {
    for (;;) {
      const event = JSON.parse(await peer.next()) as { type: string; name?: string };
      // One's own coming is no news.
      if (event.type === type && !(type === "join" && event.name === name)) return event;
    }
  };
  return {
    peer,
    events: async (...types: string[]) => {
      const events: object[] = [];
      for (const type of types) events.push(await next(type));
      return events;
    },
  };
}

async function start(options: ServeOptions) {
  const server = await startServe(options);
  onTestFinished(() => server.close());
  return server;
}

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "antiphon-serve-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
