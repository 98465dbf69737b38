/** A processor profile of nothing but the steady state: begun and ended by whoever measures, not by the process's life. */

import { mkdirSync, writeFileSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";
import { join } from "node:path";

let session: Session | undefined;

/** Begins; a sample each 100 µs. */
export async function startProfile(): Promise<void> {
  session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 100 });
  await session.post("Profiler.start");
}

/** Ends, and leaves the profile in a folder under a name; gives where. */
export async function stopProfile({ folder, name }: { folder: string; name: string }): Promise<string> {
  const { profile } = (await session!.post("Profiler.stop")) as Profiler.StopReturnType;
  session!.disconnect();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.cpuprofile`);
  writeFileSync(file, JSON.stringify(profile));
  return file;
}
