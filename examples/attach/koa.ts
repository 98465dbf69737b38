/** WebSockets beside a Koa app: give its callback to a server that you make. */

import { createServer } from "node:http";
import Koa from "koa";
import { live } from "./live.ts";

const app = new Koa();
app.use((context) => {
  context.body = "Koa answers\n";
});

const server = createServer(app.callback());
live.attach(server, { prefix: "/live" });

server.listen(Number(process.env["PORT"] ?? 5042), () => console.log("listening on", server.address()));
