/** The bodies of HTTP/1.1 answers: in any pieces, and malformed. */

import { describe, expect, test } from "vitest";
import { bodyReader } from "../../../src/client/node/http-body.ts";
import { HeaderList } from "../../../src/protocol/index.ts";

/** What a reader gives of pieces, and whether the body is over then. */
function read(pieces: readonly string[], fields: [string, string][], status = 400): [string, boolean] {
  const reader = bodyReader({ status, headers: new HeaderList(fields) });
  const taken = pieces.flatMap((piece) => [...reader.push(Buffer.from(piece, "latin1"))]);
  return [Buffer.concat(taken).toString("latin1"), reader.over];
}

const CHUNKED: [string, string][] = [["Transfer-Encoding", "gzip, chunked"]];
const BODY = '4\r\nWiki\r\nE;x="y"\r\n in\r\n\r\nchunks.\r\n0\r\nTrailer: x\r\n\r\n';
const TEXT = "Wiki in\r\n\r\nchunks.";

describe("a chunked body", () => {
  test("is read whole, and split at every offset", () => {
    expect(read([BODY], CHUNKED)).toEqual([TEXT, true]);
    for (let at = 0; at <= BODY.length; at++) {
      expect(read([BODY.slice(0, at), BODY.slice(at)], CHUNKED)).toEqual([TEXT, true]);
    }
  });

  test("is read byte by byte, and is over with its last chunk", () => {
    expect(read([...BODY], CHUNKED)).toEqual([TEXT, true]);
    expect(read([BODY.slice(0, BODY.indexOf("0\r\n"))], CHUNKED)).toEqual([TEXT, false]);
  });

  test.each([
    ["a size that is none", "4\r\nWiki\r\nxyz\r\nmore"],
    ["an empty size", "4\r\nWiki\r\n\r\nmore"],
    ["a size beyond all numbers", "4\r\nWiki\r\nfffffffffffffff\r\nmore"],
    ["a line without an end", `4\r\nWiki\r\n${"1".repeat(2_000)}`],
  ])("ends at %s", (_name, body) => {
    expect(read([body], CHUNKED)).toEqual(["Wiki", true]);
  });
});

test.each([
  ["by its length", [["Content-Length", "3"]], "abc", true],
  ["until the end, if the length is none", [["Content-Length", "3, 3"]], "abcdef", false],
  ["until the end, without a length", [], "abcdef", false],
  [
    "until the end, in another coding",
    [
      ["Transfer-Encoding", "gzip"],
      ["Content-Length", "3"],
    ],
    "abcdef",
    false,
  ],
] as [string, [string, string][], string, boolean][])("a body is read %s", (_name, fields, text, over) => {
  expect(read(["ab", "cdef"], fields)).toEqual([text, over]);
});
