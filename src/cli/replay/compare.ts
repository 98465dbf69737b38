/** Compares answers with recorded ones: which are missing, which are new, which differ. */

import type { Message } from "../../client/index.ts";

/** One difference. `recorded` is an index into the recorded ones, `now` into those that came. */
export interface Difference {
  readonly recorded: number | undefined;
  readonly now: number | undefined;
}

/** All of them in order; an answer that is missing does not make all after it differ. */
export function compare(recorded: readonly Message[], now: readonly Message[]): Difference[] {
  let start = 0;
  while (start < recorded.length && start < now.length && same(recorded[start]!, now[start]!)) start++;
  let end = 0;
  const most = Math.min(recorded.length, now.length) - start;
  while (end < most && same(recorded.at(-1 - end)!, now.at(-1 - end)!)) end++;
  const [old, young] = [recorded.slice(start, recorded.length - end), now.slice(start, now.length - end)];
  const pairs = old.length * young.length <= MOST_CELLS ? align(old, young) : inOrder(old, young);
  return pairs.map((pair) => ({
    recorded: pair.recorded === undefined ? undefined : pair.recorded + start,
    now: pair.now === undefined ? undefined : pair.now + start,
  }));
}

/** Of the table of `align`: 2,000 answers on each side. */
const MOST_CELLS = 4_000_000;

/** The same kind of message with the same content. */
export function same(one: Message, other: Message): boolean {
  if (typeof one === "string" || typeof other === "string") return one === other;
  return Buffer.compare(one, other) === 0;
}

/** The fewest differences, by the longest common subsequence. */
function align(old: readonly Message[], young: readonly Message[]): Difference[] {
  const width = young.length + 1;
  // How many are alike from here to the end.
  const alike = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = young.length - 1; j >= 0; j--) {
      alike[i * width + j] = same(old[i]!, young[j]!)
        ? alike[(i + 1) * width + j + 1]! + 1
        : Math.max(alike[(i + 1) * width + j]!, alike[i * width + j + 1]!);
    }
  }
  const differences: Difference[] = [];
  let [i, j] = [0, 0];
  let [missing, added]: [number[], number[]] = [[], []];
  const flush = () => {
    differences.push(...paired(missing, added));
    missing = [];
    added = [];
  };
  while (i < old.length || j < young.length) {
    if (i < old.length && j < young.length && same(old[i]!, young[j]!)) {
      flush();
      i++;
      j++;
    } else if (j === young.length || (i < old.length && alike[(i + 1) * width + j]! >= alike[i * width + j + 1]!)) {
      missing.push(i++);
    } else added.push(j++);
  }
  flush();
  return differences;
}

/** The first with the first, and so on. */
function inOrder(old: readonly Message[], young: readonly Message[]): Difference[] {
  const indexes = Array.from({ length: Math.max(old.length, young.length) }, (_, index) => index);
  return indexes.flatMap((index) => {
    if (index >= old.length) return { recorded: undefined, now: index };
    if (index >= young.length) return { recorded: index, now: undefined };
    return same(old[index]!, young[index]!) ? [] : { recorded: index, now: index };
  });
}

/** What is missing and what is new at the same place are one answer that differs. */
function paired(missing: readonly number[], added: readonly number[]): Difference[] {
  return Array.from({ length: Math.max(missing.length, added.length) }, (_, index) => {
    return { recorded: missing[index], now: added[index] };
  });
}
