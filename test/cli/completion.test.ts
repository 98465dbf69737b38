/** `antiphon completion`: the scripts know every command, option and choice; the one for bash is run by bash. */

import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { cliInProcess } from "../support/cli-in-process.ts";
import { runCli } from "../support/run-cli.ts";

describe("the command", () => {
  it("prints the same script in a pipe and in a terminal", async () => {
    const [pipe, terminal] = await Promise.all([
      runCli(["completion", "bash"]),
      runCli(["completion", "bash"], { pty: true }),
    ]);

    expect(pipe).toMatchObject({ stderr: "", code: 0 });
    expect(terminal).toMatchObject({ stdout: pipe.stdout, code: 0 });
  });

  it("names the shells that it knows", async () => {
    const { stderr, code } = await cliInProcess(["completion", "tcsh"]);

    expect(stderr).toContain("Allowed choices are bash, zsh, fish.");
    expect(code).toBe(2);
  });
});

describe("the scripts", () => {
  it.each(["bash", "zsh", "fish"])("of %s know commands, options and choices", async (shell) => {
    const { stdout } = await cliInProcess(["completion", shell]);

    for (const word of ["echo", "connect", "doctor", "reconnect", "encoding", "base64", "bash zsh fish"]) {
      expect(stdout).toContain(word);
    }
    expect(stdout).not.toContain("undefined");
  });

  it("of bash completes what is typed", async () => {
    const { stdout: script } = await cliInProcess(["completion", "bash"]);
    const lines = [
      "",
      "se",
      "send --wa",
      "send -e ",
      "send --encoding b",
      "completion ",
      "help ec",
      "--ver",
      "send --ca package.j",
    ];

    const completed = completeAll(script, lines);

    expect(completed).toEqual([
      expect.stringMatching(/^echo serve send connect .*help$/),
      "serve send",
      "--wait",
      "hex base64 utf8",
      "base64",
      "bash zsh fish",
      "echo",
      "--version",
      "package.json",
    ]);
  });
});

/** What bash makes of `antiphon LINE` and Tab, for each. One process for all. */
function completeAll(script: string, lines: readonly string[]): string[] {
  const calls = lines.map((line) => {
    const words = ["antiphon", ...line.split(" ")].map((word) => `'${word}'`).join(" ");
    return `COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); COMPREPLY=(); _antiphon; echo "\${COMPREPLY[*]}"`;
  });
  return execFileSync("bash", ["-c", `${script}\n${calls.join("\n")}`], { encoding: "utf8" })
    .trimEnd()
    .split("\n");
}
