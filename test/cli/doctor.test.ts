/** `antiphon doctor` against servers that are broken on purpose: each fault is found, by its name, and nothing beside it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkUrl } from "../../src/cli/doctor/check-url.ts";
import { examine } from "../../src/cli/doctor/examine.ts";
import type { KnowledgeId } from "../../src/cli/doctor/knowledge.ts";
import { knowledge } from "../../src/cli/doctor/knowledge.ts";
import type { StepId } from "../../src/cli/doctor/step.ts";
import { STEPS } from "../../src/cli/doctor/step.ts";
import type { Place } from "../support/broken-servers.ts";
import { behaves, brokenServers, caseOptions, doubtfulUrls, obeys, pem, world } from "../support/broken-servers.ts";
import { frame } from "../support/frames.ts";
import { echo, listeningApp } from "../support/listening-app.ts";
import { rawServer, switching } from "../support/raw-server.ts";
import { testProxy } from "../support/test-proxy.ts";

/** The examination, and its findings. */
async function doctor({ url, options }: Place) {
  const lines: string[] = [];
  const audience = { progress: (line: string) => void lines.push(line), done: () => {} };
  const reports = await examine(url, caseOptions(options), audience);
  const findings = reports.flatMap((report) => report.findings);
  return {
    reports,
    findings,
    lines,
    ids: findings.map(({ id }) => id),
    step: (id: StepId) => reports.find((report) => report.id === id)!,
  };
}

describe("a server that is broken in one way", () => {
  test.each(brokenServers)("$finds: $how", async ({ finds, seen, start }) => {
    const { ids, findings, reports } = await doctor(await start());

    expect(ids).toEqual(finds);
    expect(findings.map((one) => one.seen).join("\n")).toContain(seen ?? "");
    for (const { id, severity } of findings) expect(severity).toBe(knowledge[id as KnowledgeId].severity);
    expect(reports.filter(({ status }) => status === "failed").length).toBe(
      findings.some(({ severity }) => severity === "failed") ? 1 : 0,
    );
  });
});

describe("a URL that is doubtful", () => {
  test.each(doubtfulUrls)("%s: %s", (id, url) => {
    const { findings = [], value } = checkUrl(url);

    expect(findings.map((found) => found.id)).toEqual([id]);
    expect(value).toBeDefined();
  });

  test.each(["ws://localhost:8765/", "wss://example.com", ":8765", "ws://[::1]:8765/", "ws+unix:/run/chat.sock:/x"])(
    "is not %s",
    (url) => {
      const { findings } = checkUrl(url);

      expect(findings).toEqual([]);
    },
  );

  test("is shown without its password", () => {
    const good = checkUrl("wss://anna:secret@example.com/");
    const bad = checkUrl("ws://anna:secret@exa mple/");

    expect(JSON.stringify([good.summary, good.details, good.value?.shown, bad])).not.toContain("secret");
    expect(good.summary).toBe("wss://anna:***@example.com/");
  });
});

test("every piece of knowledge is reached by a test", () => {
  const reached = new Set<string>([...brokenServers.flatMap(({ finds }) => finds), ...doubtfulUrls.map(([id]) => id)]);

  expect(Object.keys(knowledge).filter((id) => !reached.has(id))).toEqual([]);
});

describe("a server that is well", () => {
  test("passes every step, with an echo and compression", async () => {
    const { url } = await listeningApp(echo, { compression: true });

    const { ids, reports, step } = await doctor({
      url: `${url}/ws`,
      options: { echo: true, idle: 60, wantsCompression: true },
    });

    expect(ids).toEqual([]);
    expect(reports.map(({ id, status }) => [id, status])).toEqual(
      Object.keys(STEPS).flatMap((id) => (id === "proxy" || id === "tls" ? [] : [[id, "ok"]])),
    );
    expect(step("compression").details).toMatchObject({ agreed: true, sendWindowBits: 15 });
    expect(step("ping").details).toMatchObject({ milliseconds: [expect.any(Number), expect.any(Number)] });
    expect(step("close").details).toMatchObject({ code: 1000, wasClean: true, tcpEnd: "fin" });
  });

  test("gets no message unless --echo asks for it, and learns nothing of silence unless --idle does", async () => {
    const opcodes: number[] = [];
    const { authority } = await rawServer((request) => {
      behaves(request);
      request.socket.on("data", (bytes: Buffer) => opcodes.push(bytes[0]! & 0x0f));
    });

    const { step, ids } = await doctor({ url: `ws://${authority}/` });

    expect(ids).toEqual([]);
    expect(new Set(opcodes)).toEqual(new Set([0x9, 0x8]));
    expect([step("echo").status, step("idle").status]).toEqual(["skipped", "skipped"]);
  });

  test("is reached with TLS: the certificate's days, names and issuer are told", async () => {
    const tls = { cert: pem("authority/server"), key: pem("authority/server-key") };
    const { port } = await rawServer(behaves, { tls });

    const { ids, step } = await doctor({
      url: `wss://localhost:${port}/`,
      options: { tls: { ca: pem("authority/authority") } },
    });

    expect(ids).toEqual([]);
    expect(step("tls").details).toMatchObject({ validTo: "2120-01-01", issuer: "Antiphon test authority" });
    expect(step("tls").summary).toMatch(/^TLSv1\.3, certificate for \d+ more days, from Antiphon test authority$/);
  });

  test("is reached through a unix socket, which has no name to look up", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "antiphon-")), "doctor.sock");
    onTestFinished(() => rmSync(dirname(path), { recursive: true }));
    await rawServer(behaves, { path });

    const { ids, step } = await doctor({ url: `ws+unix:${path}:/chat` });

    expect(ids).toEqual([]);
    expect([step("dns").status, step("tcp").status, step("close").status]).toEqual(["skipped", "ok", "ok"]);
  });

  test("may have a user and a password in its URL, however they are written", async () => {
    const server = await rawServer(behaves);

    await doctor({ url: `ws://anna:100%25%zz@${server.authority}/` });

    const { head } = await server.requests.next("request");
    expect(head).toContain(`Authorization: Basic ${Buffer.from("anna:100%25%zz").toString("base64")}\r\n`);
  });

  test("is reached through a proxy, which has a step of its own", async () => {
    const proxy = await testProxy();
    const { authority } = await rawServer(behaves);

    const { ids, step } = await doctor({
      url: `ws://${authority}/`,
      options: { proxy: `http://anna:secret@127.0.0.1:${proxy.port}` },
    });

    expect(ids).toEqual([]);
    expect(step("proxy").summary).toBe(`the proxy 127.0.0.1:${proxy.port} leads to ${authority}`);
    expect(proxy.requests[0]?.headers["proxy-authorization"]).toBe("Basic YW5uYTpzZWNyZXQ=");
  });

  test("is reached with TLS through a proxy with TLS", async () => {
    const tls = { cert: pem("authority/server"), key: pem("authority/server-key") };
    const proxy = await testProxy({ tls });
    const { port } = await rawServer(behaves, { tls });

    const { ids, step } = await doctor({
      url: `wss://localhost:${port}/`,
      options: { proxy: `https://localhost:${proxy.port}`, tls: { ca: pem("authority/authority") } },
    });

    expect(ids).toEqual([]);
    expect([step("proxy").status, step("tls").status, step("close").status]).toEqual(["ok", "ok", "ok"]);
  });

  test("may talk a lot: it is counted, and not kept", async () => {
    const { authority } = await rawServer((request) => {
      request.socket.write(switching(request));
      // More than a message may have elsewhere.
      for (let i = 0; i < 2; i++) request.socket.write(frame({ opcode: 0x1, payload: Buffer.alloc(1_200_000, "x") }));
      obeys(request.socket);
    });

    const { ids, step } = await doctor({ url: `ws://${authority}/`, options: { settle: 400 } });

    expect(ids).toEqual([]);
    expect(step("open").summary).toMatch(/the server sent [12] messages? by itself/);
  });
});

describe("certificates", () => {
  test("all that is wrong is told at once, and nothing is sent to such a server", async () => {
    const tls = { cert: pem("authority/expired"), key: pem("authority/expired-key") };
    const server = await rawServer(behaves, { tls });
    const options = { world: world({ lookup: async () => [{ address: "127.0.0.1", family: 4 }] }) };

    const { ids, step } = await doctor({ url: `wss://elsewhere.test:${server.port}/`, options });

    expect(ids).toEqual(["tls-expired", "tls-wrong-name"]);
    expect(step("http").status).toBe("skipped");
    expect(server.requests.size).toBe(0);
  });

  test("with --insecure they are warnings, and the rest is looked at", async () => {
    const tls = { cert: pem("tls/cert"), key: pem("tls/key") };
    const { port } = await rawServer(behaves, { tls });

    const { findings, step } = await doctor({
      url: `wss://localhost:${port}/`,
      options: { tls: { rejectUnauthorized: false } },
    });

    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([["tls-self-signed", "warning"]]);
    expect(step("close").status).toBe("ok");
  });
});

describe("what is wrong in one thing only", () => {
  test("does not keep the rest from being looked at", async () => {
    const { authority } = await rawServer((request) => {
      const extra = ["Sec-WebSocket-Protocol: mqtt"];
      if (request.field("Sec-WebSocket-Extensions") !== undefined) extra.push("Sec-WebSocket-Extensions: x-own");
      request.socket.write(switching(request, extra));
      obeys(request.socket);
    });

    const { ids, step } = await doctor({ url: `ws://${authority}/`, options: { subprotocols: ["chat"] } });

    expect(ids).toEqual(["subprotocol-not-offered", "compression-broken"]);
    expect([step("ping").status, step("close").status]).toEqual(["ok", "ok"]);
  });
});

describe("waiting", () => {
  test("silence is told of while it lasts, with the server's pings", async () => {
    const { authority } = await rawServer((request) => {
      behaves(request);
      const pings = setInterval(() => request.socket.write(frame({ opcode: 0x9 })), 40);
      request.socket.on("close", () => clearInterval(pings));
    });

    const { step, lines } = await doctor({ url: `ws://${authority}/`, options: { idle: 200 } });

    expect(step("idle").summary).toMatch(/^survived 200 ms, with \d+ pings? of the server$/);
    expect(lines).toContainEqual(expect.stringMatching(/^Idle: silent since .* to go$/));
  });

  test("is given up at once by a signal", async () => {
    const { authority } = await rawServer(behaves);
    const controller = new AbortController();
    const reason = new Error("enough");
    const options = caseOptions({ idle: 60_000, signal: controller.signal });
    const progress = (line: string) => void (line.startsWith("Idle: ") && controller.abort(reason));

    const examined = examine(`ws://${authority}/`, options, { progress, done: () => {} });

    await expect(examined).rejects.toBe(reason);
  });
});

test("what cannot be asked for is the caller's fault, before anything is opened", async () => {
  const server = await rawServer(behaves);

  const examined = doctor({ url: `ws://${server.authority}/`, options: { subprotocols: ["no token"] } });

  await expect(examined).rejects.toMatchObject({ name: "UsageError", code: "BAD_SUBPROTOCOL" });
  expect(server.sockets).toEqual([]);
});
