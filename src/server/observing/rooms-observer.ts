/** What rooms report of their broker, in the words of the observer. */

import type { LostPublications } from "../../rooms/cluster/publish-queue.ts";
import type { BrokerSignal, RoomsReporter } from "../../rooms/cluster/rooms-reporter.ts";
import type { Observer } from "./observer.ts";

/** One for all rooms of an app. */
export class RoomsObserver implements RoomsReporter {
  readonly #observer: Observer;

  constructor(observer: Observer) {
    this.#observer = observer;
  }

  get hearsMessages(): boolean {
    return this.#observer.messageSent !== undefined;
  }

  brokerChanged(signal: BrokerSignal): void {
    this.#observer.brokerChanged?.({ ...signal });
  }

  publicationsLost(lost: LostPublications): void {
    this.#observer.publicationsLost?.({ ...lost });
  }

  error(error: unknown): void {
    this.#observer.error?.({ error, where: "broker" });
  }

  memberError(error: unknown): void {
    this.#observer.error?.({ error, where: "host" });
  }

  hookError(error: unknown): void {
    this.#observer.error?.({ error, where: "hook" });
  }
}
