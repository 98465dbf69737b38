/** Which topics this process wants to hear, and which it does: brings the second in line with the first. Knows no broker. */

/** Who subscribes. */
export interface SubscriptionsOptions {
  readonly subscribe: (topics: readonly string[]) => Promise<void>;
  readonly unsubscribe: (topics: readonly string[]) => Promise<void>;
  /** Runs work at the end of this turn. */
  readonly endOfTurn: (work: () => void) => void;
  /** It did not work, and is tried again when the broker is back, or something else is wanted. */
  readonly onError: (error: unknown) => void;
}

/** Of one connection with a broker. Joining and leaving in one turn costs nothing; a thousand joins are one request. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #wanted = new Set<string>();
  readonly #active = new Set<string>();
  /** Where the two may differ. */
  #changed = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();
  /** `held`: the broker is away. */
  #state: "held" | "flowing" | "closed" = "held";
  #isScheduled = false;
  #isWorking = false;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** How many topics are heard. */
  get size(): number {
    return this.#active.size;
  }

  want(topic: string): void {
    this.#wanted.add(topic);
    this.#change(topic);
  }

  unwant(topic: string): void {
    this.#wanted.delete(topic);
    this.#change(topic);
    this.#tell(topic);
  }

  /** Resolves when the topic is heard, or not wanted any more; and at the end. While the broker is away, none is heard. */
  ready(topic: string): Promise<void> {
    const isHeard = this.#active.has(topic) && this.#state === "flowing";
    if (this.#state === "closed" || isHeard || !this.#wanted.has(topic)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(topic, [...(this.#waiting.get(topic) ?? []), resolve]);
    });
  }

  /** The broker is there; or it is time to try again. */
  flow(): void {
    if (this.#state === "closed") return;
    this.#state = "flowing";
    for (const topic of [...this.#waiting.keys()]) if (this.#active.has(topic)) this.#tell(topic);
    // Not at the end of the turn: what is published when the broker is back comes behind it.
    void this.#work();
  }

  /** It is away. What is heard already is heard again when it is back: brokers see to that. */
  hold(): void {
    if (this.#state === "flowing") this.#state = "held";
  }

  /** It is over: nobody waits any more. */
  close(): void {
    this.#state = "closed";
    for (const topic of [...this.#waiting.keys()]) this.#tell(topic);
  }

  #change(topic: string): void {
    this.#changed.add(topic);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.endOfTurn(() => {
      this.#isScheduled = false;
      void this.#work();
    });
  }

  /** One request at a time, so that the last word is that of the last wish. */
  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    while (this.#changed.size > 0 && this.#state === "flowing") {
      const changed = this.#changed;
      this.#changed = new Set();
      try {
        await this.#settle([...changed]);
      } catch (error) {
        for (const topic of changed) this.#changed.add(topic);
        this.#options.onError(error);
        break;
      }
    }
    this.#isWorking = false;
  }

  async #settle(topics: readonly string[]): Promise<void> {
    const missing = topics.filter((topic) => this.#wanted.has(topic) && !this.#active.has(topic));
    const needless = topics.filter((topic) => !this.#wanted.has(topic) && this.#active.has(topic));
    if (needless.length > 0) await this.#end(needless);
    if (missing.length === 0) return;
    await this.#options.subscribe(missing);
    for (const topic of missing) {
      this.#active.add(topic);
      this.#tell(topic);
    }
  }

  async #end(topics: readonly string[]): Promise<void> {
    // From now on it may be heard or not: who wants it again has to wait.
    for (const topic of topics) this.#active.delete(topic);
    try {
      await this.#options.unsubscribe(topics);
    } catch (error) {
      for (const topic of topics) this.#active.add(topic);
      throw error;
    }
  }

  #tell(topic: string): void {
    const waiting = this.#waiting.get(topic) ?? [];
    this.#waiting.delete(topic);
    for (const resolve of waiting) resolve();
  }
}
