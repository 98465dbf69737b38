/** The rounds of one scenario: in each, every server has a turn, and each time another one is first. */

import type { Outcome, Sample, ServerName } from "../model.ts";
import { CannotError, type Place, type RunnableScenario, type Stage } from "../scenario.ts";

/** How to go about it. */
export interface RoundsOptions {
  readonly rounds: number;
  readonly place: Omit<Place, "servers">;
  /** Ends it after the sample that is being taken, or at once while servers are started. */
  readonly signal: AbortSignal;
  /** Told before each piece of work, from round 1 on; without a server, of the rounds that are done when servers are started. */
  readonly onStep: (server: ServerName | null, round: number) => void;
}

/** After so many rounds all servers are started anew: what a process happens to be like is no property of a server. */
const ROUNDS_OF_A_PROCESS = 5;

/** Does not reject for what a server does wrong: its outcome says so, and has the samples until then. */
export async function takeRounds(runnable: RunnableScenario, options: RoundsOptions): Promise<readonly Outcome[]> {
  const { scenario, servers } = runnable;
  const { signal, onStep } = options;
  const rounds = Math.min(options.rounds, runnable.rounds ?? options.rounds);
  const entries = servers.map((server) => new Entry(server, signal));
  try {
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      if (round % ROUNDS_OF_A_PROCESS === 0) {
        onStep(null, round);
        await Promise.all(entries.map((entry) => entry.close()));
        const place: Place = { ...options.place, servers: standing(entries).map(({ server }) => server) };
        await unlessAborted(Promise.all(standing(entries).map((entry) => entry.start(runnable, place))), signal);
      }
      for (let turn = 0; turn < entries.length && !signal.aborted; turn++) {
        const entry = entries[(turn + round) % entries.length]!;
        if (entry.note !== undefined) continue;
        onStep(entry.server, round + 1);
        await unlessAborted(entry.sample(), signal);
      }
    }
  } finally {
    await Promise.all(entries.map((entry) => entry.close()));
  }
  return entries.map(({ server, samples, note }) => {
    const why = note ?? limitOf(samples);
    return { scenario, server, samples, ...(why !== undefined && { note: why }) };
  });
}

/** One server in the scenario. */
class Entry {
  readonly server: ServerName;
  readonly samples: Sample[] = [];
  /** Why it is out. */
  note: string | undefined;
  readonly #signal: AbortSignal;
  #stage: Promise<Stage> | undefined;

  constructor(server: ServerName, signal: AbortSignal) {
    this.server = server;
    this.#signal = signal;
  }

  async start(runnable: RunnableScenario, place: Place): Promise<void> {
    this.#stage = runnable.start(this.server, place);
    await this.#orOut(this.#stage);
  }

  async sample(): Promise<void> {
    const sample = await this.#orOut((await this.#stage!).sample());
    if (sample !== undefined && !this.#signal.aborted) this.samples.push(sample);
  }

  async close(): Promise<void> {
    const stage = this.#stage;
    this.#stage = undefined;
    await stage?.then((stage) => stage.close()).catch(() => {});
  }

  async #orOut<Value>(work: Promise<Value>): Promise<Value | undefined> {
    try {
      return await work;
    } catch (error) {
      // What is torn down has not failed.
      if (this.#signal.aborted) return undefined;
      const { message } = error as Error;
      const [first = ""] = message.split("\n");
      this.note = error instanceof CannotError ? `cannot: ${message}` : `failed: ${first.replace(/^Error: /, "")}`;
      return undefined;
    }
  }
}

function standing(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ note }) => note === undefined);
}

/** Resolves when the work is done, or when it does not matter any more. */
async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let over = () => {};
  const aborted = new Promise<void>((resolve) => {
    over = resolve;
    signal.addEventListener("abort", over, { once: true });
  });
  await Promise.race([work, aborted]);
  signal.removeEventListener("abort", over);
  over();
}

/** From these shares of a core on, the load had no more to give, while the server had. */
const LOAD_IS_BUSY = 0.95;
const SERVER_IS_BUSY = 0.85;

function limitOf(samples: readonly Sample[]): string | undefined {
  const share = (name: string) => median(samples.flatMap(({ extra }) => extra?.[name] ?? []));
  const isBusy = share("loadCpu") > LOAD_IS_BUSY && share("serverCpu") < SERVER_IS_BUSY;
  // In an open loop the load always spins; it is the limit when it cannot send in time.
  const isLate = share("loadLate") > share("p99") / 2;
  return isBusy || isLate ? "the load was the limit" : undefined;
}

/** NaN, of which nothing is true, if there are none. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
