/** Looks after what a client must not leave behind: sockets and timers; and whether its errors are those that are documented. */

import diagnostics from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { expect } from "vitest";
import * as errors from "../../src/errors.ts";
import { AntiphonError } from "../../src/errors.ts";
import { liveTimers, watchTimers } from "../soak/live-timers.ts";
import { eventually } from "./eventually.ts";
import type { FaultProxy } from "./fault-proxy.ts";

const CODES = new Set(
  Object.values(errors as Record<string, unknown>).flatMap((kind) => (kind as { code?: string }).code ?? []),
);

/** The name and the code of an error of ours; fails for any other, and for one without a sentence. */
export function nameOf(error: unknown): string {
  expect(error, String(error)).toBeInstanceOf(AntiphonError);
  const { name, code, message } = error as AntiphonError;
  expect(CODES).toContain(code);
  expect(message.length).toBeGreaterThan(10);
  return `${name} ${code}`;
}

/** Every socket that was made in this process to connect to somewhere. */
const sockets: Socket[] = [];

/** Call it once in a file of tests, before the first socket. */
export function watchLeftovers(): void {
  watchTimers();
  diagnostics.subscribe("net.client.socket", (message) => sockets.push((message as { socket: Socket }).socket));
}

/** No timer of ours runs, no socket to the proxy is left, and the proxy has seen the end of all. */
export async function expectNoLeftovers(proxy: FaultProxy): Promise<void> {
  await eventually(() => sockets.filter((one) => !one.destroyed && one.remotePort === proxy.port).length).toBe(0);
  await eventually(() => proxy.open).toBe(0);
  const ofClients = (place: string) => place.includes("/src/") && !/\/src\/(hosts|server)\//.test(place);
  await eventually(() => liveTimers().filter(ofClients)).toEqual([]);
}
