/** Scenarios in which messages leave at a rate, whatever comes back: latency under a load that all can bear, and the cost of more connections. */

import type { Worked } from "../load/main.ts";
import type { Offered } from "../load/open-loop.ts";
import type { Payloads } from "../load/payloads.ts";
import type { Sample, ServerName } from "../model.ts";
import type { Place, RunnableScenario } from "../scenario.ts";
import { SharedLoad } from "./shared-load.ts";
import { costOf, type Sides, sampleTime, setStage, warmUpTime } from "./stage.ts";

const PAYLOADS: Payloads = { kind: "text", size: 64, count: 1 };

/** Latency at half of what the slowest of the servers can do; it is found out first. */
export function latency(connections: number, servers: readonly ServerName[]): RunnableScenario {
  const shared = new SharedLoad();
  const setting = { kind: "echo", connections, payloads: PAYLOADS, deflate: false } as const;
  let rate: Promise<number> | undefined;

  async function ready(sides: Sides): Promise<void> {
    await sides.load.ask("open", { id: sides.id, ...sides.crowd });
    await sides.load.ask("check", { id: sides.id, shape: "echo", milliseconds: 0 });
    await offer(sides, await rate!, warmUpTime(sides.place));
  }

  async function sample(sides: Sides): Promise<Sample> {
    // Twice as long as elsewhere: the tail is made of few messages.
    const work = async () => offer(sides, await rate!, 2 * sampleTime(sides.place));
    const { sample, result } = await costOf(sides, work);
    const { p50, p99, p999, loadLate } = result;
    const { messagesPerSecond, serverCpu } = sample.extra;
    const extra = {
      p50,
      p99,
      p999,
      rate: await rate!,
      messagesPerSecond: messagesPerSecond!,
      serverCpu: serverCpu!,
      loadLate,
    };
    return { value: p99, extra };
  }

  return {
    scenario: {
      id: `latency-${connections}`,
      group: "latency",
      title: `Latency of an echo, ${connections} connections, 64 B, at half of what the slowest server can do`,
      unit: "ms, 99 of 100 messages",
      lowerIsBetter: true,
    },
    servers,
    seconds: { start: 2.2, sample: 0.7 },
    start(server, place) {
      rate ??= slowest(
        place.servers.filter((name) => servers.includes(name)),
        place,
      );
      return rate.then(() => setStage(shared, server, setting, { place, ready, sample }));
    },
  };

  /** Half of the least messages per second that one of them answers when each connection has one in flight. */
  async function slowest(names: readonly ServerName[], place: Place): Promise<number> {
    const most: number[] = [];
    // So that all of them have the same one.
    const load = shared.take(place.loadCore, 0);
    for (const name of names) {
      // Who fails here fails again in its own turn, and says so there.
      await mostOf(name, place).then(
        (rate) => most.push(rate),
        () => {},
      );
    }
    await shared.giveBack(load, 0);
    if (most.length === 0) throw new Error("no server could be measured to find the rate");
    return Math.round(Math.min(...most) / 2);
  }

  async function mostOf(name: ServerName, place: Place): Promise<number> {
    let most = 0;
    const acts = {
      place,
      sample,
      async ready({ load, id, crowd }: Sides): Promise<void> {
        await load.ask("open", { id, ...crowd });
        await load.ask("run", { id, shape: "echo", milliseconds: warmUpTime(place) });
        const { messages, milliseconds } = await load.ask<Worked>("run", { id, shape: "echo", milliseconds: 300 });
        most = (messages / milliseconds) * 1000;
      },
    };
    const stage = await setStage(shared, name, setting, acts);
    await stage.close();
    return most;
  }
}

/** The cost of a message when as many as ever come over more connections. */
export function scaling(connections: number, rate: number, servers: readonly ServerName[]): RunnableScenario {
  const shared = new SharedLoad();
  const setting = { kind: "echo", connections, payloads: PAYLOADS, deflate: false } as const;

  async function ready(sides: Sides): Promise<void> {
    await sides.load.ask("open", { id: sides.id, ...sides.crowd });
    await sides.load.ask("check", { id: sides.id, shape: "echo", milliseconds: 0 });
    await offer(sides, rate, warmUpTime(sides.place));
  }

  async function sample(sides: Sides): Promise<Sample> {
    const { sample, result } = await costOf(sides, () => offer(sides, rate, sampleTime(sides.place)));
    await sides.load.ask("check", { id: sides.id, shape: "echo", milliseconds: 0 });
    const { messagesPerSecond, serverCpu } = sample.extra;
    const { p50, p99, loadLate } = result;
    return {
      value: sample.value,
      extra: { messagesPerSecond: messagesPerSecond!, serverCpu: serverCpu!, p50, p99, loadLate },
    };
  }

  return {
    scenario: {
      id: `scaling-${connections}`,
      group: "scaling",
      title: `${number(rate)} messages of 64 B per second over ${number(connections)} connections`,
      unit: "CPU µs per message",
      lowerIsBetter: true,
    },
    servers,
    seconds: { start: 1.1 + connections / 2500, sample: 0.4 },
    start: (server, place) => setStage(shared, server, setting, { place, ready, sample }),
  };
}

function offer({ load, id }: Sides, rate: number, milliseconds: number): Promise<Worked & Offered> {
  return load.ask("offer", { id, rate, milliseconds });
}

function number(value: number): string {
  return value.toLocaleString("en");
}
