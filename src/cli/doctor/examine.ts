/** The examination: one step after the other, each with a deadline; what cannot be done any more is skipped. */

import type { Duplex } from "node:stream";
import type { CaseOptions, Target } from "./case.ts";
import { checkCompression, checkSubprotocol } from "./check-agreed.ts";
import { checkDns } from "./check-dns.ts";
import type { Shaken } from "./check-http.ts";
import { checkHttp } from "./check-http.ts";
import { checkClose, checkEcho, checkIdle, checkOpen, checkPing } from "./check-life.ts";
import type { Line } from "./check-tcp.ts";
import { checkTcp, checkUnix } from "./check-tcp.ts";
import { checkTls } from "./check-tls.ts";
import { checkUrl } from "./check-url.ts";
import { Conversation } from "./conversation.ts";
import { finding } from "./knowledge.ts";
import type { ProxyServer } from "./proxy-tunnel.ts";
import { chooseProxy, openTunnel } from "./proxy-tunnel.ts";
import type { Way } from "./route.ts";
import { leadToProxy } from "./route.ts";
import { toRequest } from "./shake.ts";
import type { Checked, StepId, StepReport } from "./step.ts";
import { STEPS, toReport } from "./step.ts";

/** Who hears of the steps while they are done. */
export interface Audience {
  /** A step has begun, or waits: a line for people. */
  progress(line: string): void;
  /** A step is done. */
  done(report: StepReport): void;
}

/** Examines what `text` leads to. Rejects with the signal's reason, or with a `UsageError` for what cannot be asked for. */
export async function examine(text: string, options: CaseOptions, audience: Audience): Promise<readonly StepReport[]> {
  const examination = new Examination(options, audience);
  try {
    await examination.run(text);
  } finally {
    examination.hangUp();
  }
  return examination.reports;
}

class Examination {
  readonly reports: StepReport[] = [];
  readonly #options: CaseOptions;
  readonly #audience: Audience;
  readonly #open: Duplex[] = [];
  /** The title of the step behind which nothing can be done. */
  #blockedBy: string | undefined;

  constructor(options: CaseOptions, audience: Audience) {
    this.#options = options;
    this.#audience = audience;
  }

  /** Ends what is still open. */
  hangUp(): void {
    for (const stream of this.#open) stream.destroy();
  }

  async run(text: string): Promise<void> {
    const target = await this.#step("url", () => checkUrl(text));
    if (target !== undefined) this.#checkRequest(target);
    const proxy = target && this.#proxyFor(target);
    const line = target && (await this.#toTcp(target, proxy));
    const stream = target && line && (await this.#toServer(line, target, proxy));
    const way = target && line && { target, endpoint: line.endpoint, proxy, options: this.#options };
    const shaken = await this.#step("http", () => checkHttp(stream!, way as Way));
    await this.#talk(shaken);
  }

  /** What cannot be asked for need not be connected to. */
  #checkRequest(target: Target): void {
    const { subprotocols, headers } = this.#options;
    toRequest(target, { subprotocols, headers, offersCompression: true });
  }

  /** The proxy to go through; one that cannot be read blocks the rest. */
  #proxyFor(target: Target): ProxyServer | undefined {
    const proxy = chooseProxy(this.#options, target);
    if (proxy === undefined || !("problem" in proxy)) return proxy;
    const findings = [finding("proxy-unreadable", proxy.problem)];
    this.#report("proxy", { summary: "no proxy can be made of it", findings }, 0);
    this.#blockedBy = STEPS.proxy;
    return undefined;
  }

  /** A TCP connection: to the server, or to the proxy. */
  async #toTcp({ unixPath, ...target }: Target, proxy: ProxyServer | undefined): Promise<Line | undefined> {
    const options = this.#options;
    const { host, port } = proxy ?? target;
    if (unixPath !== undefined)
      this.#report("dns", { summary: "a unix socket has no name to look up", skipped: true }, 0);
    const addresses = unixPath === undefined ? await this.#step("dns", () => checkDns(host, options)) : [];
    const line = await this.#step("tcp", () =>
      unixPath === undefined ? checkTcp(host, addresses!, port, options) : checkUnix(unixPath, options),
    );
    if (line !== undefined) this.#open.push(line.stream);
    return line;
  }

  /** From a TCP connection to one on which HTTP can be spoken with the server. */
  async #toServer({ stream }: Line, target: Target, proxy: ProxyServer | undefined): Promise<Duplex | undefined> {
    const options = this.#options;
    let led: Duplex | undefined = stream;
    if (proxy !== undefined) {
      led = await this.#step("proxy", async () => {
        const line = await leadToProxy(stream, proxy, options);
        if (line !== undefined) return openTunnel(line, proxy, target, options);
        return {
          summary: "no TLS with the proxy",
          findings: [finding("proxy-no-answer", `${proxy.name}: TLS failed`)],
        };
      });
    }
    if (!target.secure) return led;
    const secured = await this.#step("tls", () => checkTls(led!, { ...options, host: target.host }));
    if (secured !== undefined) this.#open.push(secured);
    return secured;
  }

  /** The steps on the open WebSocket. */
  async #talk(shaken: Shaken | undefined): Promise<void> {
    const options = this.#options;
    // From here on whoever holds the stream has to take what comes.
    const conversation = shaken && new Conversation(shaken);
    if (shaken !== undefined) this.#open.push(shaken.stream);
    await this.#step("subprotocol", () => checkSubprotocol(shaken!, options), "goes on");
    await this.#step("compression", () => checkCompression(shaken!, options), "goes on");
    await this.#step("open", () => checkOpen(conversation!, options));
    await this.#step("ping", () => checkPing(conversation!, options));
    await this.#step("echo", () => checkEcho(conversation!, options));
    const progress = (line: string) => this.#audience.progress(`${STEPS.idle}: ${line}`);
    await this.#step("idle", () => checkIdle(conversation!, options, progress));
    await this.#step("close", () => checkClose(conversation!, options), "goes on");
  }

  /** Does a step, unless one before it failed so that it cannot be done. Without a value it blocks those behind it. */
  async #step<Value>(
    id: StepId,
    check: () => Checked<Value> | Promise<Checked<Value>>,
    without: "blocks" | "goes on" = "blocks",
  ): Promise<Value | undefined> {
    if (this.#blockedBy !== undefined) {
      this.#report(id, { summary: `cannot be done: see ${this.#blockedBy}`, skipped: true }, 0);
      return undefined;
    }
    this.#audience.progress(`${STEPS[id]} …`);
    const begin = performance.now();
    const checked = await check();
    this.#report(id, checked, performance.now() - begin);
    if (checked.value === undefined && without === "blocks") this.#blockedBy = STEPS[id];
    return checked.value;
  }

  #report(id: StepId, checked: Checked<unknown>, milliseconds: number): void {
    const report = toReport(id, checked, Number(milliseconds.toFixed(1)));
    this.reports.push(report);
    this.#audience.done(report);
  }
}
