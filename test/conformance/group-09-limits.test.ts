/** Autobahn's group 9: large messages, in many fragments and in many chops; many messages there and back. */

import { chopped, echoes } from "./case.ts";
import type { Conversation } from "./converse.ts";
import { describeConversations } from "./converse.ts";
import type { Frame } from "./frames.ts";
import { binary, fragments, repeat, text } from "./frames.ts";
import { describeCases } from "./run-case.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const TEXT = "BAsd7&jh23";
const BYTES = Buffer.from("00fe23faf0", "hex");
const FE = Buffer.of(0xfe);

const SIZES = [64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB];

describeCases("9.1 and 9.2 increasing size", [
  ...SIZES.map((size, index) => echoes(`9.1.${index + 1}`, `text of ${named(size)}`, text(repeat(TEXT, size)))),
  ...SIZES.map((size, index) => echoes(`9.2.${index + 1}`, `${named(size)}, binary`, binary(repeat(BYTES, size)))),
]);

const FRAGMENT_SIZES = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB];

describeCases("9.3 and 9.4 4 MiB in fragments", [
  ...FRAGMENT_SIZES.map((size, index) => inFragments(`9.3.${index + 1}`, text(repeat("*", 4 * MIB)), size)),
  ...FRAGMENT_SIZES.map((size, index) => {
    return inFragments(`9.4.${index + 1}`, binary(repeat(index === 0 ? FE : "*", 4 * MIB)), size);
  }),
]);

const CHOP_SIZES = [64, 128, 256, 512, 1024, 2048];

describeCases("9.5 and 9.6 1 MiB in chops", [
  ...CHOP_SIZES.map((size, index) => inChops(`9.5.${index + 1}`, text(repeat(TEXT, MIB)), size)),
  ...CHOP_SIZES.map((size, index) => inChops(`9.6.${index + 1}`, binary(repeat(BYTES, MIB)), size)),
]);

const MESSAGE_SIZES = [0, 16, 64, 256, KIB, 4 * KIB];

describeConversations("9.7 and 9.8 a thousand messages", [
  ...MESSAGE_SIZES.map((size, index) => aThousand(`9.7.${index + 1}`, text(repeat("*", size)))),
  ...MESSAGE_SIZES.map((size, index) => aThousand(`9.8.${index + 1}`, binary(repeat(FE, size)))),
]);

function inFragments(id: string, message: Frame, size: number) {
  return echoes(id, `${kindOf(message)} in fragments of ${named(size)}`, message, fragments(message, size));
}

function inChops(id: string, message: Frame, size: number) {
  return echoes(id, `${kindOf(message)} in chops of ${named(size)}`, message, [chopped(size, message)]);
}

function aThousand(id: string, message: Frame): Conversation {
  return { id, title: `${kindOf(message)} of ${named(message.payload.length)}`, count: 1000, message: () => message };
}

function kindOf({ opcode }: Frame): string {
  return opcode === 1 ? "text" : "binary";
}

function named(size: number): string {
  return size >= MIB ? `${size / MIB} MiB` : size >= KIB ? `${size / KIB} KiB` : `${size} B`;
}
