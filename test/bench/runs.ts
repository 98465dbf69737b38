/** Runs of the bench, made by hand. */

import type { BenchRun, Outcome, Scenario, ServerName } from "../../bench/model.ts";

/** A scenario by its id alone. */
export function scenario(id: string, group: Scenario["group"] = "echo"): Scenario {
  return { id, group, title: `Title of ${id}`, unit: "CPU µs per message", lowerIsBetter: true };
}

/** What a server did: a value for each round. */
export function outcome(id: string, server: ServerName, values: readonly number[], note?: string): Outcome {
  const samples = values.map((value) => ({ value, extra: { messagesPerSecond: 1e6 / value, p99: value / 10 } }));
  return { scenario: scenario(id), server, samples, ...(note !== undefined && { note }) };
}

/** All rounds alike, but for a little. */
export function steady(value: number, rounds = 9): readonly number[] {
  return Array.from({ length: rounds }, (_, round) => value * (1 + ((round * 7) % 5) / 1000));
}

export function run(outcomes: readonly Outcome[], rounds = 9): BenchRun {
  return {
    startedAt: "2026-01-02T03:04:05.678Z",
    machine: { cpu: "Some <fast> CPU", cores: 2, node: "20.20.0", os: "Linux 6.1", fileLimit: 20_000 },
    versions: { ws: "8.1.0" },
    rounds,
    outcomes,
  };
}
