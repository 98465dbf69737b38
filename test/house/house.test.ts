/** The house rules on files: their opening, length and names, the doors of package.json, and no registry addresses. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isTyped, leaves, PACKAGE, type Target, toSource } from "./doors.ts";
import { modulesOfSrc, ROOT } from "./modules.ts";
import { checkLength, checkName, checkNoRegistry, checkOpening } from "./style-rules.ts";

const src = modulesOfSrc();

describe("every file of src/", () => {
  test("opens with a sentence", () => {
    expect(src.flatMap(({ path, text }) => checkOpening(path, text) ?? [])).toEqual([]);
  });

  test("holds one idea: at most 300 lines", () => {
    expect(src.flatMap(({ path, text }) => checkLength(path, text) ?? [])).toEqual([]);
  });

  test("is named by its idea", () => {
    expect(src.flatMap(({ path }) => checkName(path) ?? [])).toEqual([]);
  });
});

describe("package.json", () => {
  const targets = Object.entries(PACKAGE.exports).filter(([path]) => path !== "./package.json");
  const sources = new Set(targets.flatMap(([, target]) => leaves(target).map(({ file }) => toSource(file))));

  test("opens every door onto a file of src/ in the folder of its name", () => {
    for (const [path, target] of targets) {
      const folder = path.slice(2);
      for (const { file } of leaves(target)) {
        expect(existsSync(`${ROOT}/${toSource(file)}`), `${path} leads to ${toSource(file)}`).toBe(true);
        // A broker's door bears the broker's name alone: antiphon/redis is src/brokers/redis.
        expect([`src/${folder}`, `src/brokers/${folder}`].some((start) => toSource(file).startsWith(start))).toBe(true);
      }
    }
  });

  test("gives every door types that belong to its code, types first", () => {
    for (const [path, target] of targets) expect(isTyped(target), path).toBe(true);
  });

  test("has a door for every index.ts, and for every folder that DESIGN.md gives one", () => {
    const indexes = src.map(({ path }) => path).filter((path) => path.endsWith("/index.ts"));
    expect(indexes.filter((path) => !sources.has(path))).toEqual([]);

    const folders = new Set(src.map(({ path }) => path.split("/")[1]));
    const owed = ["protocol", "client", "blocking", "testing"].filter((folder) => folders.has(folder));
    expect(owed.filter((folder) => !(`./${folder}` in PACKAGE.exports))).toEqual([]);
  });

  test("has a source for every command", () => {
    expect(Object.values(PACKAGE.bin).filter((file) => !existsSync(`${ROOT}/${toSource(file)}`))).toEqual([]);
  });
});

test("no file of the project holds a registry address", () => {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  const paths = list
    .toString()
    .split("\0")
    .filter((path) => path !== "" && existsSync(`${ROOT}/${path}`));
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.flatMap((path) => checkNoRegistry(path, readFileSync(`${ROOT}/${path}`, "latin1")) ?? [])).toEqual([]);
});

describe("the rules themselves", () => {
  test.each([
    ["/** Frame headers: parse and encode. */\n", true],
    ["#!/usr/bin/env node\n/** The command. */\n", true],
    ["/**\n * Two lines\n * of one sentence.\n */\n", true],
    ["import x from 'y';\n/** Too late. */\n", false],
    ["// Not a doc comment.\n", false],
    ["/** no sentence */\n", false],
    ["", false],
  ])("an opening: %j", (text, good) => {
    expect(checkOpening("a.ts", text) === undefined).toBe(good);
  });

  test("a length", () => {
    expect(checkLength("src/a.ts", "x\n".repeat(300))).toBeUndefined();
    expect(checkLength("src/a.ts", "x\n".repeat(301))).toContain("301 lines");
  });

  test.each([
    ["src/send-queue.ts", true],
    ["src/utility-belt.ts", true],
    ["src/utils.ts", false],
    ["src/frame-helpers.ts", false],
    ["src/misc.test.ts", false],
  ])("a name: %s", (path, good) => {
    expect(checkName(path) === undefined).toBe(good);
  });

  test.each([
    ['"version": "1.0.0"', true],
    ["https://example.org/page", true],
    [`https://${["registry", "example", "org"].join(".")}/ws`, false],
    [`http://10.0.0.1/npm/${"ws.tgz"}`, false],
    ['"resolved": "x"', false],
  ])("an address: %s", (text, good) => {
    expect(checkNoRegistry("package-lock.json", text) === undefined).toBe(good);
  });

  test.each([
    [{ types: "./dist/a.d.ts", default: "./dist/a.js" }, true],
    [{ node: { types: "./dist/a.d.ts", default: "./dist/a.js" } }, true],
    [{ default: "./dist/a.js", types: "./dist/a.d.ts" }, false],
    [{ types: "./dist/b.d.ts", default: "./dist/a.js" }, false],
    [{ default: "./dist/a.js" }, false],
    ["./dist/a.js", false],
    [{ node: { types: "./dist/a.d.ts", default: "./dist/a.js" }, default: "./dist/b.js" }, false],
  ])("a door's types: %j", (target, good) => {
    expect(isTyped(target as Target)).toBe(good);
  });
});
