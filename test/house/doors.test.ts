/** What each door shows: a snapshot of its names, so that no release gains or loses one unseen. Each name has a doc comment. */

import { describe, expect, test } from "vitest";
import { type DoorExport, doorSources, exportsOf } from "./doors.ts";

const sources = doorSources();
const exported = exportsOf(Object.values(sources));

describe.each(Object.entries(sources))("the door %s", (door, source) => {
  const names = exported.get(source) ?? [];

  test("shows the names of its snapshot (a change that is meant: npm test -- house -u)", async () => {
    await expect(toText(door, names)).toMatchFileSnapshot(
      `doors/${door.replaceAll("/", "-").replaceAll(" ", ".")}.txt`,
    );
  });

  test("explains every name", () => {
    expect(names.filter(({ doc }) => doc === "").map(({ name }) => name)).toEqual([]);
  });

  test("leads somewhere", () => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter(({ kind }) => kind === "unresolved")).toEqual([]);
  });
});

function toText(door: string, names: readonly DoorExport[]): string {
  const isType = ({ kind }: DoorExport) => kind === "type" || kind === "interface";
  const lines = (some: readonly DoorExport[]) => some.map(({ kind, name }) => `  ${kind} ${name}`);
  const [types, values] = [names.filter(isType), names.filter((name) => !isType(name))];
  return [door, "", "values", ...lines(values), "", "types", ...lines(types), ""].join("\n");
}
