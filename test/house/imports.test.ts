/** Who imports whom in src/: directions, circles, Node's place, packages (DESIGN.md, section 3). */

import { describe, expect, test } from "vitest";
import { doorSources, PACKAGE } from "./doors.ts";
import {
  checkCircles,
  checkCliUsesDoors,
  checkDirections,
  checkNodeGlobals,
  checkNodeStaysInItsPlace,
  checkPackages,
  checkPaths,
  checkTopLevelAwait,
} from "./import-rules.ts";
import { type Module, modulesOfSrc, parseModule } from "./modules.ts";

const src = modulesOfSrc();
const doorFiles = new Set(Object.values(doorSources()));

describe("src/", () => {
  test("points its imports down", () => expect(checkDirections(src)).toEqual([]));
  test("has no circle, types counted", () => expect(checkCircles(src)).toEqual([]));
  test("keeps node: in its place", () => expect(checkNodeStaysInItsPlace(src)).toEqual([]));
  test("keeps Node's globals in their place", () => expect(checkNodeGlobals(src)).toEqual([]));
  test("imports only packages that its users get", () => {
    const { dependencies = {}, peerDependencies = {} } = PACKAGE;
    expect(checkPackages(src, Object.keys({ ...dependencies, ...peerDependencies }))).toEqual([]);
  });
  test("names files as they are", () => expect(checkPaths(src)).toEqual([]));
  test("can be required: no top-level await", () => expect(checkTopLevelAwait(src)).toEqual([]));
  test("shows its command line only the doors", () => expect(checkCliUsesDoors(src, doorFiles)).toEqual([]));
});

describe("a house made up", () => {
  test.each([
    ["socket", "protocol"],
    ["hosts", "errors"],
    ["brokers", "rooms"],
    ["blocking", "client"],
    ["blocking", "server"],
    ["testing", "brokers"],
    ["testing", "hosts"],
  ])("%s may import %s", (upper, lower) => {
    expect(checkDirections(house({ [`src/${upper}/a.ts`]: `import "../${lower}/b.ts";` }))).toEqual([]);
  });

  test.each([
    ["protocol", "socket"],
    ["rooms", "brokers"],
    ["server", "client"],
    ["client", "server"],
    ["client", "rooms"],
    ["hosts", "testing"],
    ["testing", "cli"],
    ["errors", "protocol"],
  ])("%s may not import %s", (lower, upper) => {
    const complaints = checkDirections(house({ [`src/${lower}/a.ts`]: `\nimport "../${upper}/b.ts";` }));
    expect(complaints).toEqual([`src/${lower}/a.ts:2: ${lower} may not import src/${upper}/b.ts`]);
  });

  test("has no place for a folder that the design does not know", () => {
    expect(checkDirections(house({ "src/misc/a.ts": "" }))).toHaveLength(1);
  });

  test.each([
    'import type { A } from "../server/a.ts";',
    'export type { A } from "../server/a.ts";',
    'export * from "../server/a.ts";',
    'type A = import("../server/a.ts").A;',
    'const a = () => import("../server/a.ts");',
    'import a = require("../server/a.ts");',
    'const a = require("../server/a.ts");',
  ])("is seen whatever the form: %s", (line) => {
    expect(checkDirections(house({ "src/protocol/a.ts": line }))).toHaveLength(1);
  });

  test("is not fooled by what only looks like an import", () => {
    const text = '// import "../server/a.ts";\nconst a = `import "../server/a.ts"`;';
    expect(checkDirections(house({ "src/protocol/a.ts": text }))).toEqual([]);
  });

  test("shows its circles", () => {
    const modules = house({
      "src/protocol/a.ts": 'import "./b.ts";',
      "src/protocol/b.ts": 'import type { C } from "./c.ts";',
      "src/protocol/c.ts": 'import "./b.ts";',
    });
    expect(checkCircles(modules)).toEqual(["circle: src/protocol/b.ts -> src/protocol/c.ts -> src/protocol/b.ts"]);
  });

  test("keeps node: and what needs it out of the core", () => {
    const modules = house({
      "src/protocol/a.ts": 'import "node:zlib";',
      "src/protocol/b.ts": 'import "./node/zlib.ts";',
      "src/protocol/node/zlib.ts": 'import "node:zlib";',
      "src/hosts/node/http.ts": 'import "node:http";',
      "src/cli/main.ts": 'import "node:fs";',
      "src/index.ts": 'import "./hosts/node/http.ts";',
    });
    expect(checkNodeStaysInItsPlace(modules)).toEqual([
      "src/protocol/a.ts:1: node:zlib belongs into a node/ folder",
      "src/protocol/b.ts:1: src/protocol/node/zlib.ts needs Node.js, this file must not",
    ]);
  });

  test.each([
    ["Buffer.from([])", 1],
    ["let a: Buffer;", 1],
    ["globalThis.process.env", 1],
    ["const { env } = process;", 1],
    ["const a = { process };", 1],
    ["stream.process()", 0],
    ["function f(process: number) { return process; }", 0],
    ["class A { process() {} }", 0],
    ["interface A { process: number }", 0],
    ["new Uint8Array(new ArrayBuffer(1))", 0],
  ])("counts Node's globals in `%s`: %i", (line, count) => {
    expect(checkNodeGlobals(house({ "src/protocol/a.ts": line }))).toHaveLength(count);
    expect(checkNodeGlobals(house({ "src/protocol/node/a.ts": line }))).toEqual([]);
  });

  test("imports only packages that it names", () => {
    const modules = house({
      "src/cli/a.ts": 'import "commander"; import "@scope/name/deep"; import "fs"; import "node:fs"; import "ws";',
    });
    expect(checkPackages(modules, ["commander", "@scope/name"])).toEqual([
      "src/cli/a.ts:1: fs is in neither dependencies nor peerDependencies",
      "src/cli/a.ts:1: ws is in neither dependencies nor peerDependencies",
    ]);
  });

  test("names files as they are", () => {
    const modules = house({
      "src/protocol/a.ts": 'import "./b.js"; import "./b"; import "./b.ts"; import(name);',
      "src/protocol/b.ts": "",
    });
    expect(checkPaths(modules)).toHaveLength(3);
  });

  test.each([
    ["await 1;", 1],
    ["for await (const a of b) {}", 1],
    ["await using a = b();", 1],
    ["async function f() { await 1; for await (const a of b) {} }", 0],
    ["const f = async () => await 1;", 0],
  ])("counts top-level awaits in `%s`: %i", (line, count) => {
    expect(checkTopLevelAwait(house({ "src/protocol/a.ts": line }))).toHaveLength(count);
  });

  test("lets cli through the doors only", () => {
    const modules = house({
      "src/cli/a.ts": 'import "./b.ts"; import "../protocol/index.ts"; import "../protocol/mask.ts";',
    });
    expect(checkCliUsesDoors(modules, new Set(["src/protocol/index.ts"]))).toEqual([
      "src/cli/a.ts:1: cli uses only the doors, and src/protocol/mask.ts is none",
    ]);
  });
});

function house(files: Record<string, string>): Module[] {
  return Object.entries(files).map(([path, text]) => parseModule(path, text));
}
