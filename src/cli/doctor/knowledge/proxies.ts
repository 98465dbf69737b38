/** What stands between: how each proxy passes WebSockets on, after how much silence it cuts them, and how it is known by its answers. */

/** A proxy that people configure. */
export interface ProxyAdvice {
  readonly name: string;
  /** How it passes the upgrade on: sentences. */
  readonly upgrade: string;
  /** The lines for it, and the language that they are in. */
  readonly lines: readonly string[];
  readonly language: "nginx" | "apache" | "caddy" | "haproxy" | "sh" | "yaml" | "";
  /** What it does with silent connections: sentences. */
  readonly idle: string;
}

/** By the id that marks and findings name. */
export const proxies = {
  nginx: {
    name: "nginx",
    upgrade:
      "It passes neither Upgrade nor Connection on by itself, and before 1.29.7 it speaks HTTP/1.0 to the server behind it. The map belongs into http { }.",
    language: "nginx",
    lines: [
      "map $http_upgrade $connection_upgrade {",
      "  default upgrade;",
      "  ''      close;",
      "}",
      "server {",
      "  location /chat {",
      "    proxy_pass http://127.0.0.1:8765;",
      "    proxy_http_version 1.1;",
      "    proxy_set_header Upgrade $http_upgrade;",
      "    proxy_set_header Connection $connection_upgrade;",
      "    proxy_set_header Host $host;",
      "    proxy_read_timeout 1h;",
      "  }",
      "}",
    ],
    idle: "proxy_read_timeout, 60 s by default: nothing came from the server for so long.",
  },
  apache: {
    name: "Apache",
    upgrade:
      "Since 2.4.47 mod_proxy_http passes it on when told so; before, mod_proxy_wstunnel does, with ws:// in place of http://.",
    language: "apache",
    lines: [
      "# a2enmod proxy proxy_http",
      'ProxyPass "/chat" "http://127.0.0.1:8765/chat" upgrade=websocket timeout=3600',
      "# before 2.4.47, and with proxy_wstunnel:",
      '# ProxyPass "/chat" "ws://127.0.0.1:8765/chat"',
    ],
    idle: "timeout= of ProxyPass, else ProxyTimeout, else Timeout: 60 s by default.",
  },
  caddy: {
    name: "Caddy",
    upgrade:
      "reverse_proxy passes it on by itself. A reload of the configuration ends open WebSockets, unless stream_close_delay lets them live on.",
    language: "caddy",
    lines: ["example.com {", "  reverse_proxy /chat 127.0.0.1:8765 {", "    stream_close_delay 5m", "  }", "}"],
    idle: "None by default; stream_timeout limits the whole life of a connection.",
  },
  haproxy: {
    name: "HAProxy",
    upgrade: "mode http passes it on by itself, and makes a tunnel of the connection.",
    language: "haproxy",
    lines: [
      "defaults",
      "  mode http",
      "  timeout connect 5s",
      "  timeout client  30s",
      "  timeout server  30s",
      "  timeout tunnel  1h",
    ],
    idle: "timeout tunnel; where that is not set, timeout client and timeout server, often 30 to 60 s.",
  },
  alb: {
    name: "AWS Application Load Balancer",
    upgrade:
      "Listeners of HTTP and HTTPS pass it on by themselves, to target groups with protocol version HTTP1. Health checks want an ordinary 200.",
    language: "sh",
    lines: [
      "aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN \\",
      "  --attributes Key=idle_timeout.timeout_seconds,Value=3600",
    ],
    idle: "idle_timeout.timeout_seconds, 60 s by default, up to 4000.",
  },
  cloudflare: {
    name: "Cloudflare",
    upgrade: "Switch on Network, WebSockets for the zone. Its firewall looks at the request for the upgrade too.",
    language: "",
    lines: [],
    idle: "100 s, fixed but for Enterprise. Now and then it restarts servers, which ends connections: clients have to reconnect.",
  },
  ingress: {
    name: "Kubernetes (ingress-nginx)",
    upgrade: "It passes it on by itself. Other ingress controllers and the Gateway API have annotations of their own.",
    language: "yaml",
    lines: [
      "metadata:",
      "  annotations:",
      '    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"',
      '    nginx.ingress.kubernetes.io/proxy-send-timeout: "3600"',
    ],
    idle: "proxy-read-timeout and proxy-send-timeout, 60 s by default. A reload of nginx ends connections after worker-shutdown-timeout.",
  },
} as const satisfies Readonly<Record<string, ProxyAdvice>>;

/** One of them. */
export type ProxyId = keyof typeof proxies;

/** How long others let a connection be silent: for the table of the page, and to guess who cut it. */
export const idleLimits: readonly { readonly seconds: number; readonly who: string }[] = [
  {
    seconds: 30,
    who: "Google Cloud load balancers (backend service timeout, the whole life of a connection), many HAProxy set-ups",
  },
  { seconds: 50, who: "HAProxy with the timeouts that Debian's package sets" },
  { seconds: 55, who: "Heroku's router" },
  { seconds: 60, who: "nginx, Apache, ingress-nginx, AWS Application Load Balancer, Fly.io" },
  { seconds: 100, who: "Cloudflare" },
  { seconds: 240, who: "Azure Load Balancer and App Service" },
  { seconds: 350, who: "AWS Network Load Balancer and NAT gateways (they drop it without a word)" },
  { seconds: 600, who: "AWS API Gateway" },
];

/** Who is known to cut a connection after so much silence, if the time fits one: within a tenth, and two seconds at most. */
export function whoCutsAfter(seconds: number): string | undefined {
  return idleLimits.find((limit) => Math.abs(seconds - limit.seconds) <= Math.min(2, limit.seconds / 10))?.who;
}

/** What of an answer shows who gave it. */
export interface AnswerMarks {
  /** The value of a header field, in lower case; `""` if there is none. */
  header(name: string): string;
  readonly body: string;
}

/** Who has answered, by the marks in the headers and the body. */
export function whoAnswered(marks: AnswerMarks): { readonly names: string[]; readonly proxy: ProxyId | undefined } {
  const found = MARKS.filter(({ sees }) => sees(marks));
  return { names: found.map(({ name }) => name), proxy: found.find(({ proxy }) => proxy !== undefined)?.proxy };
}

const server = (word: string) => (marks: AnswerMarks) => marks.header("server").includes(word);

const MARKS: readonly {
  readonly name: string;
  readonly proxy?: ProxyId;
  readonly sees: (marks: AnswerMarks) => boolean;
}[] = [
  {
    name: "Cloudflare",
    proxy: "cloudflare",
    sees: ({ header }) => header("cf-ray") !== "" || header("server").includes("cloudflare"),
  },
  { name: "AWS Application Load Balancer", proxy: "alb", sees: server("awselb") },
  {
    name: "nginx",
    proxy: "nginx",
    sees: ({ header, body }) => /nginx|openresty/.test(header("server")) || /<center>(nginx|openresty)/.test(body),
  },
  { name: "Apache", proxy: "apache", sees: server("apache") },
  { name: "Caddy", proxy: "caddy", sees: ({ header }) => `${header("server")} ${header("via")}`.includes("caddy") },
  { name: "HAProxy", proxy: "haproxy", sees: ({ body }) => /^<html><body><h1>\d{3} [^<]+<\/h1>/.test(body.trim()) },
  { name: "CloudFront", sees: ({ header }) => header("via").includes("cloudfront") || header("x-amz-cf-id") !== "" },
  {
    name: "AWS API Gateway",
    sees: ({ header }) => header("x-amz-apigw-id") !== "" || header("x-amzn-requestid") !== "",
  },
  {
    name: "Envoy",
    sees: ({ header }) => header("server").includes("envoy") || header("x-envoy-upstream-service-time") !== "",
  },
  { name: "Varnish", sees: ({ header }) => header("via").includes("varnish") || header("x-varnish") !== "" },
  { name: "Squid", sees: ({ header }) => header("via").includes("squid") || header("x-squid-error") !== "" },
  {
    name: "Google's front end",
    sees: ({ header }) => /\bgoogle\b/.test(header("via")) || /google frontend|\bgws\b/.test(header("server")),
  },
  { name: "Heroku", sees: ({ header }) => /heroku|vegur/.test(`${header("server")} ${header("via")}`) },
  { name: "Fly.io", sees: ({ header }) => header("fly-request-id") !== "" },
  { name: "Vercel", sees: ({ header }) => header("x-vercel-id") !== "" },
  { name: "Netlify", sees: ({ header }) => header("x-nf-request-id") !== "" },
  { name: "Azure", sees: ({ header }) => header("x-azure-ref") !== "" || header("server").includes("azure") },
  { name: "IIS", sees: server("microsoft-iis") },
];
