/** Runs TypeScript as it stands, on every Node.js that we support: `node --import ./scripts/typescript.mjs bench/some.ts`. */

import { register } from "node:module";

process.setSourceMapsEnabled(true);
register("./typescript-loader.mjs", import.meta.url);
