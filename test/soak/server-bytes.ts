/** What a client hears: the head of the answer, then frames. Written for tests alone, apart from the engine, and strict. */

/** Throws for what no server may send. */
export class ServerBytes {
  /** Resolves when the head has come. */
  readonly head: Promise<void>;
  status = 0;
  /** The payloads of whole, uncompressed messages: small ones only, others are let go of. */
  readonly messages: Buffer[] = [];
  /** The code of the Close frame that came; 0 without one. */
  closeCode: number | undefined;
  readonly #onControl: (opcode: number, payload: Buffer) => void;
  #gotHead: () => void = () => {};
  #bytes: Buffer = Buffer.alloc(0);
  #parts: Buffer[] | null = null;

  constructor(onControl: (opcode: number, payload: Buffer) => void) {
    this.#onControl = onControl;
    this.head = new Promise((resolve) => {
      this.#gotHead = resolve;
    });
  }

  get hasEnded(): boolean {
    return this.closeCode !== undefined;
  }

  get end(): string {
    return this.closeCode === undefined ? "no Close frame" : `a Close frame with ${this.closeCode}`;
  }

  /** Whether the server had a right to end it: its limits, its goodbye, its own mishaps. */
  get isExcused(): boolean {
    return [1001, 1008, 1011, 1012, 1013].includes(this.closeCode ?? 0);
  }

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.status === 0 && !this.#takeHead()) return;
    if (this.status === 101) while (this.#takeFrame());
    else this.#bytes = Buffer.alloc(0);
  }

  #takeHead(): boolean {
    const end = this.#bytes.indexOf("\r\n\r\n");
    if (end === -1) return false;
    const line = this.#bytes.toString("latin1", 0, this.#bytes.indexOf("\r\n"));
    const match = /^HTTP\/1\.1 ([1-5]\d\d) /.exec(line);
    if (match === null) throw new Error(`no status line: ${line}`);
    this.status = Number(match[1]);
    this.#bytes = this.#bytes.subarray(end + 4);
    this.#gotHead();
    return true;
  }

  #takeFrame(): boolean {
    const bytes = this.#bytes;
    if (bytes.length < 2) return false;
    const short = bytes[1]!;
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (short > 127) throw new Error("a masked frame");
    if (bytes.length < start) return false;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < start + length) return false;
    this.#bytes = bytes.subarray(start + length);
    this.#frame(bytes[0]!, bytes.subarray(start, start + length));
    return true;
  }

  #frame(first: number, payload: Buffer): void {
    const opcode = first & 15;
    // RFC 6455, 5.5.2: a ping is answered "unless it already received a Close frame", also behind our own.
    if (this.closeCode !== undefined && opcode === 10) return;
    if (this.closeCode !== undefined) throw new Error(`a frame with opcode ${opcode} behind the Close frame`);
    const isLast = first >= 0x80;
    if (opcode >= 8) {
      if (!isLast || payload.length > 125 || opcode > 10) throw new Error(`a bad control frame: ${first}`);
      if (opcode === 8) this.closeCode = payload.length === 0 ? 0 : payload.readUInt16BE(0);
      return this.#onControl(opcode, payload);
    }
    if ((opcode === 0) !== (this.#parts !== null)) throw new Error(`a frame out of order: ${first}`);
    if (opcode > 2) throw new Error(`a reserved opcode: ${first}`);
    this.#parts ??= [];
    if (this.messages.length < 100) this.#parts.push(payload);
    if (!isLast) return;
    if (this.messages.length < 100) this.messages.push(Buffer.concat(this.#parts));
    this.#parts = null;
  }
}
