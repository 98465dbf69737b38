/** The examples of the test kit, as whoever copies the folder has them: Antiphon in node_modules, run by their own frameworks. */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runNpm } from "../../scripts/child.mjs";
import { inRoot } from "../../scripts/root.mjs";
import { bringJest } from "./jest/bring-jest.ts";

let folder: string;

beforeAll(async () => {
  const jest = await bringJest();
  // Outside of the checkout: nothing of ours is found by chance, neither packages nor a configuration.
  folder = realpathSync(mkdtempSync(join(tmpdir(), "antiphon-testing-")));
  cpSync(inRoot("examples", "testing"), folder, { recursive: true });
  await installAntiphon(join(folder, "node_modules", "antiphon"));
  const { dependencies } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  for (const name of [...Object.keys(dependencies), "vitest"]) link(name, inRoot("node_modules", name));
  link("jest", jest);
  link(".bin/vitest", inRoot("node_modules", ".bin", "vitest"));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("Vitest runs them", async () => {
  expect(await runScript("test:vitest")).toMatch(/Tests +6 passed \(6\)/);
});

test("Jest runs them", async () => {
  const output = await runScript("test:jest");

  expect(output).toMatch(/Tests: +4 passed, 4 total/);
  expect(output).not.toContain("did not exit");
});

test("node:test runs them, without `await using` and without a compiler", async () => {
  expect(await runScript("test:node")).toMatch(/ pass 4$/m);
});

test("a Jest that compiles to CommonJS finds nothing that it cannot: import.meta, await at the top", async () => {
  const { outputFiles } = await bundle({ format: "cjs", splitting: false, write: false });

  expect(outputFiles!.length).toBe(Object.keys(DOORS).length);
  expect(outputFiles!.filter(({ text }) => text.includes("import_meta"))).toEqual([]);
});

/** Runs a script of the copy's package.json; what it printed, if it ended well. */
async function runScript(name: string): Promise<string> {
  const { ok, output } = await runNpm(["run", name], { cwd: folder, timeout: 50_000, env: environment });
  expect(ok, output).toBe(true);
  return output;
}

/** Without what our own Vitest tells its children. */
const environment = { NODE_OPTIONS: "", VITEST: "", VITEST_POOL_ID: "", VITEST_WORKER_ID: "" };

function link(name: string, place: string): void {
  const path = join(folder, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(place, path, "junction");
}

/** The doors that the examples use, out of src/ as it is now: a test with a word in its name runs without a build before it. */
async function installAntiphon(home: string): Promise<void> {
  // As in the package: an error class is one and the same behind every door.
  await bundle({ format: "esm", splitting: true, outdir: home });
  const exports = Object.fromEntries(Object.entries(DOORS).map(([path, door]) => [path, `./${door}.js`]));
  writeFileSync(join(home, "package.json"), JSON.stringify({ name: "antiphon", type: "module", exports }));
}

function bundle(options: BuildOptions) {
  return build({
    entryPoints: Object.values(DOORS).map((door) => inRoot("src", `${door}.ts`)),
    outbase: inRoot("src"),
    outdir: "out",
    bundle: true,
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "silent",
    ...options,
  });
}

const DOORS = { ".": "index", "./client": "client/index", "./testing": "testing/index" };
