/** The first connection with Redis: where it goes, what a failure says, and what is left of it. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { redis } from "../../../src/brokers/redis/index.ts";
import { BrokerError } from "../../../src/errors.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort, RedisServer, redisPath } from "../../support/redis-server.ts";
import { uncaught } from "../../support/uncaught.ts";
import { BrokerProcess } from "../broker-lab.ts";
import { connected, refusal, who } from "./connected.ts";

const CERTIFICATES = join(import.meta.dirname, "../../support/authority");

describe("the place", () => {
  test.each([
    ["redis://localhost:6379", "redis://localhost:6379"],
    ["redis://user:secret@example.org:7000/2", "redis://example.org:7000/2"],
    ["rediss://:secret@[::1]?password=secret#secret", "rediss://[::1]"],
    ["redis://", "redis://localhost"],
    ["unix:///run/redis.sock", "unix:///run/redis.sock"],
  ])("of %s is %s", (url, place) => {
    expect(redis(url).place).toBe(place);
    expect(redis(url).name).toBe("redis");
  });

  test("is taken from a URL object, too", () => {
    expect(redis(new URL("redis://:secret@example.org")).place).toBe("redis://example.org");
  });
});

describe("what redis() refuses", () => {
  test.each([
    ["no URL", "localhost:secret", {}, "redis is a URL of localhost:, expected one like"],
    ["nothing", "", {}, "redis is no URL, expected one like"],
    ["another scheme", "http://user:secret@host", {}, "redis is a URL of http:, expected one like"],
    ["a database that is no number", "redis://:secret@host/shop", {}, "redis is a URL with the path /shop"],
    ["no client", {}, {}, "redis is an object of Object, expected a URL, or what createClient or createCluster"],
    ["null", null, {}, "redis is null, expected"],
    ["another library's client", { duplicate: () => {} }, {}, "redis is an object of Object, expected a URL"],
    ["an option that was mistyped", "redis://host", { leas: 5 }, "redis(url) has no option leas"],
    ["client options beside a client", clientLike(), { client: {} }, "redis(client) has no option client"],
    ["a lease of nothing", "redis://host", { lease: 0 }, "lease is 0, expected a whole number of milliseconds"],
    ["a lease that is no number", "redis://host", { lease: "15s" }, "lease is 15s, expected"],
    ["half a millisecond", "redis://host", { connectTimeout: 0.5 }, "connectTimeout is 0.5, expected"],
    ["a namespace that is no string", "redis://host", { namespace: 1 }, "namespace is 1, expected a string"],
    ["no options", "redis://host", null, "redis options is null, expected an object"],
  ])("%s", (_what, urlOrClient, options, sentence) => {
    const call = () => redis(urlOrClient as string, options as object);
    expect(call).toThrow(expect.objectContaining({ name: "UsageError", message: expect.stringContaining(sentence) }));
    expect(call).not.toThrow(/secret/);
  });
});

describe("what cannot be reached", () => {
  test("says that nothing listens there", async () => {
    const port = await freePort();
    expect(await refusal(redis(`redis://:topsecret@localhost:${port}`))).toMatchObject({
      name: "BrokerError",
      code: "BROKER_UNREACHABLE",
      message: `redis at redis://localhost:${port} cannot be reached: nothing listens there (ECONNREFUSED)`,
    });
  });

  test("says that there is no such host", async () => {
    expect(await refusal(redis("redis://no-such-host.invalid"))).toMatchObject({
      message: expect.stringMatching(/: no host of that name is known \((ENOTFOUND|EAI_AGAIN)\)$/),
    });
  });

  test("says that there is no such socket", async () => {
    expect(await refusal(redis("unix:///nowhere/redis.sock"))).toMatchObject({
      message: "redis at unix:///nowhere/redis.sock cannot be reached: there is no such socket file (ENOENT)",
    });
  });

  test("says that it does not answer, in the time that it was given", async () => {
    const port = await listening((socket) => socket.resume());
    expect(await refusal(redis(`redis://127.0.0.1:${port}`, { connectTimeout: 150 }))).toMatchObject({
      message: expect.stringMatching(/: no answer within 150 ms$/),
    });
  });

  test("says that it ended the connection", async () => {
    const port = await listening((socket) => socket.end());
    expect(await refusal(redis(`redis://127.0.0.1:${port}`))).toMatchObject({
      message: expect.stringMatching(/: it ended the connection; does it speak TLS \(rediss:\/\/\)\?/),
    });
  });

  test("never repeats a password, though the server does", async () => {
    const secret = "s3cr3t pass";
    const port = await listening((socket) => {
      socket.once("data", () => socket.write(`-ERR unknown command 'AUTH', with args beginning with: '${secret}'\r\n`));
    });
    for (const broker of [
      redis(`redis://user:${encodeURIComponent(secret)}@127.0.0.1:${port}`),
      redis(`redis://127.0.0.1:${port}`, { client: { password: secret } }),
    ]) {
      const error = (await refusal(broker)) as Error;
      expect(error.message).toContain("with args beginning with: '***'");
      expect(error.cause).toBeUndefined();
      expect(error.stack).not.toContain(secret);
    }
  });

  test("never repeats a URL that the package complains of", async () => {
    const error = (await refusal(redis("rediss://:topsecret@host", { client: { socket: { tls: false } } }))) as Error;
    expect(error).toMatchObject({ code: "BROKER_UNREACHABLE" });
    expect(error.cause).toBeUndefined();
    expect(`${error.message} ${error.stack}`).not.toContain("topsecret");
  });
});

test("a package that is not installed is one sentence that says what to install", async () => {
  const folder = await mkdtemp(join(tmpdir(), "antiphon-without-redis-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const root = join(import.meta.dirname, "../../..");
  await cp(join(root, "src"), join(folder, "src"), { recursive: true });
  await writeFile(
    join(folder, "connect.ts"),
    `import { redis } from "./src/brokers/redis/index.ts";
     const broker = redis("redis://127.0.0.1:1");
     const listener = { brokerOnMessage() {}, brokerOnLost() {}, brokerOnBack() {} };
     broker.connect({ process: "p", listener, signal: new AbortController().signal }).catch((error) => {
       console.log(error.code, error.message);
     });`,
  );

  const said = execFileSync(process.execPath, ["--import", join(root, "scripts/typescript.mjs"), "connect.ts"], {
    cwd: folder,
  });

  expect(said.toString()).toBe(
    "BROKER_PACKAGE_MISSING antiphon/redis needs a package that is not there: npm install redis\n",
  );
});

describe.skipIf(redisPath === undefined)("a real Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start({ password: "topsecret" });
  });
  afterAll(() => server?.close());
  const at = (user: string) => redis(server.url.replace("//", `//${user}@`));

  test("lets in whoever knows the password", async () => {
    const process = await connected(at(":topsecret"));
    await process.subscribe("t");
    await process.publish("t", "hello");
    expect(await process.hears("t", "hello")).toEqual(["hello"]);
  });

  test("takes options of createClient, and leaves them as they are", async () => {
    const client = { password: "topsecret", database: 3, name: "of-the-shop", socket: { keepAlive: true } };
    const before = structuredClone(client);
    const process = await connected(redis(server.url, { client }));
    await process.show(["t", "m", "info"]);

    expect(client).toEqual(before);
    const clients = await ask(server, "CLIENT", "LIST");
    expect(clients.split("\n").filter((line) => /name=of-the-shop .*db=3/.test(line))).toHaveLength(2);
  });

  test.each([
    ["a wrong password", ":wrong", "the user name or the password is wrong"],
    ["a wrong user", "nobody:topsecret", "the user name or the password is wrong"],
    ["no password", "", "it wants a password: redis://user:password@host"],
  ])("says so to %s, and keeps no connection", async (_what, user, why) => {
    const error = await refusal(at(user));

    expect(error).toBeInstanceOf(BrokerError);
    expect(error).toMatchObject({ message: `redis at ${server.url} cannot be reached: ${why}` });
    await eventually(() => others(server)).toBe(0);
  });

  test("says so to whoever has no password and speaks RESP 2, where it is not said at the beginning", async () => {
    expect(await refusal(redis(server.url, { client: { RESP: 2 } }))).toMatchObject({
      message: `redis at ${server.url} cannot be reached: it wants a password: redis://user:password@host`,
    });
    await eventually(() => others(server)).toBe(0);
  });

  test("says what it is missing of TLS", async () => {
    const url = server.url.replace("redis:", "rediss:");
    expect(await refusal(redis(url, { connectTimeout: 300 }))).toMatchObject({
      message: `redis at ${url} cannot be reached: no answer within 300 ms; does it speak TLS?`,
    });
  });

  test("keeps no connection of an attempt that is given up, however far it was", async () => {
    const errors = uncaught();
    for (const turns of [0, 1, 2, 3, 5, 8, 13, 21]) {
      const given = new AbortController();
      const attempt = at(":topsecret").connect(who(new BrokerProcess(), given.signal));
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      given.abort(new Error("given up"));
      const connection = await attempt.catch((error: Error) => {
        expect(error.message).toBe("given up");
      });
      await connection?.close();
    }
    await eventually(() => others(server)).toBe(0);
    expect(errors).toEqual([]);
  });

  test("keeps no connection of one that was closed", async () => {
    const process = await connected(at(":topsecret"));
    expect(await others(server)).toBe(2);
    await process.close();
    await eventually(() => others(server)).toBe(0);
  });

  test("says what a user may not do, and goes on", async () => {
    await ask(server, "ACL", "SETUSER", "reader", "on", ">pw", "+@all", "resetchannels", "&shop:allowed", "allkeys");
    const process = await connected(redis(server.url.replace("//", "//reader:pw@"), { namespace: "shop" }));

    const refused = { code: "BROKER_REFUSED", message: expect.stringContaining("this user may not do what is needed") };
    await expect(process.publish("other", "x")).rejects.toMatchObject(refused);
    await expect(process.subscribe("other")).rejects.toMatchObject(refused);
    await process.subscribe("allowed");
    await process.publish("allowed", "end");

    expect(await process.hears("allowed", "end")).toEqual(["end"]);
    expect(process.news).toEqual([]);
  });
});

describe.skipIf(redisPath === undefined)("a real Redis with TLS", () => {
  test("is spoken to by rediss://, and its certificate is looked at", async () => {
    const file = (name: string) => join(CERTIFICATES, name);
    const certificates = ["--tls-cert-file", file("server.pem"), "--tls-key-file", file("server-key.pem")];
    const args = [...certificates, "--tls-ca-cert-file", file("authority.pem"), "--tls-auth-clients", "no"];
    await using server = await RedisServer.start({ tls: true, args });
    const url = server.url.replace("redis:", "rediss:");

    const process = await connected(redis(url, { client: { socket: { ca: readFileSync(file("authority.pem")) } } }));
    await process.subscribe("t");
    await process.publish("t", "hello");
    expect(await process.hears("t", "hello")).toEqual(["hello"]);
    await process.close();

    expect(await refusal(redis(url))).toMatchObject({
      message: expect.stringMatching(/ cannot be reached: its certificate was refused \(/),
    });
    expect(await refusal(redis(server.url))).toMatchObject({
      message: expect.stringMatching(/ cannot be reached: it ended the connection; does it speak TLS/),
    });
  });
});

/** A server that is none of Redis's, at a free port. */
async function listening(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

function clientLike() {
  return { isPubSubActive: false, duplicate: () => {}, options: {} };
}

/** How many connections the server has, but for the one that asks. */
async function others(server: RedisServer): Promise<number> {
  return (await ask(server, "CLIENT", "LIST")).trim().split("\n").length - 1;
}

async function ask(server: RedisServer, ...words: string[]): Promise<string> {
  return String(await server.ask(...words));
}
