/** Brings the npm dependencies when the lock file has changed since the last time; otherwise takes a few milliseconds. */

import { writeFileSync } from "node:fs";
import { runNpm } from "./child.mjs";
import { fingerprint, inRoot, ROOT, readStamp } from "./root.mjs";

const STAMP = inRoot("node_modules", ".antiphon-lock");

/** @returns {Promise<{ ok: boolean, output: string, note: string }>} */
export async function install() {
  const tooOld = nodeIsTooOld();
  if (tooOld) return { ok: false, output: tooOld, note: "" };

  // The platform counts: a checkout that moves from macOS to a container needs other binaries.
  const wanted = `${process.platform}-${process.arch} ${fingerprint(["package-lock.json"])}`;
  if (readStamp(STAMP) === wanted) return { ok: true, output: "", note: "up to date" };

  const { ok, output } = await runNpm(["ci", "--prefer-offline"], { cwd: ROOT });
  if (ok) writeFileSync(STAMP, `${wanted}\n`);
  return { ok, output, note: "npm ci" };
}

/** @returns {string | undefined} a sentence, when this Node.js cannot run Antiphon */
function nodeIsTooOld() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `Antiphon needs Node.js 20.19 or newer; this is ${process.version}.\n`;
}
