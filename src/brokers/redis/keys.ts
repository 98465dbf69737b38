/** How channels and keys of one namespace are called. All are ASCII, without braces, and begin with the namespace. */

import { topicName } from "../topic-name.ts";

/** Names by what they are for. A topic goes in as its name (`topicName`), so that a colon parts and is in no part. */
export class Keys {
  readonly #start: string;

  constructor(namespace: string) {
    this.#start = `${topicName(namespace)}:`;
  }

  /** The channel of a topic. */
  channel(topic: string): string {
    return `${this.#start}${topicName(topic)}`;
  }

  /** Set: all processes that have stored something or have a lease. */
  get processes(): string {
    return `${this.#start}processes`;
  }

  /** String that the engine expires: the lease of a process. */
  lease(process: string): string {
    return `${this.#start}lease:${process}`;
  }

  /** Set: the names of the topics in which a process has entries, or had when it ended. */
  topicsOf(process: string): string {
    return `${this.#start}topics:${process}`;
  }

  /** Set: the processes that have entries in a topic. */
  processesAt(name: string): string {
    return `${this.#start}at:${name}`;
  }

  /** Hash: what the members of one process show in one topic, by member. */
  entries(name: string, process: string): string {
    return `${this.#start}entries:${name}:${process}`;
  }
}
