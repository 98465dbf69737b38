/** Where a client connects to, out of all the forms in which users say it. */

import { runInNewContext } from "node:vm";
import { describe, expect, it, test } from "vitest";
import { resolvePlace } from "../../src/client/address.ts";
import type { Place } from "../../src/client/connect-options.ts";

const schemes = ["ws:", "wss:"];
const inNode = { base: undefined, schemes: [...schemes, "ws+unix:"] };
const inPage = { base: "https://example.com/app/index.html?a=1#top", schemes };

describe("a URL", () => {
  it.each([
    ["ws://localhost:8765/chat?room=1", "ws://localhost:8765/chat?room=1"],
    ["wss://example.com", "wss://example.com/"],
    ["http://localhost:8080/chat", "ws://localhost:8080/chat"],
    ["https://example.com/chat", "wss://example.com/chat"],
    ["HTTPS://Example.COM/Chat", "wss://example.com/Chat"],
    ["WS://EXAMPLE.com:80/", "ws://example.com/"],
    ["wss://example.com:443/", "wss://example.com/"],
    ["http://example.com:80/", "ws://example.com/"],
    ["https://example.com:443/", "wss://example.com/"],
    ["http://example.com:443/", "ws://example.com:443/"],
    ["https://example.com:80/", "wss://example.com:80/"],
    ["ws://http.example/http:", "ws://http.example/http:"],
    ["ws://user:secret@example.com/", "ws://user:secret@example.com/"],
    ["ws://[::1]:8765/", "ws://[::1]:8765/"],
    ["ws://bücher.example/ü?ü", "ws://xn--bcher-kva.example/%C3%BC?%C3%BC"],
    ["ws://ws:8765/", "ws://ws:8765/"],
  ])("%s is %s", (place, href) => {
    expect(resolvePlace(place, inNode).href).toBe(href);
    expect(resolvePlace(place, inPage).href).toBe(href);
    expect(resolvePlace(new URL(place), inNode).href).toBe(href);
  });

  it("of another realm is one, too, such as the location of a page", () => {
    const location = runInNewContext(`({ href: "https://example.com/chat", host: "example.com" })`) as URL;

    expect(resolvePlace(location, inPage).href).toBe("wss://example.com/chat");
  });

  it("that is given stays as it is: the caller's own is not changed", () => {
    const given = new URL("http://example.com/#part");

    resolvePlace(given, inNode);

    expect(given.href).toBe("http://example.com/#part");
  });

  it.each([
    ["ws://example.com/chat#part", "ws://example.com/chat"],
    ["ws://example.com/chat?a=1#", "ws://example.com/chat?a=1"],
    ["localhost:8765#part", "ws://localhost:8765/"],
    ["ws://example.com/%23", "ws://example.com/%23"],
  ])("loses its fragment, which servers never get: %s", (place, href) => {
    expect(resolvePlace(place, inNode).href).toBe(href);
  });
});

describe("a host and a port", () => {
  it.each([
    ["localhost:8765", "ws://localhost:8765/"],
    ["localhost:8765/chat?a=b:1", "ws://localhost:8765/chat?a=b:1"],
    ["localhost:8765?a", "ws://localhost:8765/?a"],
    ["127.0.0.1:8765/chat", "ws://127.0.0.1:8765/chat"],
    ["[::1]:8765", "ws://[::1]:8765/"],
    ["[2001:DB8::1]:8765/chat", "ws://[2001:db8::1]:8765/chat"],
    ["example.com:443", "ws://example.com:443/"],
    ["example.com:80", "ws://example.com/"],
    ["bücher.example:8765", "ws://xn--bcher-kva.example:8765/"],
    ["my_host-1:65535", "ws://my_host-1:65535/"],
    // Also where the host has the name of a scheme, as a container's may.
    ["ws:8765", "ws://ws:8765/"],
    ["https:8765/chat", "ws://https:8765/chat"],
  ])("%s is %s, in a page as well", (place, href) => {
    expect(resolvePlace(place, inNode).href).toBe(href);
    expect(resolvePlace(place, inPage).href).toBe(href);
  });
});

describe("parts", () => {
  it.each<[Place, string]>([
    [{}, "ws://localhost/"],
    [{ port: 8765 }, "ws://localhost:8765/"],
    [{ host: "example.com", port: 8080, path: "/chat" }, "ws://example.com:8080/chat"],
    [{ host: "example.com", secure: true }, "wss://example.com/"],
    [{ host: "example.com", secure: false, port: 443 }, "ws://example.com:443/"],
    [{ host: "example.com", path: "chat?a=1" }, "ws://example.com/chat?a=1"],
    [{ host: "example.com", path: "?a=1" }, "ws://example.com/?a=1"],
    [{ host: "example.com", path: "//other.example/" }, "ws://example.com//other.example/"],
    [{ host: "example.com", path: "@other.example" }, "ws://example.com/@other.example"],
    [{ host: "example.com", path: ":90" }, "ws://example.com/:90"],
    [{ host: "example.com", path: "" }, "ws://example.com/"],
    [{ host: "example.com", path: "chat#part" }, "ws://example.com/chat"],
    [{ host: "::1", port: 8765 }, "ws://[::1]:8765/"],
    [{ host: "[::1]", port: 8765 }, "ws://[::1]:8765/"],
    [{ host: "bücher.example" }, "ws://xn--bcher-kva.example/"],
    [{ host: "localhost", port: 1 }, "ws://localhost:1/"],
    [{ host: "localhost", port: 65_535 }, "ws://localhost:65535/"],
    [{ host: undefined, port: undefined, path: undefined, secure: undefined }, "ws://localhost/"],
  ])("%j are %s", (place, href) => {
    expect(resolvePlace(place, inNode).href).toBe(href);
    expect(resolvePlace(place, inPage).href).toBe(href);
  });

  it.each([
    "a/b",
    "a?b",
    "a#b",
    "user@a",
    "a\\b",
    "a b",
    "",
    "a%2Fb",
    "ws://a",
    "a:80",
    "a:80@b",
    "::1]@[::2",
    "fe80::1%1",
  ])("with the host %j are refused: nothing else of the URL may come from there", (host) => {
    expect(() => resolvePlace({ host, port: 8765 }, inNode)).toThrow(badUrl());
  });

  it.each([65_536, 1.5, 0.5, Number.POSITIVE_INFINITY])("with the port %s are refused", (port) => {
    expect(() => resolvePlace({ host: "localhost", port }, inNode)).toThrow(badUrl());
  });

  it.each<[string, unknown, string]>([
    ["port", 0, "a number above 0"],
    ["port", -1, "a number above 0"],
    ["port", Number.NaN, "a number above 0"],
    ["port", "8765", "a number above 0"],
    ["port", null, "a number above 0"],
    ["host", 127, "a string"],
    ["path", null, "a string"],
    ["secure", "no", "a boolean"],
  ])("are of the right kind: %s is not %s", (name, value, expected) => {
    expect(() => resolvePlace({ [name]: value }, inNode)).toThrow(
      expect.objectContaining({
        name: "UsageError",
        code: "BAD_OPTION",
        message: `place.${name} is ${value}, expected ${expected}`,
      }),
    );
  });

  it("with an unknown name are refused: hostname, say, would otherwise be localhost", () => {
    expect(() => resolvePlace({ hostname: "example.com", port: 80 } as Place, inNode)).toThrow(
      expect.objectContaining({
        name: "UsageError",
        code: "UNKNOWN_OPTION",
        message: "place has no option hostname; it has host, port, path, secure",
      }),
    );
  });
});

describe("in a page, what is relative", () => {
  it.each([
    ["/chat", "wss://example.com/chat"],
    ["/chat?a=1#part", "wss://example.com/chat?a=1"],
    ["?x", "wss://example.com/app/index.html?x"],
    ["./y", "wss://example.com/app/y"],
    ["../y", "wss://example.com/y"],
    ["/a:80/b", "wss://example.com/a:80/b"],
    ["//other.example/y", "wss://other.example/y"],
  ])("%s is %s", (place, href) => {
    expect(resolvePlace(place, inPage).href).toBe(href);
  });

  it("follows a page without TLS, and its port", () => {
    expect(resolvePlace("/chat", { base: "http://localhost:5173/", schemes }).href).toBe("ws://localhost:5173/chat");
  });

  it("is refused where there is no page", () => {
    for (const place of ["/chat", "?x", "./y", "//example.com/y"]) {
      expect(() => resolvePlace(place, inNode)).toThrow(badUrl(place, "it is relative to no page"));
    }
  });

  it("is refused where the page has no host", () => {
    expect(() => resolvePlace("/chat", { base: "about:blank", schemes })).toThrow(
      badUrl("/chat", "it lacks a scheme such as wss:, or a valid host or port, or has white space"),
    );
    expect(() => resolvePlace("/chat", { base: "file:///home/index.html", schemes })).toThrow(
      badUrl("/chat", "file: is none of ws:, wss:, http:, https:"),
    );
  });
});

describe("a unix socket", () => {
  const place = "ws+unix:/run/app.sock:/chat?a=1";

  it("is a place where the runtime knows such", () => {
    expect(resolvePlace(place, inNode).href).toBe(place);
    expect(resolvePlace(`${place}#part`, inNode).href).toBe(place);
    expect(resolvePlace(new URL(place), inNode).href).toBe(place);
    expect(resolvePlace("ws+unix:./app.sock", inNode).href).toBe("ws+unix:./app.sock");
  });

  it("is refused where it does not, with what it does know", () => {
    expect(() => resolvePlace(place, inPage)).toThrow(badUrl(place, "ws+unix: is none of ws:, wss:, http:, https:"));
  });
});

describe("no place", () => {
  const known = "ws:, wss:, ws+unix:, http:, https:";

  it.each([
    ["ftp://example.com/", `ftp: is none of ${known}`],
    ["file:///etc/passwd", `file: is none of ${known}`],
    ["javascript:alert(1)", `javascript: is none of ${known}`],
    ["localhost:chat", `localhost: is none of ${known}`],
    ["blob:https://example.com/1", `blob: is none of ${known}`],
  ])("has a scheme that nobody knows: %s", (place, reason) => {
    expect(() => resolvePlace(place, inNode)).toThrow(badUrl(place, reason));
    expect(() => resolvePlace(new URL(place), inNode)).toThrow(badUrl(place, reason));
  });

  it.each([
    ...["", " ", "localhost", "example.com/chat", "chat", "#part", "::1", "[::1]", ":8765", ":", "://", "@"],
    ...[
      "ws:",
      "ws:/",
      "ws://",
      "ws:///chat",
      "ws:/chat",
      "ws:chat",
      "wss:\\\\example.com",
      "http:///chat",
      "https:chat",
      "WS:///chat",
      "Https:chat",
    ],
    ...["ws://:8765", "ws://user@", "ws://user@:8765/", "ws://?a", "ws://#part", "ws://[::1", "ws://[::g]/"],
    ...[
      "ws://a b/",
      "ws://a/b c",
      " ws://a/",
      "ws://a/\n",
      "w\ts://a/",
      "localhost:80 80",
      "ws://a%20b/",
      "ws://a%2Fb/",
    ],
    ...[
      "localhost:0",
      "ws://localhost:0/",
      "http://localhost:0",
      "localhost:65536",
      "ws://localhost:99999",
      "ws://a:b/",
    ],
    ...["a:b:80", "user:1@localhost:80x", "ws:localhost:8765", "8765", "ws://256.256.256.256/"],
  ])("is %j, in a page neither", (place) => {
    for (const runtime of [inNode, inPage]) expect(() => resolvePlace(place, runtime)).toThrow(badUrl(place));
  });

  it.each([undefined, null, 8765, true, Number.NaN])("is %s", (place) => {
    expect(() => resolvePlace(place as never, inNode)).toThrow(badUrl(String(place)));
  });

  it("is an array, or a function", () => {
    expect(() => resolvePlace(["ws://a"] as never, inNode)).toThrow(
      expect.objectContaining({ code: "UNKNOWN_OPTION" }),
    );
    expect(() => resolvePlace((() => "ws://a") as never, inNode)).toThrow(badUrl("() =>"));
  });
});

test("the reason is in the sentence", () => {
  expect(() => resolvePlace("ws://", inNode)).toThrow(
    'cannot connect to "ws://": it lacks a scheme such as wss:, or a valid host or port, or has white space',
  );
});

/** As errors show it. */
function spared(place: string): string {
  return place.replace("a=1", "a=***").replace("user:1@", "user:***@");
}

function badUrl(place?: string, reason?: string) {
  const message =
    place === undefined
      ? expect.any(String)
      : expect.stringContaining(`cannot connect to "${spared(place)}${reason === undefined ? "" : `": ${reason}`}`);
  return expect.objectContaining({ name: "UsageError", code: "BAD_URL", message });
}
