/** The header `Sec-WebSocket-Extensions` (RFC 6455, 9.1): read and written. Knows no extension. */
import { isSpace, isToken } from "../http-token.ts";

/** One element of the header. Names are compared as they are: RFC 6455 makes no extension token case-insensitive. */
export interface Extension {
  readonly name: string;
  /** In order, and as often as they came. */
  readonly parameters: readonly ExtensionParameter[];
}

/** A parameter of an extension: `true` when it has no value. A quoted value is here without quotes and escapes. */
export interface ExtensionParameter {
  readonly name: string;
  readonly value: string | true;
}

/** The extensions of a header, in order, or what is wrong with it. Takes time linear in the length of the header. */
export function readExtensions(header: string): { extensions: readonly Extension[] } | { reason: string } {
  const scanner = new Scanner(header);
  const extensions: Extension[] = [];
  while (scanner.skipEmptyElements()) {
    const extension = readExtension(scanner);
    if (typeof extension === "string") return { reason: `${extension} at index ${scanner.at}` };
    extensions.push(extension);
    if (!scanner.atEnd() && !scanner.take(COMMA)) return { reason: `expected "," or ";" at index ${scanner.at}` };
  }
  // RFC 6455, 9.1: extension-list = 1#extension
  return extensions.length === 0 ? { reason: "no extension is named" } : { extensions };
}

/** The value of the header. Names and values must be tokens. */
export function formatExtensions(extensions: readonly Extension[]): string {
  return extensions.map(({ name, parameters }) => [name, ...parameters.map(formatParameter)].join("; ")).join(", ");
}

function formatParameter({ name, value }: ExtensionParameter): string {
  return value === true ? name : `${name}=${value}`;
}

// RFC 6455, 9.1: extension = extension-token *( ";" extension-param )
function readExtension(scanner: Scanner): Extension | string {
  const name = scanner.takeToken();
  if (name === "") return "expected a token";
  const parameters: ExtensionParameter[] = [];
  while (scanner.take(SEMICOLON)) {
    const parameter = readParameter(scanner);
    if (typeof parameter === "string") return parameter;
    parameters.push(parameter);
  }
  return { name, parameters };
}

// RFC 6455, 9.1: extension-param = token [ "=" (token | quoted-string) ]
function readParameter(scanner: Scanner): ExtensionParameter | string {
  const name = scanner.takeToken();
  if (name === "") return "expected a token";
  if (!scanner.take(EQUALS)) return { name, value: true };
  if (!scanner.take(QUOTE)) {
    const value = scanner.takeToken();
    return value === "" ? "expected a token or a quoted string" : { name, value };
  }
  const value = scanner.takeQuoted();
  if (value === null) return "quoted string has no end";
  // "When using the quoted-string syntax variant, the value after quoted-string unescaping MUST conform to the 'token'
  // ABNF."
  return isToken(value) ? { name, value } : "quoted value is no token";
}

/** Walks over a header once. RFC 6455, 4.3 has "the "implied *LWS rule"": space may stand between any two parts. */
class Scanner {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skipSpace();
  }

  atEnd(): boolean {
    return this.at >= this.#text.length;
  }

  /** Takes the one character and the space after it, if it is next. In quotes, space counts: none is skipped. */
  take(code: number): boolean {
    if (this.#text.charCodeAt(this.at) !== code) return false;
    this.at++;
    if (code !== QUOTE) this.#skipSpace();
    return true;
  }

  /** Goes to the next element of the list; false at the end. RFC 9110, 5.6.1.2 has empty elements ignored. */
  skipEmptyElements(): boolean {
    while (this.take(COMMA));
    return !this.atEnd();
  }

  /** Takes a token and the space after it; `""` when none is next. */
  takeToken(): string {
    const from = this.at;
    while (this.at < this.#text.length && isToken(this.#text.charAt(this.at))) this.at++;
    const token = this.#text.slice(from, this.at);
    this.#skipSpace();
    return token;
  }

  /** Takes a quoted string after its opening quote, unescaped, and the space after it; `null` when it has no end. */
  takeQuoted(): string | null {
    let value = "";
    while (!this.atEnd()) {
      if (this.take(QUOTE)) {
        this.#skipSpace();
        return value;
      }
      // RFC 9110, 5.6.4: "Recipients that process the value of a quoted-string MUST handle a quoted-pair as if it were
      // replaced by the octet following the backslash."
      if (this.#text.charCodeAt(this.at) === BACKSLASH) this.at++;
      value += this.#text.charAt(this.at++);
    }
    return null;
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.at))) this.at++;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
