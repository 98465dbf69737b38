/** The test client: connects to an app in memory, and looks at the end whether all is well. */

import { TEST_CLIENT_CLOSED, TEST_TIMEOUT, TimeoutError, usageError } from "../errors.ts";
import { ALONE } from "../rooms/cluster/broker-link.ts";
import { Wheel } from "../socket/wheel.ts";
import type { AnyApp } from "./app/app-side.ts";
import { AppSide } from "./app/app-side.ts";
import type { Seat } from "./app/clock-seat.ts";
import { takeSeat } from "./app/clock-seat.ts";
import type { HeardError } from "./app/visit-record.ts";
import type { Surroundings } from "./connecting.ts";
import { connectInMemory } from "./connecting.ts";
import { endTest } from "./end-test.ts";
import { requestInMemory } from "./http-request.ts";
import { Look } from "./look.ts";
import { Network } from "./network/network.ts";
import { within } from "./patience.ts";
import { expectBroker } from "./settle.ts";
import type { TestSocket } from "./socket/test-socket.ts";
import { markPlace } from "./stack.ts";
import type {
  ConnectTestOptions,
  HttpTestOptions,
  ResolvedClientOptions,
  TestClientOptions,
} from "./test-client-options.ts";
import { resolveClientOptions } from "./test-client-options.ts";

/**
 * A client of an app in the same process: no port, no network, and yet the handshake, the engine and the HTTP of the real
 * ones, so that a test sees what a real client sees. Nothing that it waits for hangs. One app may have several, one after
 * the other or at once.
 *
 * @example
 * await using client = new TestClient(app);
 * const socket = await client.connect("/ws");
 * await socket.sendText("hello");
 * await socket.expectText("Echo: hello");
 */
export class TestClient {
  readonly #options: ResolvedClientOptions;
  readonly #app: AppSide;
  readonly #broker: AnyApp["broker"];
  readonly #network = new Network();
  readonly #seat: Seat;
  /** What it looks for at the end. */
  readonly #look: Look;
  readonly #wheel: Wheel;
  readonly #sockets = new Set<TestSocket>();
  readonly #end = new AbortController();
  readonly #forgetBroker: () => void;
  #closed: Promise<void> | undefined;

  /** Throws a `UsageError` for what is no app, for an app that has been closed, and for an option that is wrong. */
  constructor(app: AnyApp, options?: TestClientOptions) {
    this.#options = resolveClientOptions(options);
    this.#app = new AppSide(app);
    this.#broker = app.broker;
    this.#seat = takeSeat(this.#app.hosted.clock, this.#options.clock);
    this.#wheel = new Wheel(this.#seat.clock);
    this.#look = new Look(this.#app, this.#options);
    this.#forgetBroker = app.broker === ALONE ? () => {} : expectBroker();
    // Code under test may be handed them alone, in the place of the real ones.
    this.connect = this.connect.bind(this);
    this.http = this.http.bind(this);
  }

  /**
   * Opens a WebSocket; resolves when it is open. Rejects as `connect` of `antiphon/client` does: with a `HandshakeError`
   * that has `status`, `headers` and `body` when the app answers otherwise. If its handler threw, that is the `cause`.
   */
  async connect(path: string | URL, options?: ConnectTestOptions): Promise<TestSocket> {
    const here = markPlace();
    this.#checkOpen("connect");
    await this.#connectBroker("connect");
    return connectInMemory({ ...this.#surroundings, here }, path, options);
  }

  /**
   * Sends a plain HTTP request, as `fetch` does; redirects are not followed. Rejects with a `TimeoutError` in real time. If
   * the app breaks off in the middle of the body, its error is the `cause`.
   */
  async http(path: string | URL, options?: HttpTestOptions): Promise<Response> {
    const here = markPlace();
    this.#checkOpen("http");
    await this.#connectBroker("http");
    return requestInMemory({ ...this.#surroundings, here }, path, options);
  }

  /** All of its sockets that have not come to their end. */
  get sockets(): ReadonlySet<TestSocket> {
    return this.#sockets;
  }

  /** What was thrown on the side of the app since this client is there, on account of its connections; but for what was taken. */
  get errors(): readonly HeardError[] {
    return this.#app.errors.all;
  }

  /** Gives `errors` and empties it: the test has looked at them, and `close()` says nothing of them. */
  takeErrors(): readonly HeardError[] {
    return this.#app.errors.take();
  }

  /**
   * Closes all its sockets, and waits for their handlers. Then rejects with what handlers threw if the test has not seen it,
   * and with what is left over. The app goes on. A second call gives the promise of the first.
   */
  close(): Promise<void> {
    this.#closed ??= endTest({
      app: this.#app,
      network: this.#network,
      sockets: this.#sockets,
      options: this.#options,
      abort: () => this.#end.abort(usageError(TEST_CLIENT_CLOSED, "connect")),
      look: this.#look,
      seat: this.#seat,
    }).finally(this.#forgetBroker);
    return this.#closed;
  }

  /** `await using client = …`: closes at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #surroundings(): Omit<Surroundings, "here"> {
    return {
      app: this.#app,
      network: this.#network,
      clock: this.#seat.clock,
      wheel: this.#wheel,
      options: this.#options,
      signal: this.#end.signal,
      made: (socket) => {
        this.#sockets.add(socket);
        void socket.closed.then(() => this.#sockets.delete(socket));
      },
    };
  }

  #checkOpen(call: string): void {
    if (this.#closed !== undefined) throw usageError(TEST_CLIENT_CLOSED, call);
  }

  /** As `listen` does. One that a test has cut off comes back by itself. */
  async #connectBroker(call: string): Promise<void> {
    const { state, name, place } = this.#broker;
    if (state !== "idle" && state !== "connecting") return;
    const { timeout } = this.#options;
    const what = `the broker ${name} at ${place} was not connected`;
    await within(this.#broker.connect().catch(ignoreOutage), timeout, () => {
      return new TimeoutError(TEST_TIMEOUT.code, TEST_TIMEOUT.sentence(call, timeout, what, ""));
    });
  }
}

function ignoreOutage(error: unknown): void {
  if ((error as { readonly code?: unknown }).code !== "BROKER_AWAY") throw error;
}
