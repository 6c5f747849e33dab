/** Where bytes go, in order. A call has taken its bytes when it resolves. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** Bytes put aside as a Blob, which a browser may keep on its disk. */
export class BlobSink implements ByteSink {
  readonly #parts: Blob[] = [];

  async write(bytes: Uint8Array): Promise<void> {
    this.#parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  }

  get blob(): Blob {
    return new Blob(this.#parts);
  }
}
