/** A relay on TCP between a client of NATS and its server, that cuts connections, and lets the server greet but not answer. */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Listens until the test is over. */
export class Relay {
  readonly #target: number;
  readonly #sockets: Socket[] = [];
  readonly #held: (() => void)[] = [];
  readonly #server;
  #state: "passing" | "holding" = "passing";
  #free = 0;
  /** Greetings that were passed on. */
  greetings = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#onClient(client));
  }

  static async open(target: number): Promise<Relay> {
    const relay = new Relay(target);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    onTestFinished(() => {
      relay.cut();
      relay.#server.close();
    });
    return relay;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends all connections that are there. */
  cut(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  /** What is held now. */
  get held(): number {
    return this.#held.length;
  }

  /** From now on servers greet, and of what else they say only the first `free` chunks are passed on. */
  holdAnswers(free = 0): void {
    this.#state = "holding";
    this.#free = free;
  }

  /** All that was held. */
  release(): void {
    this.#state = "passing";
    for (const pass of this.#held.splice(0)) pass();
  }

  #onClient(client: Socket): void {
    const server = connect(this.#target, "127.0.0.1");
    this.#sockets.push(client, server);
    for (const socket of [client, server]) socket.on("error", () => {});
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
    client.pipe(server);
    server.on("data", (chunk) => {
      const isGreeting = chunk.toString("latin1").startsWith("INFO ");
      if (isGreeting) this.greetings += 1;
      const pass = () => void client.write(chunk);
      if (isGreeting || this.#state === "passing" || this.#free-- > 0) pass();
      else this.#held.push(pass);
    });
  }
}
