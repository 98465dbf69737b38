/** The sizes of Autobahn's groups 12 and 13, and how many messages of each are sent. */

import type { Negotiation } from "./case.ts";
import type { Conversation } from "./converse.ts";
import type { TestData } from "./test-data.ts";

/**
 * Autobahn sends 1000 messages in each case, 22 GB in all. We send a few, and of the large ones fewer; the full count is
 * `ANTIPHON_CONFORMANCE_MESSAGES=1000 npx vitest run test/conformance --testTimeout 600000`.
 */
const COUNT = process.env["ANTIPHON_CONFORMANCE_MESSAGES"];

function countFor(size: number): number {
  return COUNT === undefined ? (size > 16_384 ? 10 : 20) : Number(COUNT);
}

/** Characters of each message, and the size of the fragments that its compressed payload is cut into. */
const SIZES: readonly (readonly [size: number, fragmentSize?: number])[] = [
  ...[[16], [64], [256], [1024], [4096], [8192], [16_384], [32_768], [65_536], [131_072]].map(
    ([size]) => [size!] as const,
  ),
  ...[8192, 16_384, 32_768, 65_536, 131_072].map((size) => [size, 256] as const),
  ...[1024, 4096, 32_768].map((fragmentSize) => [131_072, fragmentSize] as const),
];

/** The conversations `group.1` to `group.18`. */
export function conversations(group: string, data: TestData, deflate: Negotiation): Conversation[] {
  return SIZES.map(([size, fragmentSize], index) => ({
    id: `${group}.${index + 1}`,
    title: `${countFor(size)} messages of ${size}${fragmentSize === undefined ? "" : ` in fragments of ${fragmentSize}`}`,
    count: countFor(size),
    message: (number) => data.message(number, size),
    deflate,
    ...(fragmentSize !== undefined && { fragmentSize }),
  }));
}
