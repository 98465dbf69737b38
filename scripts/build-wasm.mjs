/** `npm run build:wasm`: assembles src/protocol/mask.wat, and writes the bytes into mask-simd.ts. */

import { readFileSync, writeFileSync } from "node:fs";
import loadWabt from "wabt";

const wat = new URL("../src/protocol/mask.wat", import.meta.url);
const twin = new URL("../src/protocol/mask-simd.ts", import.meta.url);

const wabt = await loadWabt();
const { buffer } = wabt.parseWat("mask.wat", readFileSync(wat, "utf8"), { simd: true }).toBinary({});
const code = Buffer.from(buffer).toString("base64");
const source = readFileSync(twin, "utf8");
writeFileSync(twin, source.replace(/(export const CODE =\s+")[^"]*"/, `$1${code}"`));
console.log(`${buffer.length} bytes of WebAssembly in ${twin.pathname}`);
