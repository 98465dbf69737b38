/** The door `antiphon/protocol/node`: what the engine needs of Node, and an engine run over a Node stream. */

export { drained } from "./drained.ts";
export { nodePlatform, nodeTextCodec } from "./platform.ts";
export { type RunEngineOptions, runEngine } from "./run-engine.ts";
export { toUpgradeRequest } from "./upgrade-request.ts";
export { nodeZlib } from "./zlib.ts";
