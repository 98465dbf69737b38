/** Byte sequences that try a UTF-8 decoder, numbered as Autobahn's 6.5 to 6.23; most are from Markus Kuhn's stress test. */

import { hex } from "../support/hex.ts";

/** One text payload. */
export interface Utf8Sequence {
  /** As in `6.5.1`. */
  readonly id: string;
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly valid: boolean;
}

/** κόσμε, the word that most of these cases are built around. */
export const KOSME = "ceba e1bdb9 cf83 cebc ceb5";

type Row = readonly [group: number, what: string, valid: boolean, ...sequences: readonly string[]];

/** From `first` up to `end`, each byte followed by a space. */
const lonely = (first: number, end: number) =>
  range(first, end)
    .map((byte) => `${byte}20`)
    .join("");

const TABLE: readonly Row[] = [
  [
    5,
    "some valid sequences",
    true,
    "68656c6c6f 24 776f726c64", // U+0024 inside "helloworld"
    "68656c6c6f c2a2 776f726c64", // U+00A2
    "68656c6c6f e282ac 776f726c64", // U+20AC
    "68656c6c6f f0a4ada2 776f726c64", // U+24B62
    KOSME,
  ],
  [7, "the first sequence of 1, 2, 3 and 4 bytes", true, "00", "c280", "e0a080", "f0908080"],
  [8, "the first sequence of 5 and 6 bytes", false, "f888808080", "fc8480808080"],
  [9, "the last sequence of 1, 2, 3 and 4 bytes", true, "7f", "dfbf", "efbfbf", "f48fbfbf"],
  [10, "the last sequence of 4, 5 and 6 bytes by the old rule", false, "f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"],
  [11, "other boundaries", true, "ed9fbf", "ee8080", "efbfbd", "f48fbfbf"],
  [11, "the first code point beyond Unicode", false, "f4908080"],
  [
    12,
    "continuation bytes without a start",
    false,
    ...["80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf"],
    range(0x80, 0xbf).join(""),
  ],
  [
    13,
    "start bytes alone",
    false,
    ...[lonely(0xc0, 0xdf), lonely(0xe0, 0xef), lonely(0xf0, 0xf7), lonely(0xf8, 0xfb), lonely(0xfc, 0xfd)],
  ],
  [
    14,
    "a sequence without its last byte",
    false,
    ...["c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"],
  ],
  [15, "ten sequences without their last byte", false, "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"],
  [16, "impossible bytes", false, "fe", "ff", "fefeffff"],
  [17, "a slash in too many bytes", false, "c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"],
  [18, "the longest of each that is too long", false, "c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"],
  [19, "NUL in too many bytes", false, "c080", "e08080", "f0808080", "f880808080", "fc8080808080"],
  [20, "a surrogate", false, "eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"],
  [
    21,
    "a pair of surrogates",
    false,
    ...["eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf"],
    ...["edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf"],
  ],
  [22, "a code point that is no character, and valid all the same", true, ...nonCharacters()],
  [23, "specials, the replacement character among them", true, ...range(0xb9, 0xc0).map((byte) => `efbf${byte}`)],
];

/** 6.5 to 6.23, those of 6.6 being every prefix of κόσμε. */
export const UTF8_SEQUENCES: readonly Utf8Sequence[] = [...numbered(TABLE), ...prefixes()];

function numbered(rows: readonly Row[]): Utf8Sequence[] {
  const counts = new Map<number, number>();
  return rows.flatMap(([group, what, valid, ...sequences]) =>
    sequences.map((sequence) => {
      const count = (counts.get(group) ?? 0) + 1;
      counts.set(group, count);
      return { id: `6.${group}.${count}`, what, bytes: hex(sequence), valid };
    }),
  );
}

function prefixes(): Utf8Sequence[] {
  const whole = hex(KOSME);
  const characterEnds = [2, 5, 7, 9, 11];
  return Array.from(whole, (_, index) => ({
    id: `6.6.${index + 1}`,
    what: `the first ${index + 1} bytes of κόσμε`,
    bytes: whole.slice(0, index + 1),
    valid: characterEnds.includes(index + 1),
  }));
}

/** U+FFFE, U+FFFF and the last two of the planes that Autobahn tries: F0 to F4, 8F to BF, BF, BE or BF. */
function nonCharacters(): string[] {
  const planes = ["f0", "f1", "f2", "f3", "f4"].flatMap((first) =>
    ["8f", "9f", "af", "bf"].map((second) => first + second),
  );
  const valid = planes.filter((start) => start !== "f08f" && (start < "f4" || start === "f48f"));
  return ["efbfbe", "efbfbf", ...valid.flatMap((start) => [`${start}bfbe`, `${start}bfbf`])];
}

function range(first: number, end: number): string[] {
  return Array.from({ length: end - first }, (_, index) => (first + index).toString(16).padStart(2, "0"));
}
