/** The WebAssembly twin of `mask.wat`: masks a block at memory speed. Made when first used; falls back where it can't be. */

/** The most that one call takes: the size of the routine's memory. */
export const SIMD_BLOCK = 65_536;

/**
 * Writes `block`, masked, to `target[at]`; the two may be the same memory. `false` when this runtime runs no WebAssembly
 * (or a policy forbids it), and nothing was done.
 */
export function maskSimd(block: Uint8Array, target: Uint8Array, at: number, key: number): boolean {
  routine ??= load();
  if (routine === "none") return false;
  const { memory, mask } = routine;
  memory.set(block);
  mask(block.length, key);
  target.set(block.length === SIMD_BLOCK ? memory : memory.subarray(0, block.length), at);
  return true;
}

interface Routine {
  readonly memory: Uint8Array;
  readonly mask: (length: number, key: number) => void;
}

/** The few names that we use of WebAssembly: not every set of type definitions has them. */
interface WebAssemblyApi {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { exports: { memory: { buffer: ArrayBuffer }; mask: Routine["mask"] } };
}

let routine: Routine | "none" | undefined;

function load(): Routine | "none" {
  try {
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
    const code = Uint8Array.from(atob(CODE), (character) => character.charCodeAt(0));
    const { memory, mask } = new Instance(new Module(code)).exports;
    return { memory: new Uint8Array(memory.buffer), mask };
  } catch {
    return "none";
  }
}

/** `mask.wat`, assembled by `npm run build:wasm`; a test assembles it again and compares. */
export const CODE =
  "AGFzbQEAAAABBgFgAn9/AAMCAQAFAwEAAQcRAgZtZW1vcnkCAARtYXNrAAAKYAFeAgF/AXsgAf0RIQMDQCACIAL9AAQAIAP9Uf0LBAAgAiAC/QAEECAD/VH9CwQQIAIgAv0ABCAgA/1R/QsEICACIAL9AAQwIAP9Uf0LBDAgAkHAAGohAiACIABJDQALCw==";
