/** What runs in the thread of the sockets: connects on request, and bridges each socket to the lane that it has. */

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { ClientSocket } from "../../client/client-socket.ts";
import type { ConnectOptions, Place } from "../../client/connect-options.ts";
import { connect } from "../../client/index.ts";
import { hearCommands } from "../lane/hear-commands.ts";
import type { Lane, OpenedRecord } from "../lane/lane.ts";
import { signal, Word } from "../lane/lane.ts";
import { SocketBridge } from "../lane/socket-bridge.ts";
import { Life } from "./life.ts";
import { receiveWindow } from "./receive-window.ts";

const { life } = workerData as { life: Int32Array };
/** Of the socket that each port has now. */
const lanes = new Map<MessagePort, Lane>();

const beat = () => Atomics.add(life, Life.pulse, 1);
beat();
// So that a thread that ran out of memory, which can tell nobody, is missed.
setInterval(beat, 200).unref();

parentPort!.on("message", (port: MessagePort) => {
  let bridge: SocketBridge | undefined;
  hearCommands(port, (command) => {
    if (command[0] !== "connect") return bridge?.hear(command);
    const [, number, words, place, options] = command;
    const lane = { port, words };
    lanes.set(port, lane);
    bridge = open(lane, { number, place: place as Place, options });
  });
});

// Whoever waits would wait for ever.
process.once("exit", () => {
  Atomics.store(life, Life.ended, 1);
  for (const lane of lanes.values()) {
    Atomics.store(lane.words, Word.gone, 1);
    signal(lane);
  }
});

interface Wanted {
  readonly number: number;
  readonly place: Place;
  readonly options: ConnectOptions;
}

function open(lane: Lane, { number, place, options }: Wanted): SocketBridge {
  const bridge = new SocketBridge({ lane, number, window: receiveWindow(options) });
  const onOpen = (socket: ClientSocket) => bridge.opened(socket, toRecord(socket));
  connect(place, { ...options, onOpen, onDisconnect: () => bridge.mirror() }).then(
    (socket) => bridge.carry(socket),
    (error) => bridge.failed(error),
  );
  return bridge;
}

function toRecord({ url, protocol, headers }: ClientSocket): OpenedRecord {
  return { url: url.href, protocol, headers: [...(headers ?? [])] };
}
