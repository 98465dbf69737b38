/** The door `antiphon` on Bun: that of Node, but an `App` that listens on Bun's own server. */

export { App } from "./hosts/bun/app.ts";
// What is named wins over what comes by a star.
export * from "./index.ts";
