/** The door `antiphon/protocol/node`: what the engine needs of Node, and an engine run over a Node stream. */

export { drained } from "./drained.ts";
export { nodePlatform, nodeTextCodec } from "./platform.ts";
export { refuse } from "./refuse.ts";
export { type RunEngineOptions, runEngine } from "./run-engine.ts";
export { toHttp2UpgradeRequest, toUpgradeRequest } from "./upgrade-request.ts";
export { nodeZlib } from "./zlib.ts";
