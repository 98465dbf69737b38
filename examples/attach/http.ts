/** WebSockets on a server made with `http.createServer`. */

import { createServer } from "node:http";
import { live } from "./live.ts";

const server = createServer((_request, response) => response.end("node:http answers\n"));

live.attach(server, { prefix: "/live" });

server.listen(Number(process.env["PORT"] ?? 5042), () => console.log("listening on", server.address()));
