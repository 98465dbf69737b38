/** The slot of a key or channel in a Redis Cluster: CRC-16 (XMODEM) of its name, modulo 16 384. */

const SLOTS = 16_384;

/** The slot of a name of ASCII without braces; braces would make only what they hold count. */
export function slotOf(name: string): number {
  let crc = 0;
  for (let index = 0; index < name.length; index++) {
    crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >> 8) ^ name.charCodeAt(index)];
  }
  return crc % SLOTS;
}

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});
