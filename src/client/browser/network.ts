/** Whether the browser has a network, and when it has one again. */

import type { Network } from "../runtime.ts";
import { web } from "./native-socket.ts";

/** The network, as far as this runtime knows of it: where nothing is known, there is one. */
export const browserNetwork: Network = {
  get online() {
    return web.navigator?.onLine !== false;
  },
  onBack(back) {
    const { document } = web;
    const seen = () => document!.visibilityState === "visible" && back();
    const each = (change: "addEventListener" | "removeEventListener") => {
      web[change]?.("online", back);
      document?.[change]("visibilitychange", seen);
    };
    each("addEventListener");
    return () => each("removeEventListener");
  },
};
