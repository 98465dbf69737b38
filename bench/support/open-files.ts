/** How many files a process may open: each connection is one. */

import { spawnSync } from "node:child_process";

let limit: number | undefined;

/** What a shell of ours is told, asked once. */
export function openFileLimit(): number {
  limit ??= Number.parseInt(spawnSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).stdout ?? "", 10);
  // "unlimited", or no shell.
  return Number.isNaN(limit) ? Number.MAX_SAFE_INTEGER : limit;
}
