/** How often a pool starts workers, when it replaces them, and how it ends: with processes that are none. */

import { expect, it } from "vitest";
import type { ToWorker } from "../../../../src/hosts/node/workers/messages.ts";
import { WorkerPool } from "../../../../src/hosts/node/workers/worker-pool.ts";
import type { WorkerListener } from "../../../../src/hosts/node/workers/worker-process.ts";
import { TestClock } from "../../../support/test-clock.ts";

interface Fake {
  readonly pid: number;
  readonly told: ToWorker[];
  readonly listener: WorkerListener;
  end(how?: string): void;
}

/** A pool of so many, and all that it ever started. */
function poolOf(size: number) {
  const clock = new TestClock();
  const started: Fake[] = [];
  const crashes: string[] = [];
  const pool = new WorkerPool({
    size,
    start: (listener) => {
      const pid = started.length + 1;
      const told: ToWorker[] = [];
      const end = (how = "exit code 1") => listener.workerOnExit(how);
      started.push({ pid, told, listener, end });
      return { pid, tell: (message) => void told.push(message), kill: () => end("SIGKILL") };
    },
    owner: {
      poolOnMessage: (worker) => worker.isUp(),
      poolOnExit() {},
      poolOnCrash: ({ pid }, how, delay) => crashes.push(`${pid} ${how} ${delay}`),
    },
    after: (milliseconds, work) => clock.after(milliseconds, work),
    now: () => clock.now(),
  });
  const up = (index: number) =>
    started[index]!.listener.workerOnMessage({ antiphon: "listening", listen: 0, url: "", port: 1 });
  return { pool, clock, started, crashes, up };
}

it("starts who crashes anew, at once, then after longer and longer, and at once again when it has lasted", () => {
  const { pool, clock, started, crashes, up } = poolOf(2);

  for (const delay of [0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    started.at(-1)!.end();
    expect(crashes.at(-1)).toMatch(new RegExp(` ${delay}$`));
    clock.advance(Math.max(delay - 1, 0));
    expect(pool.pids.length).toBe(delay === 0 ? 2 : 1);
    clock.advance(1);
    expect(pool.pids.length).toBe(2);
  }
  up(started.length - 1);
  clock.advance(9_999);
  started.at(-1)!.end();
  clock.advance(5_000);
  up(started.length - 1);
  clock.advance(10_000);
  started.at(-1)!.end("SIGSEGV");

  expect(crashes.at(-2)).toMatch(/ 5000$/);
  expect(crashes.at(-1)).toMatch(/ SIGSEGV 0$/);
});

it("tells all to close, kills who does not by the deadline, and starts nobody any more", async () => {
  const { pool, clock, started, crashes, up } = poolOf(3);
  up(0);
  up(1);
  started[1]!.end();
  clock.advance(1);

  pool.drain({ timeout: 1_000, code: 1012 });
  expect(started[0]!.told).toEqual([{ antiphon: "close", options: { timeout: 1_000, code: 1012 } }]);
  expect(pool.pids).toEqual([1]);
  clock.advance(1_499);
  expect(pool.pids).toEqual([1]);
  clock.advance(1);
  expect(pool.pids).toEqual([]);
  await pool.gone;

  expect([started.length, crashes, clock.timers]).toEqual([4, ["2 exit code 1 0"], 0]);
});

it("replaces one that is to end at once, and does not take it for crashed", () => {
  const { pool, started, crashes, up } = poolOf(1);
  up(0);
  const [worker] = pool.workers;

  pool.retire(worker!, { timeout: 100 });
  pool.retire(worker!, { timeout: 100 });
  expect(pool.pids).toEqual([1, 2]);
  started[0]!.end("exit code 0");

  expect([pool.pids, crashes]).toEqual([[2], []]);
});
