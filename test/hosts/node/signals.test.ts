/** SIGTERM and SIGINT, each in a process of its own: drain once, and end by the deadline whatever happens. */

import { expect, it, vi } from "vitest";
import { ChildProgram } from "./child-program.ts";

// Each test starts a process, which loads the TypeScript compiler first.
vi.setConfig({ testTimeout: 30_000 });

/** A program that listens on two ports. */
async function start(...args: string[]): Promise<ChildProgram> {
  const program = new ChildProgram("end-by-signal.ts", { args });
  expect(await program.line()).toMatch(/^listening /);
  return program;
}

it.each(["SIGTERM", "SIGINT"] as const)("%s closes, and the process ends by itself", async (name) => {
  const program = await start("closes");

  program.child.kill(name);

  expect(await program.ended()).toEqual({ code: 0, signal: null });
  expect(await program.rest()).toEqual([`${name} 8000`, `${name} 8000`, "closed", "closed"]);
});

it("listens to each signal once, however many ports there are", async () => {
  const program = new ChildProgram("end-by-signal.ts");

  expect(await program.line()).toBe("listening 1 1");
});

it.each([
  ["hangs", "the app hangs"],
  ["throws", "closing fails"],
])("ends by the deadline when %s: %s", async (behaviour) => {
  const program = await start(behaviour, '{"timeout":100}');
  const began = performance.now();

  program.child.kill("SIGTERM");

  expect(await program.ended()).toEqual({ code: 128 + 15, signal: null });
  expect(performance.now() - began).toBeLessThan(5_000);
});

it("ends a second after all has closed, when something else is left to do", async () => {
  const program = await start("leaves work", '{"timeout":60000}');
  const began = performance.now();

  program.child.kill("SIGTERM");

  expect(await program.ended()).toEqual({ code: 0, signal: null });
  expect(performance.now() - began).toBeGreaterThan(900);
});

it("ends at once at a second signal", async () => {
  const program = await start("hangs", '{"timeout":60000}');
  program.child.kill("SIGTERM");
  expect(await program.line()).toBe("SIGTERM 60000");

  program.child.kill("SIGINT");

  expect(await program.ended()).toEqual({ code: 128 + 2, signal: null });
});

it("leaves the signals alone when it is told to", async () => {
  const program = await start("closes", "false");

  program.child.kill("SIGTERM");

  expect(await program.ended()).toEqual({ code: null, signal: "SIGTERM" });
});

it("leaves a signal alone that is not named", async () => {
  const program = await start("closes", '{"names":["SIGINT"]}');

  program.child.kill("SIGTERM");

  expect(await program.ended()).toEqual({ code: null, signal: "SIGTERM" });
});

it("leaves the signals alone once nothing listens any more", async () => {
  const program = await start("has closed");

  program.child.kill("SIGTERM");

  expect(await program.ended()).toEqual({ code: null, signal: "SIGTERM" });
});

it("closes what still listens", async () => {
  const program = await start("has closed one");

  program.child.kill("SIGTERM");

  expect(await program.ended()).toEqual({ code: 0, signal: null });
  expect(await program.rest()).toEqual(["SIGTERM 8000", "closed"]);
});
