/** The options of `connect` that only Node knows: what is wrong is told before anything is tried. */

import { describe, expect, test } from "vitest";
import type { ConnectOptions } from "../../../src/client/connect-options.ts";
import { nodeRuntime } from "../../../src/client/node/runtime.ts";
import { credentials, TRUST } from "../../support/dialing.ts";

const CLIENT = credentials("client");

describe("a UsageError names the option", () => {
  test.each([
    ["compression", { compression: "yes" }, "BAD_OPTION", "compression is yes, expected true, false or options"],
    ["compression", { compression: null }, "BAD_OPTION", "compression is null, expected true, false or options"],
    ["compression.level", { compression: { level: 10 } }, "BAD_COMPRESSION_OPTION", "compression.level is 10"],
    [
      "an unknown name in compression",
      { compression: { levle: 1 } },
      "UNKNOWN_OPTION",
      "compression has no option levle",
    ],
    ["redirects", { redirects: true }, "BAD_OPTION", "redirects is true"],
    ["redirects", { redirects: -1 }, "BAD_OPTION", "redirects is -1"],
    ["http2", { http2: "yes" }, "BAD_OPTION", "http2 is yes, expected true or false"],
    ["heartbeat", { heartbeat: true }, "BAD_OPTION", "heartbeat is true"],
    ["heartbeat.interval", { heartbeat: { interval: 0 } }, "BAD_OPTION", "heartbeat.interval is 0"],
    [
      "an unknown name in heartbeat",
      { heartbeat: { intervall: 1 } },
      "UNKNOWN_OPTION",
      "heartbeat has no option intervall",
    ],
    ["limits", { limits: 5 }, "BAD_OPTION", "limits is 5, expected an object of limits"],
    ["limits.messageSize", { limits: { messageSize: 0 } }, "LIMIT_INVALID", "limits.messageSize is 0"],
    ["limits.answerBody", { limits: { answerBody: "1" } }, "LIMIT_INVALID", "limits.answerBody is 1"],
    ["a limit of servers", { limits: { sendBuffer: 5 } }, "UNKNOWN_OPTION", "limits has no option sendBuffer"],
    ["proxy", { proxy: 5 }, "BAD_OPTION", "proxy is 5"],
    ["proxy", { proxy: "socks5://a:b@c" }, "BAD_OPTION", 'proxy is "socks5://c", expected a URL with http: or https:'],
    ["proxy.url", { proxy: { url: "http://" } }, "BAD_OPTION", 'proxy.url is "http://"'],
    ["an unknown name in proxy", { proxy: { uri: "http://a" } }, "UNKNOWN_OPTION", "proxy has no option uri"],
    ["proxy.headers", { proxy: { url: "http://a", headers: { Host: "b" } } }, "RESERVED_HEADER", "Host"],
    ["proxy.tls", { proxy: { url: "http://a", tls: { ca: "x" } } }, "TLS_INVALID", "proxy.tls: ca is or holds no"],
    ["tls", { tls: true }, "BAD_OPTION", "tls is true"],
    ["an unknown name in tls", { tls: { cafile: "x" } }, "UNKNOWN_OPTION", "tls has no option cafile"],
    ["tls.ca, a file name", { tls: { ca: "ca.pem" } }, "TLS_INVALID", "contents are wanted, not file names"],
    ["tls.ca, one of several", { tls: { ca: [TRUST.ca, ""] } }, "TLS_INVALID", "ca is or holds no certificate"],
    ["tls.cert without a key", { tls: { cert: CLIENT.cert } }, "BAD_OPTION", "tls.key is missing"],
    ["tls.key without a certificate", { tls: { key: CLIENT.key } }, "BAD_OPTION", "tls.cert is missing"],
    ["tls.cert, a file name", { tls: { ...CLIENT, cert: "x" } }, "TLS_INVALID", "cert or key is not in PEM form"],
    ["tls.key, a file name", { tls: { ...CLIENT, key: "x" } }, "TLS_INVALID", "cert or key is not in PEM form"],
    ["tls.key of another", { tls: { ...CLIENT, key: credentials("server").key } }, "TLS_INVALID", "does not belong to"],
    ["tls.servername", { tls: { servername: 5 } }, "BAD_OPTION", "tls.servername is 5"],
    ["tls.rejectUnauthorized", { tls: { rejectUnauthorized: 0 } }, "BAD_OPTION", "tls.rejectUnauthorized is 0"],
    ["tls.minVersion", { tls: { minVersion: "1.3" } }, "TLS_INVALID", '"1.3" is not a valid minimum TLS'],
  ])("%s: %j", (_name, options, code, sentence) => {
    const make = () => nodeRuntime(options as unknown as ConnectOptions);

    expect(make).toThrow(expect.objectContaining({ name: "UsageError", code }));
    expect(make).toThrow(sentence);
  });
});

test.each([
  ["none", {}],
  ["bytes for certificates", { tls: { ...CLIENT, ca: [Buffer.from(TRUST.ca)] } }],
  ["what is undefined", { tls: undefined, proxy: undefined, limits: { answerBody: undefined }, redirects: undefined }],
  ["a proxy by host and port", { proxy: "proxy.example:3128" }],
] as [string, ConnectOptions][])("takes %s", (_name, options) => {
  expect(nodeRuntime(options).schemes).toEqual(["ws:", "wss:", "ws+unix:", "wss+unix:"]);
});

describe("the heartbeat", () => {
  test.each([
    ["is on", undefined, { interval: 25_000, timeout: 20_000 }],
    ["keeps what is not given", { interval: 5 }, { interval: 5, timeout: 20_000 }],
    ["can be off", false, null],
    ["is none of pings where messages are sent", { message: () => "ping" }, null],
  ] as const)("%s", (_name, heartbeat, expected) => {
    expect(nodeRuntime({ heartbeat }).heartbeat).toEqual(expected);
  });
});

test("a close code that no client can send is refused", () => {
  const { checkClose } = nodeRuntime({});

  expect(() => checkClose(1006, "")).toThrow(expect.objectContaining({ code: "CLOSE_CODE_UNSENDABLE" }));
  expect(checkClose(1010, "extension missing")).toBeUndefined();
});

test("one signal may end any number of sockets without a warning of Node's", async () => {
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on("warning", hear);

  for (let socket = 0; socket < 12; socket++) {
    nodeRuntime({ signal });
    signal.addEventListener("abort", () => socket);
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", hear);

  expect(warnings).toEqual([]);
});
