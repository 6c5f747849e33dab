/** A test that runs in both hosts. Files named `*.cases.ts` export `cases: TestCase[]`. */
import type { Device } from '../../src/engine/device.js';

export type HostName = 'node' | 'chromium';

export interface TestCase {
  readonly name: string;
  /** The case has failed after this many seconds; 60 unless told. */
  readonly seconds?: number;
  run(t: TestContext): Promise<void> | void;
}

export interface TestContext {
  readonly host: HostName;
  /** The host's one device, opened at the first call. What the GPU reports by the end of a case fails the case. */
  device(): Promise<Device>;
  /** The bytes of test/fixtures/<name>.safetensors. */
  fixture(name: string): Promise<Uint8Array>;
  /** The bytes of a file of the repository, by its path from the root. */
  file(path: string): Promise<Uint8Array>;
  log(text: string): void;
  /**
   * Hands over values that must be the same bytes in Node and in Chromium on one driver; with `across`, they must
   * also agree that closely between Node's own driver and Chromium's. The key is the case's own.
   */
  record(key: string, values: Uint8Array | Float32Array, across?: Tolerance): void;
}

/** Bounds on a difference: of every value, or of all in relative L2. */
export interface Tolerance {
  readonly absolute?: number;
  readonly relativeL2?: number;
}
