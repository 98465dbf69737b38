/** Inflates raw DEFLATE (RFC 1951) bit by bit, slowly, and says how far back it refers. */

/** What came of it. */
export interface PlainInflated {
  readonly output: Uint8Array;
  /** The largest distance of all matches; 0 when there is none. */
  readonly farthest: number;
  /** Whether the last block was marked as the final one. */
  readonly final: boolean;
}

/** Inflates all blocks up to the end of the input, or up to a final one; `window` is what matches may refer to before it. */
export function plainInflate(input: Uint8Array, window: Uint8Array = new Uint8Array(0)): PlainInflated {
  const bits = new Bits(input);
  const out = [...window];
  let farthest = 0;
  let final = false;
  // What is left of the last byte is no block; whoever flushes ends at a byte.
  while (!final && bits.left >= 3) {
    final = bits.take(1) === 1;
    const type = bits.take(2);
    if (type === 3) throw new Error("block type 3");
    if (type === 0) {
      bits.toByte();
      const size = bits.take(16);
      if (bits.take(16) !== (~size & 0xffff)) throw new Error("length of a stored block");
      for (let i = 0; i < size; i++) out.push(bits.take(8));
      continue;
    }
    const { literals, distances } = type === 1 ? fixedTables() : readTables(bits);
    for (let symbol = literals(bits); symbol !== 256; symbol = literals(bits)) {
      if (symbol < 256) {
        out.push(symbol);
        continue;
      }
      const length = LENGTH_BASE[symbol - 257]! + bits.take(LENGTH_EXTRA[symbol - 257]!);
      const place = distances(bits);
      const distance = DISTANCE_BASE[place]! + bits.take(DISTANCE_EXTRA[place]!);
      if (distance > out.length) throw new Error(`distance ${distance} too far back`);
      farthest = Math.max(farthest, distance);
      for (let i = 0; i < length; i++) out.push(out[out.length - distance]!);
    }
  }
  return { output: Uint8Array.from(out.slice(window.length)), farthest, final };
}

class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length * 8 - this.#at;
  }

  take(count: number): number {
    if (count > this.left) throw new Error("cut short");
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) value |= ((this.#bytes[this.#at >> 3]! >> (this.#at & 7)) & 1) << i;
    return value;
  }

  toByte(): void {
    this.#at = (this.#at + 7) & ~7;
  }
}

type Decode = (bits: Bits) => number;

/** RFC 1951, 3.2.2: the codes that follow from their lengths. */
function table(lengths: readonly number[]): Decode {
  const codes = new Map<number, number>();
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    code <<= 1;
    lengths.forEach((own, symbol) => {
      if (own === length) codes.set((1 << length) | code++, symbol);
    });
  }
  return (bits) => {
    for (let read = 1; read < 1 << 16; ) {
      read = (read << 1) | bits.take(1);
      const symbol = codes.get(read);
      if (symbol !== undefined) return symbol;
    }
    throw new Error("no such code");
  };
}

function fixedTables(): { literals: Decode; distances: Decode } {
  const lengths = Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
  return { literals: table(lengths), distances: table(new Array(30).fill(5)) };
}

/** RFC 1951, 3.2.7. */
function readTables(bits: Bits): { literals: Decode; distances: Decode } {
  const literalCount = bits.take(5) + 257;
  const distanceCount = bits.take(5) + 1;
  const orderCount = bits.take(4) + 4;
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  const codeLengths = new Array<number>(19).fill(0);
  for (let i = 0; i < orderCount; i++) codeLengths[order[i]!] = bits.take(3);
  const decode = table(codeLengths);
  const lengths: number[] = [];
  while (lengths.length < literalCount + distanceCount) {
    const symbol = decode(bits);
    if (symbol < 16) lengths.push(symbol);
    else if (symbol === 16) lengths.push(...new Array(3 + bits.take(2)).fill(lengths.at(-1)));
    else lengths.push(...new Array(symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7)).fill(0));
  }
  return { literals: table(lengths.slice(0, literalCount)), distances: table(lengths.slice(literalCount)) };
}

const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const DISTANCE_EXTRA = Array.from({ length: 30 }, (_, i) => Math.max(0, (i >> 1) - 1));
const DISTANCE_BASE = DISTANCE_EXTRA.map((_, i) =>
  DISTANCE_EXTRA.slice(0, i).reduce((sum, bits) => sum + 2 ** bits, 1),
);
