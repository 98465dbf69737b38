/** The second step: which addresses the host's name has. */

import { isIP } from "node:net";
import type { Surroundings } from "./case.ts";
import { beforeDeadline, LATE } from "./deadline.ts";
import { finding } from "./knowledge.ts";
import type { Checked } from "./step.ts";

/** An address to connect to. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Asks the system, as every program does: the hosts file first, then the name servers. */
export async function checkDns(host: string, given: Surroundings): Promise<Checked<readonly Address[]>> {
  const family = isIP(host);
  if (family !== 0) {
    const value = [{ address: host, family }];
    return { summary: `${host} is an address: nothing to look up`, details: { addresses: value }, value };
  }
  try {
    const found = await beforeDeadline(given.world.lookup(host), given);
    if (found === LATE) return unanswered(host, `no answer within ${given.timeout} ms`);
    const value = found.map(({ address, family }) => ({ address, family }));
    const list = value.map(({ address }) => address).join(", ");
    if (value.length === 0) return unknown(host, "no addresses");
    return { summary: `${host} is ${list}`, details: { addresses: value }, value };
  } catch (error) {
    given.signal?.throwIfAborted();
    const { code = "", message } = error as NodeJS.ErrnoException;
    return code === "ENOTFOUND" || code === "ENODATA" ? unknown(host, code) : unanswered(host, code || message);
  }
}

function unknown(host: string, code: string): Checked<never> {
  return {
    summary: `${host}: ${code}`,
    details: { code },
    findings: [finding("dns-unknown-name", `${host}: ${code}`)],
  };
}

function unanswered(host: string, code: string): Checked<never> {
  return {
    summary: `${host}: ${code}`,
    details: { code },
    findings: [finding("dns-no-answer", `${host}: ${code}`)],
  };
}
