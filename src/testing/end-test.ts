/** How a test client ends: everything is closed, handlers have their time, and what went wrong unseen is thrown. */

import { AntiphonError, TEST_ERRORS, TEST_LEFTOVERS } from "../errors.ts";
import type { AppSide } from "./app/app-side.ts";
import type { Seat } from "./app/clock-seat.ts";
import { nameOf } from "./app/visit-record.ts";
import type { Look } from "./look.ts";
import type { Network } from "./network/network.ts";
import { startPatience } from "./patience.ts";
import { settle } from "./settle.ts";
import type { TestSocket } from "./socket/test-socket.ts";
import type { ResolvedClientOptions } from "./test-client-options.ts";

/** What is to end. */
export interface TestParts {
  readonly app: AppSide;
  readonly network: Network;
  readonly sockets: ReadonlySet<TestSocket>;
  readonly options: ResolvedClientOptions;
  /** Gives up what is being opened. */
  readonly abort: () => void;
  readonly look: Look;
  readonly seat: Seat;
}

/** Ends it, and rejects with what went wrong: one error, or an `AggregateError` of several. */
export async function endTest(parts: TestParts): Promise<void> {
  const { app, network, sockets, options, look, seat } = parts;
  const { timeout } = options;
  const left: string[] = [];
  const open = [...sockets];
  parts.abort();
  // What hangs by a fault was meant to, and need not be waited for.
  for (const line of network.lines) {
    line.hurry();
    if (line.isStalled) line.cut();
  }
  await waitFor(Promise.all(open.map((socket) => socket.close().catch(() => {}))), timeout);
  for (const socket of open) {
    if (socket.state === "closed") continue;
    left.push(`the socket of ${socket.url.pathname} did not close within ${timeout} ms, and was terminated`);
    socket.terminate();
  }
  // The last Close frames are on their way.
  await settle(MOMENT);
  for (const line of network.lines) line.destroy();
  const records = [...app.records];
  await waitFor(Promise.all(records.map(({ ended }) => ended)), timeout);
  for (const { isInside, route } of records) {
    if (isInside) left.push(`the handler of ${route} still runs, ${timeout} ms after its connection has ended`);
  }
  await settle();
  try {
    left.push(...(await look.end(seat.isOnly)));
  } finally {
    await app.close();
    seat.leave();
  }
  const unseen = options.handlerErrors === "ignore" ? [] : app.errors.unseen.map(({ error }) => error);
  const list = left.join("; ");
  const isClean = left.length === 0 || !options.leftovers;
  const errors = [
    ...unseen,
    ...(isClean ? [] : [new AntiphonError(TEST_LEFTOVERS.code, TEST_LEFTOVERS.sentence(list))]),
  ];
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, TEST_ERRORS.sentence(errors.length, nameOf(errors[0])));
}

/** Milliseconds. */
const MOMENT = 100;

/** Until it is done, or for so long. */
function waitFor(work: Promise<unknown>, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = startPatience(timeout, resolve);
    void work.then(() => {
      stop();
      resolve();
    });
  });
}
