/** The grammar of Sec-WebSocket-Extensions (RFC 6455, 9.1). */
import { describe, expect, it } from "vitest";
import { formatExtensions, readExtensions } from "../../../src/protocol/deflate/extension-header.ts";

/** `name;parameter=value` without quotes, `|` between extensions: short to compare. */
function flat(header: string): string {
  const read = readExtensions(header);
  if ("reason" in read) return `! ${read.reason}`;
  return read.extensions
    .map(({ name, parameters }) => [
      name,
      ...parameters.map((p) => (p.value === true ? p.name : `${p.name}=${p.value}`)),
    ])
    .map((parts) => parts.join(";"))
    .join("|");
}

describe("readExtensions", () => {
  it.each([
    // The examples of RFC 6455, 9.1
    ["foo", "foo"],
    ["foo, bar; baz=2", "foo|bar;baz=2"],
    ["deflate-stream", "deflate-stream"],
    ["mux; max-channels=4; flow-control, deflate-stream", "mux;max-channels=4;flow-control|deflate-stream"],
    ["private-extension", "private-extension"],
    // RFC 7692, 5.1 and 7.1
    ['permessage-foo; x="10"', "permessage-foo;x=10"],
    ["permessage-foo; x=10, permessage-foo", "permessage-foo;x=10|permessage-foo"],
    // Implied space of RFC 6455, 4.3
    [" \t a \t ; \t b \t = \t c \t , \t d \t ", "a;b=c|d"],
    ['a ; b = "c" ; d', "a;b=c;d"],
    ["a;b;c,d;e", "a;b;c|d;e"],
    // Empty list elements (RFC 9110, 5.6.1.2)
    [",a,,b,", "a|b"],
    [" , \t, a , ", "a"],
    // Quoted strings (RFC 9110, 5.6.4)
    ['a; b="\\c\\d"', "a;b=cd"],
    ['a; b="x", c', "a;b=x|c"],
    // Kept as they came: what is twice or unknown is not for the grammar to judge
    ["a; b; b; B", "a;b;b;B"],
    ["!#$%&'*+-.^_`|~09azAZ", "!#$%&'*+-.^_`|~09azAZ"],
  ])("reads %j", (header, extensions) => {
    expect(flat(header)).toBe(extensions);
  });

  it.each([
    ["", "no extension is named"],
    [" , ,", "no extension is named"],
    [";", "expected a token at index 0"],
    ["a;", "expected a token at index 2"],
    ["a;;b", "expected a token at index 2"],
    ["a; =b", "expected a token at index 3"],
    ["a; b=", "expected a token or a quoted string at index 5"],
    ["a; b=;c", "expected a token or a quoted string at index 5"],
    ["a b", 'expected "," or ";" at index 2'],
    ["a=b", 'expected "," or ";" at index 1'],
    ["a; b c", 'expected "," or ";" at index 5'],
    ["a; b=c d", 'expected "," or ";" at index 7'],
    ['a; b="c"d', 'expected "," or ";" at index 8'],
    ['"a"', "expected a token at index 0"],
    ['a; "b"', "expected a token at index 3"],
    // RFC 6455, 9.1: "the value after quoted-string unescaping MUST conform to the 'token' ABNF"
    ['a; b=""', "quoted value is no token at index 7"],
    ['a; b="c d"', "quoted value is no token at index 10"],
    ['a; b=" c"', "quoted value is no token at index 9"],
    ['a; b="c,d"', "quoted value is no token at index 10"],
    ['a; b="\\""', "quoted value is no token at index 9"],
    ['a; b="', "quoted string has no end at index 6"],
    ['a; b="c', "quoted string has no end at index 7"],
    ['a; b="c\\"', "quoted string has no end at index 9"],
    ['a; b="c\\', "quoted string has no end at index 9"],
    ["caf\u00e9", 'expected "," or ";" at index 3'],
    ["a\r\nb", 'expected "," or ";" at index 1'],
    ["a\u00a0", 'expected "," or ";" at index 1'],
  ])("refuses %j: %s", (header, reason) => {
    expect(flat(header)).toBe(`! ${reason}`);
  });

  it.each(["a;".repeat(100_000), `a; b="${"\\".repeat(200_000)}`, `${" ".repeat(200_000)}x y`, ",".repeat(200_000)])(
    "takes linear time for hostile input",
    (header) => {
      const begin = performance.now();
      readExtensions(header);
      expect(performance.now() - begin).toBeLessThan(1000); // milliseconds; quadratic work would take minutes
    },
  );
});

describe("formatExtensions", () => {
  it("writes what readExtensions reads", () => {
    const header = "a; b; c=d, e";
    const read = readExtensions(header);
    if ("reason" in read) throw new Error(read.reason);
    expect(formatExtensions(read.extensions)).toBe(header);
  });
});
