/** IP addresses in one spelling each. Knows neither names nor ports. */

/**
 * The address as it is written everywhere here, or `null` when it is none: IPv6 in its shortest form (RFC 5952),
 * an IPv4-mapped one (`::ffff:1.2.3.4`) as IPv4. IPv4 is four decimal numbers only: `010.1` and `0x7f.1` mean different
 * addresses to different programs.
 */
export function canonicalAddress(text: string): string | null {
  if (IPV4.test(text)) return text;
  if (!text.includes(":") || !/^[0-9a-f:.]+$/i.test(text)) return null;
  const address = shortestIpv6(text);
  if (address === null) return null;
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? [];
  return high === undefined || low === undefined ? address : `${toTwoNumbers(high)}.${toTwoNumbers(low)}`;
}

/** The first 64 bits of an IPv6 address, `2001:db8:0:1::/64`: what one customer or machine is usually given (RFC 6177). */
export function networkOf(ipv6: string): string {
  const [front = "", back] = ipv6.split("::");
  const [head, tail] = [groups(front), groups(back ?? "")];
  const zeros = back === undefined ? 0 : 8 - head.length - tail.length;
  const all = [...head, ...Array<string>(zeros).fill("0"), ...tail];
  return `${all.slice(0, 4).join(":")}::/64`;
}

const NUMBER = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${NUMBER}(?:\\.${NUMBER}){3}$`);

/** Every runtime's URL parser knows IPv6, and writes it in its shortest form. */
function shortestIpv6(text: string): string | null {
  try {
    return new URL(`http://[${text}]`).hostname.slice(1, -1);
  } catch {
    return null;
  }
}

/** `7f01` is `127.1`. */
function toTwoNumbers(group: string): string {
  const value = Number.parseInt(group, 16);
  return `${value >> 8}.${value & 0xff}`;
}

function groups(text: string): string[] {
  return text === "" ? [] : text.split(":");
}
