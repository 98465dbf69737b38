/** Connecting with NATS: one attempt, what stands in the way of it in words, and that nothing is left of one that failed. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { nats } from "../../../src/brokers/nats/index.ts";
import { eventually } from "../../support/eventually.ts";
import { NATS_SERVER, natsServer } from "../../support/nats-server.ts";
import { tcpServer } from "../../support/raw-server.ts";
import { failureOf, natsPeer, twoPeers, userConnection } from "./nats-peer.ts";

const AUTHORITY = fileURLToPath(new URL("../../support/authority/", import.meta.url));
const TLS = `tls { cert_file: "${AUTHORITY}server.pem", key_file: "${AUTHORITY}server-key.pem" }`;
const USERS = 'authorization { user: ann, password: "s3cret", timeout: 1 }';

/** A server that says `greeting`, if any, and counts the connections that have not ended. */
async function strangeServer(greeting?: string, onConnection = () => {}) {
  const strange = { port: 0, seen: 0, open: 0 };
  strange.port = await tcpServer((socket) => {
    strange.seen += 1;
    strange.open += 1;
    socket.on("close", () => {
      strange.open -= 1;
    });
    socket.resume().on("end", () => socket.end());
    if (greeting !== undefined) socket.end(greeting);
    onConnection();
  });
  return strange;
}

test("nobody listens there", async () => {
  const broker = nats("nats://ann:s3cret@127.0.0.1:1");
  expect(await failureOf(natsPeer(broker))).toMatchObject({
    name: "BrokerError",
    code: "BROKER_UNREACHABLE",
    message: "nats at nats://127.0.0.1:1 cannot be reached: connection refused",
  });
});

test("there is no such host", async () => {
  const failure = await failureOf(natsPeer(nats("nats://no-such-host.invalid:4222")));
  expect(failure.code).toBe("BROKER_UNREACHABLE");
  expect(failure.message).toMatch(/invalid:4222 cannot be reached: (no such host|the host's name cannot be looked up)/);
});

test("nobody answers there: it gives up in time, and leaves no connection open", async () => {
  const silent = await strangeServer();
  const failure = await failureOf(natsPeer(nats(`nats://127.0.0.1:${silent.port}`, { connectTimeout: 200 })));
  expect(failure.message).toContain("no answer within 200 ms");
  await eventually(() => [silent.seen, silent.open]).toEqual([1, 0]);
});

test("who gives up is heard at once, with its own reason, and leaves no connection open", async () => {
  const abort = new AbortController();
  const reason = new Error("enough");
  const silent = await strangeServer(undefined, () => abort.abort(reason));
  expect(await failureOf(natsPeer(nats(`nats://127.0.0.1:${silent.port}`), abort.signal))).toBe(reason);
  await eventually(() => [silent.seen, silent.open]).toEqual([1, 0]);
});

test("who has given up before is not connected at all", async () => {
  const silent = await strangeServer();
  const signal = AbortSignal.abort(new Error("enough"));
  expect(await failureOf(natsPeer(nats(`nats://127.0.0.1:${silent.port}`), signal))).toBe(signal.reason);
  expect(silent.seen).toBe(0);
});

test.each([
  ["HTTP/1.1 400 Bad Request\r\n\r\n", "whoever answers there is no server of NATS"],
  ["INFO {no JSON}\r\n", "whoever answers there is no server of NATS"],
  ["", "the connection was closed before the server had said what it is"],
])("somebody else answers there: %j", async (greeting, why) => {
  const stranger = await strangeServer(greeting);
  const failure = await failureOf(natsPeer(nats(`nats://127.0.0.1:${stranger.port}`, { connectTimeout: 2_000 })));
  expect(failure.message).toContain(why);
  await eventually(() => [stranger.seen, stranger.open]).toEqual([1, 0]);
});

test("a package that is not installed is named", () => {
  // Given a process for which the packages of NATS are not there.
  const hooks = `export const resolve = (name, context, next) => {
    if (name.startsWith("@nats-io/")) throw Object.assign(new Error("not there"), { code: "ERR_MODULE_NOT_FOUND" });
    return next(name, context);
  };`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(toDataUrl(hooks))});`;
  const program = `import { nats } from "antiphon/nats";
    const broker = nats("nats://127.0.0.1:1");
    console.log(broker.place);
    await broker.connect({ signal: AbortSignal.timeout(60_000) }).catch((error) => console.log(error.code, error.message));`;
  const imports = ["--import", "./scripts/typescript.mjs", "--import", toDataUrl(register)];
  const options = { cwd: fileURLToPath(new URL("../../..", import.meta.url)), encoding: "utf8" as const };

  const { stdout } = spawnSync(process.execPath, [...imports, "--input-type=module", "-e", program], options);

  expect(stdout).toBe(
    "nats://127.0.0.1:1\nBROKER_PACKAGE_MISSING antiphon/nats needs a package that is not there: npm install @nats-io/transport-node\n",
  );
});

describe.skipIf(NATS_SERVER === undefined)("with a real server", () => {
  test.each([
    ["no user", "", {}],
    ["another password", "ann:other-s3cret@", {}],
    ["a token", "s3cret-token@", {}],
    ["another password, as an option", "", { user: "ann", pass: "other-s3cret" }],
  ])("%s is told from other failures, and the password is in no sentence", async (_, user, options) => {
    const server = await natsServer({ config: USERS });
    const broker = nats(`nats://${user}127.0.0.1:${server.port}`, options);
    const failure = await failureOf(natsPeer(broker));
    expect(failure).toMatchObject({ code: "BROKER_UNREACHABLE" });
    expect(failure.message).toBe(
      `nats at ${server.url} cannot be reached: the server does not let us in: Authorization Violation`,
    );
    expect(`${failure.stack} ${failure.cause} ${broker.place}`).not.toContain("s3cret");
  });

  test.each([
    ["in the URL", "ann:s3cret@", {}],
    ["as options, before those in the URL", "bob:other@", { user: "ann", pass: "s3cret" }],
  ])("user and password are taken %s", async (_, user, options) => {
    const server = await natsServer({ config: USERS });
    const [alice, bob] = await twoPeers(nats(`nats://${user}127.0.0.1:${server.port}`, options));
    await bob.subscribe("t");
    await alice.publish("t", "hello");
    expect(await bob.hears("t", "hello")).toEqual(["hello"]);
  });

  test("a token is taken, in the URL or as an option", async () => {
    const server = await natsServer({ config: "authorization { token: s3cret }" });
    await natsPeer(nats(server.url.replace("//", "//s3cret@")));
    const [alice, bob] = await twoPeers(nats(server.url, { token: "s3cret" }));
    await bob.subscribe("t");
    await alice.publish("t", "hello");
    expect(await bob.hears("t", "hello")).toEqual(["hello"]);
  });

  test("TLS: spoken where the server wants it, by an authority that is known; asked for by tls:// where it does not", async () => {
    const server = await natsServer({ config: TLS });
    const plain = await natsServer();
    const place = server.url.replace("127.0.0.1", "localhost");

    const unknown = await failureOf(natsPeer(nats(place)));
    expect(unknown.message).toContain("certificate is signed by nobody known here (tls.ca names others)");
    const without = await failureOf(natsPeer(nats(plain.url.replace("nats:", "tls:"))));
    expect(without.message).toContain("the server speaks no TLS, and the URL or tls wants it");

    const ca = readFileSync(`${AUTHORITY}authority.pem`, "utf8");
    const [alice, bob] = await twoPeers(nats(place, { tls: { ca } }));
    await bob.subscribe("t");
    await alice.publish("t", "hello");
    expect(await bob.hears("t", "hello")).toEqual(["hello"]);
  });

  test("of several servers, one that is there is enough", async () => {
    const server = await natsServer();
    const silent = await strangeServer();
    const places = ["nats://127.0.0.1:1", `nats://127.0.0.1:${silent.port}`, server.url];

    // They are tried in any order.
    for (let times = 0; times < 30 && silent.seen === 0; times++) {
      const peer = await natsPeer(nats(places, { connectTimeout: 900 }));
      await peer.subscribe("t");
    }

    await eventually(() => [silent.seen, silent.open]).toEqual([1, 0]);
  });

  test("a connection of the user that is closed, or does not answer, is no way to the server", async () => {
    const server = await natsServer();
    const closed = await userConnection(server.url);
    await closed.close();
    const silent = await userConnection(server.url);
    server.pause();

    expect((await failureOf(natsPeer(nats(closed)))).message).toContain(
      "the connection that nats() was given is closed",
    );
    const failure = await failureOf(natsPeer(nats(silent, { connectTimeout: 200 })));
    expect(failure).toMatchObject({ code: "BROKER_UNREACHABLE" });
    expect(failure.message).toContain(`nats at ${server.url} cannot be reached: no answer within 200 ms`);
    const abort = new AbortController();
    const reason = new Error("enough");
    const given = failureOf(natsPeer(nats(silent), abort.signal));
    abort.abort(reason);
    expect(await given).toBe(reason);
    expect(silent.isClosed()).toBe(false);
  });
});

function toDataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
