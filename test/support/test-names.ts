/** What names that end in `.test` lead to, for one test; all others are looked up as ever. */

import dns from "node:dns";
import { onTestFinished, vi } from "vitest";

type Back = (error: Error | null, found?: unknown, family?: number) => void;

/** They lead to these addresses, or the look-up fails with this error. */
export function resolveTestNames(to: readonly string[] | Error): void {
  const real = dns.lookup as (...args: unknown[]) => void;
  const fake = (host: string, ...rest: unknown[]) => {
    if (!host.endsWith(".test")) return real(host, ...rest);
    const back = rest.at(-1) as Back;
    const wantsAll = (rest[0] as { all?: boolean }).all === true;
    setImmediate(() => {
      if (to instanceof Error) return back(to);
      const found = to.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
      if (wantsAll) back(null, found);
      else back(null, found[0]!.address, found[0]!.family);
    });
  };
  const lookup = vi.spyOn(dns, "lookup").mockImplementation(fake as never);
  onTestFinished(() => lookup.mockRestore());
}
