/** The process of a crowd: thousands of visits, started and ended as `crowd.ts` asks. */

import { scriptOf } from "../load/dialect.ts";
import type { Payloads } from "../load/payloads.ts";
import { answer } from "../support/child.ts";
import type { Arrivals, Opened, Rush } from "./crowd.ts";
import type { Target } from "./visit.ts";
import { localAddress, NotAgreedError, Visit } from "./visit.ts";

/** Less than a server's backlog: those that go one batch after another are not refused. */
const AT_ONCE = 200;

/** Milliseconds that a question may take at all, where it has no length of its own. */
const PATIENCE = 60_000;

let inside: Visit[] = [];
let arrived = 0;

answer({
  /** A batch after another. */
  async open({ count, ...target }: Target & { count: number }): Promise<Opened> {
    try {
      for (let left = count; left > 0; left -= AT_ONCE) {
        const batch = Array.from({ length: Math.min(AT_ONCE, left) }, () => arrive(target));
        inside.push(...(await patiently(Promise.all(batch), "to open")));
      }
      return { agreed: true };
    } catch (error) {
      if (error instanceof NotAgreedError) return { agreed: false };
      throw error;
    }
  },

  /** Each of those inside, a batch after another. */
  async talk({ payloads, dialect }: Pick<Target, "dialect"> & { payloads: Payloads }): Promise<void> {
    const { frames, replies } = scriptOf(payloads, dialect, false);
    for (let at = 0; at < inside.length; at += AT_ONCE) {
      const batch = inside.slice(at, at + AT_ONCE).map((visit) => visit.talk(frames[0]!, replies[0]!));
      await patiently(Promise.all(batch), "for an answer");
    }
  },

  /** How many are still inside. */
  count: (): number => inside.filter(({ isOpen }) => isOpen).length,

  leaveAll(): void {
    for (const visit of inside) visit.vanish();
    inside = [];
  },

  /** So many at any time, each with its close, until the time is over. */
  async handshakes({ inProgress, milliseconds, atLeast, ...target }: Target & Rush): Promise<Arrivals> {
    const began = performance.now();
    const cpu = process.cpuUsage();
    let count = 0;
    const visitor = async () => {
      do {
        const visit = await arrive(target);
        await visit.leave();
        count++;
      } while (count < atLeast || performance.now() - began < milliseconds);
    };
    const all = Promise.all(Array.from({ length: inProgress }, visitor));
    await patiently(all, "for a handshake and its close", milliseconds);
    return { opened: count, failed: 0, ...since(began, cpu) };
  },

  /** All in one turn of the event loop. */
  async openAtOnce({ count, ...target }: Target & { count: number }): Promise<Arrivals> {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const all = Promise.allSettled(Array.from({ length: count }, () => arrive(target)));
    const ends = await patiently(all, "for all to open");
    const times = since(began, cpu);
    const opened = ends.flatMap((end) => (end.status === "fulfilled" ? end.value : []));
    inside.push(...opened);
    return { opened: opened.length, failed: count - opened.length, ...times };
  },
});

/** Addresses change with each batch: finding a free port among thousands takes long. */
function arrive(target: Target): Promise<Visit> {
  return Visit.enter(target, localAddress(Math.floor(arrived++ / AT_ONCE)));
}

function since(began: number, cpu: NodeJS.CpuUsage): { seconds: number; busy: number } {
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, busy: (user + system) / 1e6 / seconds };
}

async function patiently<Value>(promise: Promise<Value>, what: string, own = 0): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited too long ${what}`)), PATIENCE + own);
  });
  try {
    return await Promise.race([promise, tired]);
  } finally {
    clearTimeout(timer);
  }
}
