/** The two ways in which an app takes connections on Deno, and by which one the suites inside Deno run. */

/** `listen`: our engine, on Deno's TCP. `serve`: Deno's own server and WebSockets, by `Deno.serve(app.fetch)`. */
export type Door = "listen" | "serve";

/** The name of the variable that says so to the process. */
export const DOOR = "ANTIPHON_DENO_DOOR";

/** What it says. */
export function doorOf(env: NodeJS.ProcessEnv): Door {
  return env[DOOR] === "serve" ? "serve" : "listen";
}
