/** An app that listens on any free port, and an observer that writes down what it hears; both end with the test. */

import { onTestFinished } from "vitest";
import type { AppOptions, Observer } from "../../src/index.ts";
import { App } from "../../src/index.ts";
import type { Hear, SignalName } from "../../src/server/observing/observer.ts";
import { signalNames } from "../../src/server/observing/observer.ts";
import { Condition } from "./condition.ts";

/** What a signal carries. */
export type EventOf<Name extends SignalName> = NonNullable<Observer[Name]> extends Hear<infer Event> ? Event : never;

/** Writes down every signal. */
export class Heard {
  /** The observer to hand to an app. */
  readonly observer: Observer;
  readonly #events: { readonly name: SignalName; readonly event: unknown }[] = [];
  readonly #came = new Condition();

  constructor() {
    const hear = (name: SignalName) => (event: unknown) => {
      this.#events.push({ name, event });
      this.#came.changed();
    };
    this.observer = Object.fromEntries(signalNames.map((name) => [name, hear(name)]));
  }

  /** All of this name that have come. */
  all<Name extends SignalName>(name: Name): EventOf<Name>[] {
    return this.#events.flatMap((one) => (one.name === name ? [one.event as EventOf<Name>] : []));
  }

  /** What was thrown and where, of all errors so far. */
  get errors(): { readonly where: string; readonly message: string }[] {
    return this.all("error").map(({ where, error }) => ({ where, message: (error as Error).message ?? String(error) }));
  }

  /** The first of this name, or the one at this place, once it has come. */
  once<Name extends SignalName>(name: Name, index = 0): Promise<EventOf<Name>> {
    return this.#came.until(`signal ${name}`, () => this.all(name)[index]);
  }
}

/** An app without a log, and what its observer hears. The app is closed at the end of the test, at once. */
export function testApp<Data = Record<string, unknown>>(options: AppOptions = {}) {
  const heard = new Heard();
  const app = new App<Data>({ logger: false, observer: heard.observer, ...options });
  onTestFinished(() => app.close({ timeout: 0 }));
  return { app, heard };
}

/** Listens on any free port, and gives it. */
export async function listenAnywhere(app: Pick<App, "listen">): Promise<number> {
  const { port } = await app.listen({ port: 0, signals: false });
  return port!;
}
