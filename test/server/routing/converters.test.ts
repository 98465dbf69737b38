/** Converters: the built-in ones, what they refuse, and those of users. */

import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { compilePattern } from "../../../src/server/routing/compile-pattern.ts";
import type { Converter } from "../../../src/server/routing/converter.ts";
import { ConverterRegistry } from "../../../src/server/routing/converter-registry.ts";

const date: Converter<Date> = {
  pattern: /\d{4}-\d{2}-\d{2}|today/,
  parse: (text) => (Number.isNaN(Date.parse(text)) ? undefined : new Date(text)),
  format: (value) => value.toISOString().slice(0, 10),
};

function parse(converter: string, text: string): unknown {
  return new ConverterRegistry().get(converter)?.parse(text);
}

describe("a built-in converter", () => {
  test.each([
    ["int", "0", 0],
    ["int", "-0", 0],
    ["int", "42", 42],
    ["int", "-42", -42],
    ["int", "007", 7],
    ["int", "9007199254740991", Number.MAX_SAFE_INTEGER],
    ["int", "-9007199254740991", Number.MIN_SAFE_INTEGER],
    ["float", "1", 1],
    ["float", "-0.5", -0.5],
    ["float", "-0", 0],
    ["float", "3.14", 3.14],
    ["float", "100000000000000000000000", 1e23],
    ["string", "a/b", "a/b"],
    ["path", "a/b", "a/b"],
    ["uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
    ["uuid", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
  ])("%s reads %s as %s", (converter, text, value) => {
    expect(parse(converter, text)).toBe(value);
  });

  test.each([
    ["int", "9007199254740992 // not safe"],
    ["int", "9007199254740993 // would become ...992"],
    ["int", "-9007199254740992"],
    ["int", "1.0"],
    ["int", "1e3"],
    ["int", "+1"],
    ["int", "--1"],
    ["int", "-"],
    ["int", "0x10"],
    ["int", " 1"],
    ["int", "1\n"],
    ["int", "1_000"],
    ["int", "٣ // a digit, of another script"],
    ["float", ".5"],
    ["float", "5."],
    ["float", "1e3"],
    ["float", "NaN"],
    ["float", "Infinity"],
    ["float", `${"9".repeat(400)} // more than a number holds`],
    ["float", "1,5"],
    ["float", "1\n"],
    ["uuid", "f81d4fae7dec11d0a76500a0c91e6bf6"],
    ["uuid", "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}"],
    ["uuid", "g81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
    ["uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf"],
    ["uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6\n"],
  ])("%s does not read %s", (converter, line) => {
    expect(parse(converter, line.split(" // ")[0])).toBeUndefined();
  });

  test.each([
    [1e21, "1000000000000000000000"],
    [-1.5e22, "-15000000000000000000000"],
    [1e-7, "0.0000001"],
    [-1.25e-8, "-0.0000000125"],
    [-0, "0"],
    [0.5, "0.5"],
  ])("float writes %s without an exponent", (value, text) => {
    expect(new ConverterRegistry().get("float")?.format(value)).toBe(text);
  });
});

describe("a converter of one's own", () => {
  test("reads and writes as a built-in one", () => {
    const converters = new ConverterRegistry();
    converters.add("date", date);

    const pattern = compilePattern("/days/:day<date>", converters);

    expect(pattern.match("/days/2026-02-03")).toEqual({ day: new Date("2026-02-03") });
    expect(converters.names).toEqual(["string", "int", "float", "uuid", "path", "date"]);
  });

  test.each(["x2026-02-03", "2026-02-03x", "2026-02-03\n", "2026-02-03\n2026-02-03"])(
    "sees only text that its pattern describes whole, not %j",
    (text) => {
      const seen: string[] = [];
      const converters = new ConverterRegistry();
      converters.add("date", { ...date, pattern: /\d{4}-\d{2}-\d{2}|today/gm, parse: (text) => void seen.push(text) });

      const params = compilePattern("/:day<date>", converters).match(`/${encodeURIComponent(text)}`);

      expect(params).toBeUndefined();
      expect(seen).toEqual([]);
    },
  );

  test("answers the same every time, whatever the flags of its pattern", () => {
    const converters = new ConverterRegistry();
    converters.add("hex", { pattern: /[a-f]+/giy, parse: (text) => text, format: String });
    const pattern = compilePattern("/:code<hex>", converters);

    const answers = [1, 2, 3].map(() => pattern.match("/BEEF"));

    expect(answers).toEqual([{ code: "BEEF" }, { code: "BEEF" }, { code: "BEEF" }]);
  });

  test("keeps its `this`", () => {
    const converters = new ConverterRegistry();
    const base = {
      radix: 36,
      pattern: /[a-z\d]+/,
      parse(text: string) {
        return Number.parseInt(text, this.radix);
      },
      format(value: unknown) {
        return Number(value).toString(this.radix);
      },
    };
    converters.add("base36", base);

    expect(compilePattern("/:id<base36>", converters).match("/zz")).toEqual({ id: 1295 });
    expect(converters.get("base36")?.format(1295)).toBe("zz");
  });

  test("may answer null, false or 0: only undefined is no match", () => {
    const converters = new ConverterRegistry();
    converters.add("flag", { parse: (text) => (text === "no" ? null : false), format: String });
    const pattern = compilePattern("/:flag<flag>", converters);

    expect(pattern.match("/no")).toEqual({ flag: null });
    expect(pattern.match("/x")).toEqual({ flag: false });
  });

  test("that throws is a bug: match throws the same", () => {
    const converters = new ConverterRegistry();
    const bug = new RangeError("a bug");
    converters.add("bad", {
      parse: () => {
        throw bug;
      },
      format: String,
    });

    expect(() => compilePattern("/:x<bad>", converters).match("/1")).toThrow(bug);
  });

  test.each(["int", "path", "string"])("cannot take the name %s", (name) => {
    const converters = new ConverterRegistry();
    expect(() => converters.add(name as string, { parse: () => 1, format: String })).toThrow(
      expect.objectContaining({ code: "CONVERTER_TWICE", message: expect.stringContaining(`"${name}"`) }),
    );
  });

  test.each(["", "a b", "a>b", "1st", "a/b"])("cannot be named %j", (name) => {
    const converters = new ConverterRegistry();
    expect(() => converters.add(name, { parse: () => 1, format: String })).toThrow(UsageError);
  });

  test("belongs to its own registry only", () => {
    const [one, other] = [new ConverterRegistry(), new ConverterRegistry()];
    one.add("date", date);
    expect(other.get("date")).toBeUndefined();
    expect(other.get("constructor")).toBeUndefined();
  });
});
