/** `npm run docs:herd`: draws docs/images/reconnect-herd.svg, and says its figures. */

import { writeFileSync } from "node:fs";
import { figures, picture } from "./picture.ts";

writeFileSync(new URL("../../../docs/images/reconnect-herd.svg", import.meta.url), picture());
console.log(figures());
