/** What is logged. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { consoleLogger, type Logger } from "../../../src/server/observing/logger.ts";
import { loggerObserver } from "../../../src/server/observing/logger-observer.ts";
import type { ConnectionClosed, Observer } from "../../../src/server/observing/observer.ts";

const CLOSED: ConnectionClosed = {
  id: "7",
  path: "/chat/42?room=1&token=s3cr3t",
  route: "/chat/:room",
  remoteAddress: "127.0.0.1",
  protocol: "",
  httpVersion: "1.1",
  compression: false,
  code: 1000,
  reason: "",
  wasClean: true,
  duration: 12_400,
  received: { messages: 12, bytes: 3100 },
  sent: { messages: 40, bytes: 9000 },
  dropped: 0,
};

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

function logged(act: (observer: Observer) => void): Line[] {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields: fields as Record<string, unknown> });
  };
  act(loggerObserver({ debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") }));
  return lines;
}

function textOf(act: (observer: Observer) => void): string[] {
  return logged(act).map(({ level, message }) => `${level}: ${message}`);
}

describe("a connection", () => {
  test("is one line at info when it has closed, with its fields for programs", () => {
    const [line] = logged((observer) => observer.connectionClosed?.(CLOSED));

    expect(line?.level).toBe("info");
    expect(line?.message).toBe(
      "ws /chat/42?room=1&token=*** from 127.0.0.1 · 1000 · 12.4 s · in 12 (3.1 KB) out 40 (9 KB)",
    );
    expect(line?.fields).toEqual({ ...CLOSED, path: "/chat/42?room=1&token=***" });
  });

  test("is one line at debug when it opens", () => {
    expect(textOf((observer) => observer.connectionOpened?.(CLOSED))).toEqual([
      "debug: ws /chat/42?room=1&token=*** from 127.0.0.1 open",
    ]);
  });

  test.each([1000, 1001, 1005, 1006, 1011, 4000])("that leaves with %i is no error", (code) => {
    const [line] = logged((observer) => observer.connectionClosed?.({ ...CLOSED, code, wasClean: code !== 1006 }));
    expect(line?.level).toBe("info");
  });

  test("that broke a limit is a warning that names it, without a stack", () => {
    const error = Object.assign(new Error("message of 9 bytes exceeds limits.messageSize (8)"), { code: "TOO_BIG" });
    const [line] = logged((observer) => observer.connectionClosed?.({ ...CLOSED, code: 1009, error }));

    expect(line?.level).toBe("warn");
    expect(line?.message).toMatch(/ · message of 9 bytes exceeds limits\.messageSize \(8\)$/);
    expect(line?.fields).toMatchObject({ code: 1009, error: "TOO_BIG" });
    expect(line?.fields).not.toHaveProperty("err");
  });

  test("tells reason and drops", () => {
    const event = { ...CLOSED, path: "/", code: 4000, reason: 'a "b"\n', dropped: 3, duration: 5 };
    const zero = { messages: 0, bytes: 0 };
    expect(textOf((observer) => observer.connectionClosed?.({ ...event, received: zero, sent: zero }))).toEqual([
      'info: ws / from 127.0.0.1 · 4000 "a \\"b\\"\\n" · 5 ms · in 0 (0 B) out 0 (0 B) · 3 dropped',
    ]);
  });

  test("is not heard message by message", () => {
    const observer = loggerObserver(consoleLogger);
    expect(observer.messageReceived).toBeUndefined();
    expect(observer.messageSent).toBeUndefined();
  });
});

test("a connection over a unix socket is from here", () => {
  expect(textOf((observer) => observer.connectionOpened?.({ ...CLOSED, path: "/", remoteAddress: "" }))).toEqual([
    "debug: ws / from local open",
  ]);
});

describe("a refusal", () => {
  const event = { path: "/a?key=k", remoteAddress: "::1", status: 404, reason: "no route matches" };

  test("is a line at info", () => {
    expect(textOf((observer) => observer.connectionRejected?.(event))).toEqual([
      "info: ws /a?key=*** from ::1 refused with 404: no route matches",
    ]);
  });

  test("for the origin is a warning that names the option", () => {
    const reason = 'Origin "http://a" refused: it matches none of origins; "http://a" in origins would allow it';
    const refused = { ...event, status: 403, reason, origin: "http://a" };
    expect(textOf((observer) => observer.connectionRejected?.(refused))).toEqual([
      `warn: ws /a?key=*** from ::1 refused with 403: ${reason}`,
    ]);
  });
});

test("drops are one warning per connection, full queues are for debug", () => {
  const drop = { id: "7", policy: "drop-oldest", messages: 1, bytes: 10 } as const;
  const full = { id: "7", direction: "send", state: "full", messages: 2, bytes: 2048 } as const;
  const lines = textOf((observer) => {
    observer.messagesDropped?.(drop);
    observer.messagesDropped?.(drop);
    observer.messagesDropped?.({ ...drop, id: "8" });
    observer.backpressure?.(full);
    observer.connectionClosed?.(CLOSED);
    observer.messagesDropped?.(drop);
  });

  expect(lines.map((line) => line.split(" · ")[0])).toEqual([
    "warn: 7 reads too slowly: drop-oldest dropped 1 message (10 B); more of it is counted when it closes",
    "warn: 8 reads too slowly: drop-oldest dropped 1 message (10 B); more of it is counted when it closes",
    "debug: send queue of 7 full: 2 messages (2 KB)",
    "info: ws /chat/42?room=1&token=*** from 127.0.0.1",
    "warn: 7 reads too slowly: drop-oldest dropped 1 message (10 B); more of it is counted when it closes",
  ]);
});

test("an error is logged once, with itself as err", () => {
  const error = new TypeError("x is not a function");
  const lines = logged((observer) => observer.error?.({ id: "7", path: "/a?sid=1", error, where: "handler" }));

  expect(lines).toEqual([
    {
      level: "error",
      message: "handler of /a?sid=***: TypeError: x is not a function",
      fields: { id: "7", path: "/a?sid=***", where: "handler", err: error },
    },
  ]);
});

test.each([
  ["text", "text"],
  [undefined, "undefined"],
  [Object.create(null), "a value of type object"],
  [Symbol("s"), "Symbol(s)"],
])("whatever is thrown is logged: %#", (error, shown) => {
  expect(textOf((observer) => observer.error?.({ error, where: "event" }))).toEqual([`error: event: ${shown}`]);
});

test("the app's own life is at info, warnings at warn", () => {
  const lines = textOf((observer) => {
    observer.listening?.({ url: "http://127.0.0.1:5042" });
    observer.warning?.({ code: "TEST", message: "Set `x`." });
    observer.draining?.({ connections: 1, timeout: 10_000 });
    observer.closed?.({ duration: 90_000, terminated: 2 });
  });

  expect(lines).toEqual([
    "info: listening on http://127.0.0.1:5042",
    "warn: Set `x`.",
    "info: closing: 1 connection within 10 s",
    "info: closed in 1.5 min, 2 connections terminated",
  ]);
});

test("a logger without debug lines is not given any to make", () => {
  const { debug: _, ...rest } = { ...consoleLogger };
  expect(Object.keys(loggerObserver(rest as Logger))).not.toContain("connectionOpened");
});

describe("a log line cannot be forged", () => {
  const FORGERIES = ["a\nerror: b", "a\r\u001b[2J", "a\u2028b", "a\u0085b", "a\u202eb", "a\0b", "a\u007fb"];

  test.each(FORGERIES)("by %j", (text) => {
    const lines = logged((observer) => {
      observer.connectionOpened?.({ ...CLOSED, path: text });
      observer.connectionClosed?.({ ...CLOSED, path: text, reason: text, remoteAddress: text, error: new Error(text) });
      observer.connectionRejected?.({ path: text, remoteAddress: text, status: 403, reason: text, origin: text });
      observer.error?.({ path: text, error: text, where: "handler" });
    });

    for (const { message } of lines) expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    for (const { fields } of lines) expect(String(fields["path"])).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(lines).toHaveLength(4);
  });

  test("by its length", () => {
    const [line] = logged((observer) => observer.connectionOpened?.({ ...CLOSED, path: "/".repeat(10_000) }));
    expect(line?.message.length).toBeLessThan(400);
  });
});

describe("the console", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("gets lines for people, and the stack of an error with its causes", () => {
    const written: string[] = [];
    for (const method of ["info", "warn", "error"] as const) {
      vi.spyOn(console, method).mockImplementation((text) => written.push(`${method} ${text}`));
    }
    const observer = loggerObserver(consoleLogger);
    const cause = new RangeError("cause\nerror: forged");

    observer.connectionClosed?.({ ...CLOSED, path: "/" });
    observer.warning?.({ code: "TEST", message: "Set `x`." });
    observer.error?.({ error: new Error("broken\nerror: forged", { cause }), where: "handler" });

    expect(written.slice(0, 2)).toEqual([
      "info ws / from 127.0.0.1 · 1000 · 12.4 s · in 12 (3.1 KB) out 40 (9 KB)",
      "warn warning: Set `x`.",
    ]);
    const [first, ...stack] = written[2]?.split("\n") ?? [];
    expect(first).toBe("error error: handler: Error: broken\\u000aerror: forged");
    expect(stack.filter((line) => /^ {4}at .*logger\.test\.ts/.test(line)).length).toBeGreaterThan(0);
    expect(stack).toContain("  caused by: RangeError: cause\\u000aerror: forged");
    expect(stack.filter((line) => !line.startsWith("  "))).toEqual([]);
  });
});
