/** What the bench measures and what comes out: scenarios, servers, samples and a whole run, as the report takes it. */

/** Who is measured. `antiphon` is the one that all others are compared with. */
export type ServerName =
  | "antiphon"
  | "antiphon-iterator"
  | "antiphon-receive"
  | "ws"
  | "ws+native"
  | "crossws"
  | "socket.io"
  | "bun"
  | "antiphon-on-bun"
  | "net"
  | "http";

/** One thing that is measured of every server that can do it. */
export interface Scenario {
  /** A word to ask for it by: `echo-100x16x64-text`. */
  readonly id: string;
  readonly group:
    | "echo"
    | "compressed"
    | "room"
    | "connections"
    | "idle"
    | "latency"
    | "handlers"
    | "headline"
    | "scaling";
  readonly title: string;
  /** What a sample's value is: `CPU µs per message`, `heap bytes per connection`. */
  readonly unit: string;
  readonly lowerIsBetter: true;
}

/** One measurement of one server. */
export interface Sample {
  /** In the scenario's unit. */
  readonly value: number;
  /** Beside it: `messagesPerSecond`; `p50`, `p99`, `p999` in milliseconds; `loadCpu`, the share of the load's core, 0 to 1. */
  readonly extra?: Readonly<Record<string, number>>;
}

/** All samples of one server in one scenario. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly server: ServerName;
  /** The index is the round. In a round all servers have their turn. */
  readonly samples: readonly Sample[];
  /** `cannot: …`, or that the load was the limit. */
  readonly note?: string;
}

/** A run of the bench. */
export interface BenchRun {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly node: string;
    readonly os: string;
    /** How many files a process may open. */
    readonly fileLimit: number;
  };
  /** Of each package, and of the runtimes. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly outcomes: readonly Outcome[];
}
