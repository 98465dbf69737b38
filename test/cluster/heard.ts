/** What one member of a room has heard, by publisher: as ranges of numbers, and whether any came twice or out of order. */

/** Numbers without gaps, both ends included; in order, and never next to each other. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/** Of one stay. */
export class Heard {
  readonly #ranges = new Map<string, [first: number, last: number][]>();

  /** Takes note. Gives what is wrong with it, if anything is. */
  take(publisher: string, number: number): string | undefined {
    const ranges = this.#ranges.get(publisher);
    if (ranges === undefined) {
      this.#ranges.set(publisher, [[number, number]]);
      return undefined;
    }
    const newest = ranges.at(-1)!;
    if (number === newest[1] + 1) newest[1] = number;
    else if (number > newest[1]) ranges.push([number, number]);
    else if (ranges.some(([first, last]) => first <= number && number <= last)) return `${number} came twice`;
    else return `${number} came after ${newest[1]}`;
    return undefined;
  }

  /** The number of the last message of each publisher. */
  last(): Record<string, number> {
    return Object.fromEntries(Array.from(this.#ranges, ([publisher, ranges]) => [publisher, ranges.at(-1)![1]]));
  }

  ranges(): Record<string, Ranges> {
    return Object.fromEntries(this.#ranges);
  }
}

/** The part of them from one number to another, both included. */
export function clip(ranges: Ranges, from: number, to: number): Ranges {
  return ranges
    .map(([first, last]) => [Math.max(first, from), Math.min(last, to)] as const)
    .filter(([first, last]) => first <= last);
}

/** The numbers from one to another, both included, that are not among them. */
export function gaps(ranges: Ranges, from: number, to: number): number[] {
  const missing: number[] = [];
  let next = from;
  for (const [first, last] of [...clip(ranges, from, to), [to + 1, to + 1] as const]) {
    for (; next < first; next++) missing.push(next);
    next = last + 1;
  }
  return missing;
}

/** `1-17, 19-40`. */
export function toWords(ranges: Ranges): string {
  return ranges.map(([first, last]) => `${first}-${last}`).join(", ") || "nothing";
}
