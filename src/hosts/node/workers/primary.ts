/** The primary: starts the workers, tells them where to listen, joins their rooms, and ends them. Serves nothing itself. */

import { APP_CLOSED, BAD_OPTION, UsageError, usageError, WORKER_FAILED, WORKER_LOST } from "../../../errors.ts";
import { nodePlatform } from "../../../protocol/node/platform.ts";
import { systemClock } from "../../../protocol/run/clock.ts";
import type { Stoppable } from "../../../server/host.ts";
import type { Listening } from "../listen.ts";
import { toSignals, tryPlace } from "../listen.ts";
import type { ListenOptions } from "../listen-options.ts";
import { handleSignals } from "../signals.ts";
import { ChannelBroker } from "./channel-broker.ts";
import { Exchange } from "./exchange.ts";
import type { ExchangePort, PortLimits } from "./exchange-port.ts";
import { ListenCall } from "./listen-call.ts";
import { loopbackTo } from "./loopback.ts";
import type { FromWorker } from "./messages.ts";
import type { PoolOwner, PoolWorker } from "./worker-pool.ts";
import { WorkerPool } from "./worker-pool.ts";
import { checkCanFork, forkWorker } from "./worker-process.ts";
import type { WorkersApp } from "./workers-app.ts";

/** One for the process, as its workers are. */
export class Primary implements PoolOwner {
  readonly #calls: ListenCall[] = [];
  /** By the number of the app, which is the same in all processes. */
  readonly #apps: { readonly app: WorkersApp; readonly exchange: Exchange }[] = [];
  /** Where workers come in at the exchanges. */
  readonly #ports = new Map<PoolWorker, Map<number, ExchangePort>>();
  /** How often `listen` was called here. */
  #begun = 0;
  #pool: WorkerPool | undefined;
  #size = 0;
  /** Milliseconds that one worker has to drain in, if it alone is sent a signal. */
  #drainTime = 8_000;

  /** Resolves when so many workers listen. Rejects, and ends them all, if one can't. */
  async listen(app: WorkersApp, options: ListenOptions, size: number): Promise<Listening> {
    checkCanFork();
    const call = this.#call(this.#begun++);
    try {
      if (this.#pool?.isRunning && size !== this.#size) {
        throw usageError(BAD_OPTION, "workers", size, `${this.#size}, as in the first call of listen`);
      }
      this.#join(app);
      await app.connect(options);
      // Before there are any workers: what is wrong with the place is told once, and by us.
      call.open(await tryPlace(options, app.hosted.hostLimits));
      options.signal?.throwIfAborted();
      return await this.#listening(app, call, options, this.#poolOf(size));
    } catch (error) {
      call.fail(error as Error);
      throw error;
    }
  }

  poolOnMessage(worker: PoolWorker, message: FromWorker): void {
    switch (message.antiphon) {
      case "place":
        return this.#call(message.listen).ask(worker);
      case "listening":
        worker.isUp();
        return this.#call(message.listen).listens(worker, message, this.#size);
      case "failed":
        return this.#failed(worker, message);
      case "signal":
        // A terminal, or systemd, sends it to all processes: then ours comes too, and everybody ends together.
        return void systemClock.after(A_MOMENT, () => this.#pool?.retire(worker, { timeout: this.#drainTime }));
      case "rooms":
        return this.#portOf(worker, message.app)?.take(message.message);
    }
  }

  poolOnExit(worker: PoolWorker): void {
    for (const call of this.#calls) call.forget(worker);
    for (const [app, port] of this.#ports.get(worker) ?? []) this.#apps[app]!.exchange.lose(port);
    this.#ports.delete(worker);
  }

  poolOnCrash(worker: PoolWorker, how: string, delay: number): void {
    // Whoever waits for all of them is not kept waiting by one that can't begin.
    const failure = usageError(WORKER_FAILED, worker.pid, how);
    if (this.#failPending(failure)) return this.#pool?.kill();
    const [code, message] = [WORKER_LOST.code, WORKER_LOST.sentence(worker.pid, how, delay)];
    this.#apps[0]?.app.hosted.observer.warning?.({ code, message });
  }

  async #listening(app: WorkersApp, call: ListenCall, options: ListenOptions, pool: WorkerPool): Promise<Listening> {
    const { signal, signals } = options;
    const end = async () => {
      pool.drain({ timeout: 0 });
      await pool.gone;
    };
    const abort = () => void end();
    app.onClose((how) => pool.drain(how));
    signal?.addEventListener("abort", abort);
    void pool.gone.then(() => {
      signal?.removeEventListener("abort", abort);
      call.fail(signal?.aborted ? signal.reason : usageError(APP_CLOSED));
    });
    const where = await call.listening.catch(async (error: unknown) => {
      await end();
      throw error;
    });
    const stoppable: Stoppable = { stop() {}, idle: () => pool.gone, close: end };
    // Throws, and ends them, if the app was closed before there was a pool to tell.
    const leave = app.hosted.addListener(stoppable);
    const { names, timeout = 8_000 } = toSignals(signals);
    this.#drainTime = timeout;
    const hear = (_name: string, time: number) => app.close({ timeout: time });
    const forget = signals === false ? () => {} : handleSignals({ names, timeout }, hear);
    void pool.gone.then(() => {
      forget();
      leave();
    });
    app.hosted.observer.listening?.({ url: where.url });
    return {
      ...where,
      get workers() {
        return pool.pids;
      },
      close: end,
    };
  }

  #call(number: number): ListenCall {
    // A worker may be ahead of us.
    this.#calls[number] ??= new ListenCall(number);
    return this.#calls[number];
  }

  #poolOf(size: number): WorkerPool {
    if (this.#pool?.isRunning) return this.#pool;
    const pool = new WorkerPool({ size, start: forkWorker, owner: this, after, now: () => systemClock.now() });
    this.#pool = pool;
    this.#size = size;
    // One that is to end, and does not hear it any more.
    const kill = () => !pool.isRunning && pool.kill();
    process.on("exit", kill);
    void pool.gone.then(() => process.off("exit", kill));
    return pool;
  }

  #join(app: WorkersApp): void {
    if (this.#apps.some((known) => known.app === app)) return;
    const { publishBuffer, publishOverflow, hosted } = app;
    const onLost: PortLimits["onLost"] = (lost) => hosted.observer.publicationsLost?.(lost);
    const limits = { publishBuffer, publishOverflow, onLost };
    const exchange = new Exchange({ platform: nodePlatform, clock: systemClock, ...limits });
    this.#apps.push({ app, exchange });
    app.joinOthers(new ChannelBroker(loopbackTo(exchange)));
  }

  #portOf(worker: PoolWorker, app: number): ExchangePort | undefined {
    const ports = this.#ports.get(worker) ?? new Map<number, ExchangePort>();
    this.#ports.set(worker, ports);
    const known = ports.get(app);
    if (known !== undefined || this.#apps[app] === undefined) return known;
    const port = this.#apps[app].exchange.open((message, taken) =>
      worker.tell({ antiphon: "rooms", app, message }, taken),
    );
    ports.set(app, port);
    return port;
  }

  /** `listen` was rejected in a worker. */
  #failed(worker: PoolWorker, { listen, failure }: FromWorker & { antiphon: "failed" }): void {
    if (this.#call(listen).fail(new UsageError(failure.code, failure.message))) return this.#pool?.kill();
    // It runs, perhaps, but of no use to anybody; another one is tried.
    worker.kill();
  }

  #failPending(error: Error): boolean {
    return this.#calls.filter((call) => call.isPending && call.fail(error)).length > 0;
  }
}

/** Milliseconds in which a signal comes to all processes that it was sent to. */
const A_MOMENT = 250;

/** Timers that keep the process. */
function after(milliseconds: number, work: () => void): () => void {
  if (milliseconds >= 2 ** 31) return () => {};
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
}
