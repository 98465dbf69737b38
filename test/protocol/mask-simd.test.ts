/** The bytes of the WebAssembly routine are what its source, mask.wat, says. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CODE } from "../../src/protocol/mask-simd.ts";

test("CODE is mask.wat, assembled (after a change: npm run build:wasm)", async () => {
  const { default: loadWabt } = await import("wabt");
  const wabt = await loadWabt();
  const source = readFileSync(new URL("../../src/protocol/mask.wat", import.meta.url), "utf8");

  const module = wabt.parseWat("mask.wat", source, { simd: true });
  const { buffer } = module.toBinary({});

  expect(Buffer.from(buffer).toString("base64")).toBe(CODE);
});

test("it is a module of WebAssembly with one page of memory, which it exports", () => {
  // Not every set of type definitions has these names.
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

  const { memory, mask } = new Instance(new Module(Buffer.from(CODE, "base64"))).exports;

  expect(memory.buffer.byteLength).toBe(65_536);
  expect(mask).toHaveLength(2);
});

interface WebAssemblyApi {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { exports: { memory: { buffer: ArrayBuffer }; mask: () => void } };
}
