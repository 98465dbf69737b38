/** The door `antiphon` on Deno: the same names, and an app that Deno's own server can hand its requests to. */

export { App } from "./hosts/deno/app.ts";
export type { DenoServeInfo } from "./hosts/deno/deno-runtime.ts";
export * from "./index.ts";
