/** Waits for a broker that comes at the third attempt, with an app and then with open rooms; prints what happens. */

import { App, type Broker, memory, openRooms } from "../../../../src/index.ts";

const inMemory = memory();
let attempts = 0;
const broker: Broker = {
  name: "late",
  place: "nowhere",
  async connect(options) {
    attempts++;
    if (attempts % 3 !== 0) throw new Error("not yet");
    return inMemory.connect(options);
  },
};

const app = new App({ broker, logger: false });
await app.listen({ port: 0, waitForBroker: true });
console.log(`listening after ${attempts}`);
await app.close();
const rooms = await openRooms(broker, { wait: true, logger: false });
console.log(`open after ${attempts}`);
await rooms.close();
console.log(`closed, ${inMemory.processes.length} left`);
