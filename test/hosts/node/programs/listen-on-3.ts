/** Listens on the socket that its parent passed on as descriptor 3, and says where. */

import { listen } from "../../../../src/hosts/node/listen.ts";
import { FakeApp } from "../fake-app.ts";

const { url, port } = await listen(new FakeApp(), { fd: 3 });
console.log(`${url} ${port}`);
