/** Options that were mistyped or make no sense: one error that names them, at the call itself, and nothing is begun. */

import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { App, UsageError } from "../../../src/index.ts";
import { testApp } from "../../support/app-server.ts";

function errorOf(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error("nothing was thrown");
}

/** What a JavaScript user may write. */
// biome-ignore lint/suspicious/noExplicitAny: as said.
type Anything = any;

describe("new App", () => {
  it.each<[string, Anything, string, RegExp]>([
    ["a name that there is not", { origin: "*" }, "UNKNOWN_OPTION", /^App has no option origin; it has .*\borigins\b/],
    [
      "a limit that there is not",
      { limits: { mesageSize: 5 } },
      "UNKNOWN_OPTION",
      /^limits has no option mesageSize; it has .*\bmessageSize\b/,
    ],
    ["a limit of 0", { limits: { messageSize: 0 } }, "LIMIT_INVALID", /limits\.messageSize is 0/],
    ["a limit below 0", { limits: { connections: -1 } }, "LIMIT_INVALID", /limits\.connections is -1/],
    ["a limit that is no number", { limits: { lifetime: Number.NaN } }, "LIMIT_INVALID", /limits\.lifetime is NaN/],
    ["a limit in words", { limits: { messageSize: "1mb" } }, "LIMIT_INVALID", /limits\.messageSize is 1mb/],
    ["limits that are null", { limits: null }, "BAD_OPTION", /^limits is null/],
    ["limits that are a number", { limits: 5 }, "BAD_OPTION", /^limits is 5/],
    ["a heartbeat of 0", { heartbeat: { interval: 0 } }, "BAD_OPTION", /^heartbeat\.interval is 0/],
    ["a heartbeat in words", { heartbeat: { timeout: "5s" } }, "BAD_OPTION", /^heartbeat\.timeout is 5s/],
    ["compression in words", { compression: "yes" }, "BAD_OPTION", /^compression is yes/],
    [
      "a name of compression",
      { compression: { treshold: 4 } },
      "UNKNOWN_OPTION",
      /^compression has no option treshold/,
    ],
    ["a heartbeat's name", { heartbeat: { intervall: 1 } }, "UNKNOWN_OPTION", /^heartbeat has no option intervall/],
    ["a heartbeat that is a number", { heartbeat: 25_000 }, "BAD_OPTION", /^heartbeat is 25000/],
    ["a heartbeat that is null", { heartbeat: null }, "BAD_OPTION", /^heartbeat is null/],
    ["slowConsumer", { slowConsumer: "drop" }, "BAD_OPTION", /^slowConsumer is drop, expected close, drop-oldest/],
    [
      "publishOverflow",
      { publishOverflow: "block" },
      "BAD_OPTION",
      /^publishOverflow is block, expected drop-oldest, drop-newest/,
    ],
    [
      "a broker that is an address",
      { broker: "redis://localhost" },
      "BAD_OPTION",
      /^broker is redis:\/\/localhost, expected what redis/,
    ],
    ["a broker that is null", { broker: null }, "BAD_OPTION", /^broker is null/],
    ["a broker that cannot connect", { broker: { name: "mine" } }, "BAD_OPTION", /^broker is \[object Object\]/],
    ["a publish buffer of 0", { limits: { publishBuffer: 0 } }, "LIMIT_INVALID", /limits\.publishBuffer is 0/],
    ["overRate", { overRate: "slow" }, "BAD_OPTION", /^overRate is slow, expected close, pause/],
    ["an origin without scheme", { origins: ["example.com"] }, "BAD_ORIGINS", /"example\.com"/],
    ["an origin with a path", { origins: "https://example.com/chat" }, "BAD_ORIGINS", /example\.com\/chat/],
    ["hosts that are none", { hosts: [] }, "BAD_HOSTS", /hosts/],
    ["hosts with a scheme", { hosts: ["https://example.com"] }, "BAD_HOSTS", /https:/],
    ["hosts that are one text", { hosts: "example.com" }, "BAD_OPTION", /^hosts is example\.com, expected a list/],
    ["trustProxy", { trustProxy: "10.0.0.0/99" }, "BAD_TRUST_PROXY", /10\.0\.0\.0\/99/],
    ["trustProxy below 0", { trustProxy: -1 }, "BAD_TRUST_PROXY", /-1/],
    ["compression", { compression: { threshold: -1 } }, "BAD_COMPRESSION_OPTION", /compression\.threshold/],
    ["a logger that is a word", { logger: "info" }, "BAD_OPTION", /^logger is info/],
    ["a logger that is true", { logger: true }, "BAD_OPTION", /^logger is true/],
    ["a logger that lacks a method", { logger: { info() {} } }, "BAD_OPTION", /^logger\.warn is missing/],
    ["an observer that is no object", { observer: "metrics" }, "BAD_OPTION", /^observer is metrics/],
    [
      "a json that cannot read",
      { json: { stringify: JSON.stringify } },
      "BAD_OPTION",
      /^json\.parse is missing, expected a function/,
    ],
  ])("%s", (_what, options, code, sentence) => {
    const error = errorOf(() => new App(options));

    expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
    expect(error.message).not.toContain("\n");
  });

  it.each<[string, Anything]>([
    [
      "undefined in place of every value",
      { logger: undefined, limits: undefined, heartbeat: undefined, json: undefined },
    ],
    ["a limit that is undefined", { limits: { messageSize: undefined } }],
    ["a limit that is Infinity", { limits: { messageSize: Number.POSITIVE_INFINITY } }],
    ["pino's idea of a logger", { logger: { info() {}, warn() {}, error() {} } }],
  ])("%s is fine", (_what, options) => {
    expect(() => new App(options)).not.toThrow();
  });
});

describe("app.ws", () => {
  it.each<[string, Anything[], string, RegExp]>([
    ["no handler", [], "BAD_HANDLER", /handler of \/ws is undefined/],
    ["a handler that is text", ["echo"], "BAD_HANDLER", /handler of \/ws is string/],
    ["an event that there is not", [{ mesage() {} }], "UNKNOWN_OPTION", /events of ws\("\/ws"\) has no option mesage/],
    ["an event that is no function", [{ message: "echo" }], "BAD_OPTION", /^message of ws\("\/ws"\) is string/],
    ["options with no handler", [{ subprotocols: ["a"] }], "BAD_HANDLER", /handler of \/ws is missing/],
    [
      "an option that there is not",
      [{ protocols: ["a"] }, () => {}],
      "UNKNOWN_OPTION",
      /ws\("\/ws"\) has no option protocols/,
    ],
    ["a subprotocol with a space", [{ subprotocols: ["a b"] }, () => {}], "BAD_SUBPROTOCOL", /"a b"/],
    [
      "a limit that there is not",
      [{ limits: { size: 1 } }, () => {}],
      "UNKNOWN_OPTION",
      /limits of ws\("\/ws"\) has no option size/,
    ],
    [
      "a limit that only an app has",
      [{ limits: { connections: 1 } }, () => {}],
      "UNKNOWN_OPTION",
      /limits of ws\("\/ws"\) has no option connections; it has messageSize/,
    ],
    [
      "a limit of the app's broker",
      [{ limits: { publishBuffer: 1 } }, () => {}],
      "UNKNOWN_OPTION",
      /limits of ws\("\/ws"\) has no option publishBuffer/,
    ],
    [
      "a policy for slow consumers",
      [{ slowConsumer: "drop" }, () => {}],
      "BAD_OPTION",
      /^slowConsumer is drop, expected close, drop-oldest, drop-newest, latest-by-key/,
    ],
    ["an origin", [{ origins: "nonsense" }, () => {}], "BAD_ORIGINS", /"nonsense"/],
  ])("%s", (_what, given, code, sentence) => {
    const { app } = testApp();

    const error = errorOf(() => (app.ws as Anything)("/ws", ...given));

    expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
  });
});

describe("app.use", () => {
  it.each<[string, Anything[]]>([
    ["no middleware", ["/chat/*"]],
    ["a middleware that is an object", [{}]],
  ])("%s", (_what, given) => {
    const { app } = testApp();

    expect(errorOf(() => (app.use as Anything).apply(app, given))).toMatchObject({ code: "BAD_MIDDLEWARE" });
  });
});

describe("app.listen", () => {
  it.each<[string, Anything, string, RegExp]>([
    ["a name that there is not", { prot: 8080 }, "UNKNOWN_OPTION", /listen has no option prot; it has .*\bport\b/],
    ["a port that is text", { port: "8080" }, "PORT_INVALID", /8080/],
    ["a port above all", { port: 70_000 }, "PORT_INVALID", /70000/],
    ["path and port", { path: "/tmp/a.sock", port: 1 }, "LISTEN_OPTIONS_CONTRADICT", /path.*port/],
    ["tls without a key", { tls: { cert: "a" } }, "TLS_INCOMPLETE", /key/],
    [
      "signals with a name that there is not",
      { port: 0, signals: { time: 5 } },
      "UNKNOWN_OPTION",
      /signals has no option time/,
    ],
  ])("%s rejects, and nothing listens", async (_what, options, code, sentence) => {
    const { app, heard } = testApp();

    const error = await app.listen(options).catch((error: unknown) => error);

    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
    expect(heard.all("listening")).toEqual([]);
    expect(app.ready).toBe(false);
  });
});

describe("app.attach", () => {
  it.each<[string, Anything, string, RegExp]>([
    ["a prefix without slash", { prefix: "live" }, "BAD_PREFIX", /"live"/],
    ["a prefix with parameters", { prefix: "/:room" }, "BAD_PREFIX", /":?\/:room"/],
    ["a name that there is not", { path: "/live" }, "UNKNOWN_OPTION", /attach has no option path; it has prefix/],
  ])("%s", (_what, options, code, sentence) => {
    const { app } = testApp();
    const server = createServer();

    const error = errorOf(() => app.attach(server, options));

    expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
    expect(server.listenerCount("upgrade")).toBe(0);
  });
});

describe("app.close", () => {
  it.each<[string, Anything, RegExp]>([
    ["a code that may not be sent", { code: 1005 }, /1005/],
    ["a time that is none", { timeout: Number.NaN }, /timeout/],
    ["a spread below 0", { spread: -1 }, /spread/],
    ["a name that there is not", { time: 5 }, /time/],
  ])("%s is told, and the app can still be closed", async (_what, options, sentence) => {
    const { app, heard } = testApp();
    app.ws("/ws", (socket) => socket.accept());
    await app.listen({ port: 0, signals: false });

    const error = errorOf(() => app.close(options));

    expect(error.message).toMatch(sentence);
    expect(heard.all("draining")).toEqual([]);
    await app.close({ timeout: 100 });
    expect(heard.all("closed")).toHaveLength(1);
  });
});
