/** The `compression` option: defaults and ranges. */
import { describe, expect, it } from "vitest";
import { resolveCompression } from "../../../src/protocol/deflate/compression-options.ts";

describe("resolveCompression", () => {
  it("is off unless asked for", () => {
    for (const option of [false, undefined, null]) expect(resolveCompression(option)).toBeNull();
  });

  it("has the documented defaults", () => {
    const defaults = {
      threshold: 1024,
      level: 3,
      memory: 8,
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 15,
      clientMaxWindowBits: 15,
    };
    expect(resolveCompression(true)).toEqual(defaults);
    expect(resolveCompression({})).toEqual(defaults);
    expect(resolveCompression({ level: undefined })).toEqual(defaults);
    expect(resolveCompression({ level: 9, clientMaxWindowBits: 8 })).toEqual({
      ...defaults,
      level: 9,
      clientMaxWindowBits: 8,
    });
  });

  it.each([
    [{ threshold: -1 }, "compression.threshold is -1, not a whole number of bytes"],
    [{ threshold: Number.NaN }, "compression.threshold is NaN, not a whole number of bytes"],
    [{ level: 10 }, "compression.level is 10, not a whole number from 0 to 9"],
    [{ level: 1.5 }, "compression.level is 1.5, not a whole number from 0 to 9"],
    [{ level: "6" }, 'compression.level is "6", not a whole number from 0 to 9'],
    [{ memory: 0 }, "compression.memory is 0, not a whole number from 1 to 9"],
    [{ serverMaxWindowBits: 7 }, "compression.serverMaxWindowBits is 7, not a whole number from 8 to 15"],
    [{ clientMaxWindowBits: 16 }, "compression.clientMaxWindowBits is 16, not a whole number from 8 to 15"],
    [{ clientMaxWindowBits: true }, 'compression.clientMaxWindowBits is "true", not a whole number from 8 to 15'],
    [{ serverNoContextTakeover: 1 }, 'compression.serverNoContextTakeover is "1", not true or false'],
    [{ clientNoContextTakeover: "no" }, 'compression.clientNoContextTakeover is "no", not true or false'],
  ])("throws for %j and names the option", (option, message) => {
    expect(() => resolveCompression(option as never)).toThrow(
      expect.objectContaining({ name: "UsageError", code: "BAD_COMPRESSION_OPTION", message }),
    );
  });

  it("takes both ends of each range", () => {
    for (const option of [
      { threshold: 0, level: 0, memory: 1, serverMaxWindowBits: 8, clientMaxWindowBits: 8 },
      { threshold: 1e12, level: 9, memory: 9, serverMaxWindowBits: 15, clientMaxWindowBits: 15 },
    ]) {
      expect(resolveCompression(option)).toMatchObject(option);
    }
  });
});
