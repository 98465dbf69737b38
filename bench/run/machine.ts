/** What the bench runs on and measures: the machine, and the versions of all that takes part. */

import { readFileSync } from "node:fs";
import { cpus, release, type } from "node:os";
import type { BenchRun, ServerName } from "../model.ts";
import { packagesOf } from "../servers/start.ts";
import { openFileLimit } from "../support/open-files.ts";
import { installed } from "../support/peers.ts";

/** This one. */
export function describeMachine(): BenchRun["machine"] {
  const all = cpus();
  return {
    cpu: all[0]?.model ?? "unknown",
    cores: all.length,
    node: process.versions.node,
    os: `${type()} ${release()}`,
    fileLimit: openFileLimit(),
  };
}

/** Of what these servers need. */
export function findVersions(servers: readonly ServerName[]): Readonly<Record<string, string>> {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as Package;
  const packages = [...new Set(servers.flatMap(packagesOf))].sort();
  return {
    antiphon: version,
    node: process.versions.node,
    ...Object.fromEntries(packages.map((name) => [name, installed(name) ?? "missing"])),
  };
}

interface Package {
  readonly version: string;
}
