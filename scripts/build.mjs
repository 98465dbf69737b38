/** Builds src/ into dist/ when something that it is made from has changed. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { writeBrowserBundle } from "./bundle.mjs";
import { run } from "./child.mjs";
import { fingerprint, inRoot, isMain, ROOT, readStamp } from "./root.mjs";

const MADE_FROM = [
  "src",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "scripts/build.mjs",
  "scripts/bundle.mjs",
];
const STAMP = inRoot(".cache", "build");

/** @returns {Promise<{ ok: boolean, output: string, note: string }>} */
export async function build() {
  const wanted = fingerprint(MADE_FROM);
  if (existsSync(inRoot("dist")) && readStamp(STAMP) === wanted) return { ok: true, output: "", note: "up to date" };

  rmSync(STAMP, { force: true });
  rmSync(inRoot("dist"), { recursive: true, force: true }); // A file that left src/ must leave the package too.
  const tsc = inRoot("node_modules", "typescript", "bin", "tsc");
  const { ok, output } = await run(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: ROOT });
  if (!ok) return { ok, output, note: "tsc" };
  try {
    await writeBrowserBundle();
  } catch (error) {
    return { ok: false, output: String(error), note: "rolldown" };
  }
  mkdirSync(inRoot(".cache"), { recursive: true });
  writeFileSync(STAMP, `${wanted}\n`);
  return { ok, output, note: "tsc, rolldown" };
}

if (isMain(import.meta.url)) {
  const { ok, output, note } = await build();
  process.stderr.write(ok ? `build: ${note}\n` : output);
  process.exitCode = ok ? 0 : 1;
}
