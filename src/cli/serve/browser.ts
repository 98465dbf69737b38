/** Opens a page in the user's browser, by the program that each system has for it. */

import { spawn } from "node:child_process";

/** Does not wait for it. `onProblem` is called if there is no such program. */
export function openInBrowser(url: string, onProblem: () => void): void {
  const [program, ...args] = PROGRAMS[process.platform] ?? ["xdg-open"];
  const child = spawn(program!, [...args, url], { detached: true, stdio: "ignore" });
  child.on("error", onProblem);
  child.on("exit", (code) => {
    if (code !== 0) onProblem();
  });
  child.unref();
}

const PROGRAMS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ["open"],
  // The first argument in quotes would be the title of a window.
  win32: ["cmd", "/c", "start", ""],
};
