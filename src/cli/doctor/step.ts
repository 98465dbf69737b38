/** What the doctor looks at, step by step, and what a step has found. Knows no network. */

/** The steps, in the order in which they are done, and their titles. */
export const STEPS = {
  url: "URL",
  dns: "DNS",
  tcp: "TCP",
  proxy: "Proxy",
  tls: "TLS",
  http: "HTTP answer",
  subprotocol: "Subprotocol",
  compression: "Compression",
  open: "Stays open",
  ping: "Ping",
  echo: "Echo",
  idle: "Idle",
  close: "Close",
} as const;

/** One of the steps. */
export type StepId = keyof typeof STEPS;

/** A cross, or a warning: it works for this client, and may not for others. */
export type Severity = "failed" | "warning";

/** How a step came out. */
export type Status = "ok" | Severity | "skipped";

/** Something that is wrong: a piece of the knowledge, and what was seen here. */
export interface Finding<Id extends string = string> {
  readonly id: Id;
  /** What was seen, as a clause: `answered 502 Bad Gateway`. */
  readonly seen: string;
  readonly severity: Severity;
  /** What stands between here and there, where its marks were seen: the lines for its configuration are shown. */
  readonly proxy?: string | undefined;
}

/** Values for machines: what was measured and seen. */
export type Details = Readonly<Record<string, unknown>>;

/** What a check gives. */
export interface Checked<Value = undefined> {
  /** One clause for people. */
  readonly summary: string;
  readonly details?: Details;
  readonly findings?: readonly Finding[];
  /** What the steps behind it need; without it they are skipped. */
  readonly value?: Value | undefined;
  /** There was nothing to do, and this is no fault: `summary` says why. */
  readonly skipped?: boolean;
}

/** One step, done. */
export interface StepReport {
  readonly id: StepId;
  readonly title: string;
  readonly status: Status;
  readonly summary: string;
  readonly milliseconds: number;
  readonly details: Details;
  readonly findings: readonly Finding[];
}

/** The report of a step: its status is that of its worst finding. */
export function toReport(id: StepId, checked: Checked<unknown>, milliseconds: number): StepReport {
  const { summary, details = {}, findings = [], skipped = false } = checked;
  return { id, title: STEPS[id], status: statusOf(findings, skipped), summary, milliseconds, details, findings };
}

function statusOf(findings: readonly Finding[], skipped: boolean): Status {
  if (findings.some(({ severity }) => severity === "failed")) return "failed";
  if (findings.length > 0) return "warning";
  return skipped ? "skipped" : "ok";
}
