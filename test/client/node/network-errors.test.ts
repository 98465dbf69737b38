/** Why there is no connection, as the system tells it: one sentence each, with the place. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectError } from "../../../src/client/node/connect-errors.ts";
import { failDial, openDial } from "../../support/dialing.ts";
import { rawServer, switching, tcpServer } from "../../support/raw-server.ts";
import { resolveTestNames } from "../../support/test-names.ts";

/** A port that nobody listens on: it was free a moment ago. */
async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A folder for unix sockets. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "antiphon-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe("TCP", () => {
  test("is refused where nobody listens", async () => {
    const port = await freePort();

    expect(await failDial(`ws://127.0.0.1:${port}/`)).toMatchObject({
      name: "ConnectError",
      code: "CONNECTION_REFUSED",
      message: `connection refused: nothing listens at 127.0.0.1:${port}`,
      cause: { code: "ECONNREFUSED" },
    });
  });

  test("names the address that a name has led to", async () => {
    const port = await freePort();
    resolveTestNames(["127.0.0.1"]);

    const { message } = await failDial(`ws://one.test:${port}/`);

    expect(message).toBe(`connection refused: nothing listens at one.test:${port} (127.0.0.1)`);
  });

  test("names all addresses that were tried (happy eyeballs)", async () => {
    const port = await freePort();
    resolveTestNames(["127.0.0.1", "127.0.0.2", "127.0.0.3"]);

    const error = await failDial(`ws://one.test:${port}/`);

    expect(error).toMatchObject({ code: "CONNECTION_REFUSED", cause: { name: "AggregateError" } });
    expect(error.message).toContain(`one.test:${port} (tried 127.0.0.1, 127.0.0.2, 127.0.0.3)`);
  });

  test("goes to the next address where the first does not answer", async () => {
    const server = await rawServer((request) => void request.socket.write(switching(request)));
    resolveTestNames(["127.0.0.2", "127.0.0.1"]);

    const { dialed } = await openDial(`ws://one.test:${server.port}/`);

    expect(dialed.protocol).toBe("");
  });

  test.each([
    ["ENOTFOUND", "NAME_NOT_FOUND", 'host "one.test" not found: no name server knows it (for one.test:80)'],
    [
      "EAI_AGAIN",
      "NAME_LOOKUP_FAILED",
      'host "one.test" could not be looked up: the name server does not answer (for one.test:80)',
    ],
  ])("needs an address: %s", async (system, code, message) => {
    const failure = Object.assign(new Error(`getaddrinfo ${system} one.test`), { code: system });
    resolveTestNames(failure);

    expect(await failDial("ws://one.test/")).toMatchObject({ name: "ConnectError", code, message, cause: failure });
  });
});

describe("a unix socket", () => {
  test("that is missing", async () => {
    const path = join(await folder(), "missing.sock");

    expect(await failDial(`ws+unix:${path}:/chat`)).toMatchObject({
      name: "ConnectError",
      code: "UNIX_SOCKET_MISSING",
      message: `there is no unix socket ${JSON.stringify(path)}`,
    });
  });

  test("that is a file", async () => {
    const path = join(await folder(), "file");
    await writeFile(path, "");

    expect(await failDial(`ws+unix:${path}`)).toMatchObject({
      code: "CONNECTION_REFUSED",
      message: `connection refused: nothing listens at ${path}`,
    });
  });
});

describe("the system's errors", () => {
  const PEER = { name: "one.test:80", host: "one.test" };
  const failure = (code: string, address?: string) => Object.assign(new Error(`connect ${code}`), { code, address });

  test.each([
    [
      "EHOSTUNREACH",
      "HOST_UNREACHABLE",
      "one.test:80 (10.0.0.1) cannot be reached: there is no way to its address from this machine",
    ],
    [
      "ENETUNREACH",
      "HOST_UNREACHABLE",
      "one.test:80 (10.0.0.1) cannot be reached: there is no way to its address from this machine",
    ],
    ["ETIMEDOUT", "CONNECTION_TIMED_OUT", "one.test:80 (10.0.0.1) does not answer: the system has given up connecting"],
    ["ECONNRESET", "CONNECTION_RESET", "one.test:80 reset the connection while connecting"],
    ["EMFILE", "CONNECT_FAILED", "cannot connect to one.test:80 (10.0.0.1): connect EMFILE"],
    ["EACCES", "CONNECT_FAILED", "cannot connect to one.test:80 (10.0.0.1): connect EACCES"],
  ])("%s", (system, code, message) => {
    const cause = failure(system, "10.0.0.1");

    expect(connectError(cause, PEER, "while connecting")).toMatchObject({ code, message, cause });
  });

  test("EACCES of a unix socket", () => {
    const peer = { name: "/run/x.sock", host: "localhost" };

    const error = connectError(failure("EACCES", "/run/x.sock"), peer, "while connecting");

    expect([error.code, error.message]).toEqual([
      "UNIX_SOCKET_FORBIDDEN",
      'no permission to use the unix socket "/run/x.sock"',
    ]);
  });

  test("of several addresses: the most telling one, and the others with their codes", () => {
    const cause = new AggregateError([failure("ENETUNREACH", "2001:db8::1"), failure("ECONNREFUSED", "10.0.0.1")]);

    expect(connectError(cause, PEER, "while connecting")).toMatchObject({
      code: "CONNECTION_REFUSED",
      message:
        "connection refused: nothing listens at one.test:80 (tried 2001:db8::1 ENETUNREACH, 10.0.0.1 ECONNREFUSED)",
      cause,
    });
  });

  test("of no address at all", () => {
    const cause = new AggregateError([], "none");

    expect(connectError(cause, PEER, "while connecting").message).toBe("cannot connect to one.test:80: none");
  });
});

test("a peer that ends the connection at once is told so", async () => {
  const port = await tcpServer((socket) => void socket.end());

  expect(await failDial(`ws://127.0.0.1:${port}/`)).toMatchObject({
    code: "CONNECTION_ENDED",
    message: `127.0.0.1:${port} ended the connection before it answered`,
  });
});
