/** One connection, as the test kit follows it on the side of the app: who handles it, and what that has thrown. */

import type { Visit } from "../../server/host.ts";
import type { Line } from "../network/line.ts";

/** Made when a connection is opened; everything that the app does for it happens in its asynchronous context. */
export class VisitRecord {
  readonly line: Line;
  /** Path and query that were asked for. */
  readonly path: string;
  /** What was thrown on its account, in order. */
  readonly errors: HeardError[] = [];
  #visit: Visit | undefined;
  #state: "knocking" | "inside" | "ended" = "knocking";

  constructor(line: Line, path: string) {
    this.line = line;
    this.path = path;
  }

  /** It was let in to middleware and handler. */
  enter(visit: Visit): void {
    this.#visit = visit;
    this.#state = "inside";
    void visit.ended.then(() => {
      this.#state = "ended";
    });
  }

  get id(): string | undefined {
    return this.#visit?.id;
  }

  /** The path of the route, if one was found. */
  get route(): string | undefined {
    return this.#visit?.route;
  }

  /** Whether its handler runs, or something of it. */
  get isInside(): boolean {
    return this.#state === "inside";
  }

  /** Resolves when nothing of it runs any more. */
  get ended(): Promise<void> {
    return this.#visit?.ended ?? Promise.resolve();
  }

  /** Why it went wrong, if that is known: what was thrown, or what the handler did not want of what the client sent. */
  get failure(): { readonly error: unknown } | undefined {
    const fault = this.#visit?.fault;
    return this.errors[0] ?? (fault === undefined ? undefined : { error: fault });
  }

  /** Where its handler stands: a clause. */
  get story(): string {
    const who = `the handler of ${this.route ?? this.path}`;
    if (this.failure !== undefined) return `${who} threw ${nameOf(this.failure.error)}`;
    if (this.#state === "knocking") return "no handler has taken the connection";
    return this.#visit?.hasSettled === true ? `${who} has ended` : `${who} is still running`;
  }
}

/** What was thrown on the side of the app. */
export interface HeardError {
  /** Any value. */
  readonly error: unknown;
  /** Path and query of the request, where there is one. */
  readonly path?: string | undefined;
  /** `handler`, `middleware`, `event`, `hook`, `http`, `broker`, `host` or `observer`. */
  readonly where: string;
}

/** `TypeError: x is not a function`, on one line. */
export function nameOf(error: unknown): string {
  // Not `instanceof`: under Jest, errors of Node's own code are of another realm.
  const { name, message } = Object(error) as Partial<Error>;
  const text = typeof message === "string" ? `${name}: ${message}` : String(error);
  return text.split("\n", 1)[0]!;
}
