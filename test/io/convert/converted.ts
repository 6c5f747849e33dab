/** Converting files of test/fixtures/formats in memory. */
import { type ForeignNetwork, readForeign } from '../../../src/inversion/foreign.js';
import { blobSource } from '../../../src/io/checkpoint/index.js';
import { BlobSink } from '../../../src/io/convert/sink.js';
import { writeNetwork } from '../../../src/io/convert/write.js';
import { TensorFile } from '../../../src/io/safetensors.js';
import { StateDict } from '../../../src/nets/state.js';
import type { TestContext } from '../../harness/case.js';

export function formatFile(t: TestContext, name: string): Promise<Uint8Array> {
  return t.file(`test/fixtures/formats/${name}`);
}

/** A file as a page reads and writes it, which `fwplus convert` does alike. */
export async function converted(
  t: TestContext,
  name: string,
  options: { half?: boolean; part?: string } = {},
): Promise<ForeignNetwork & { bytes: Uint8Array }> {
  return convertBytes(name, await formatFile(t, name), options);
}

export async function convertBytes(
  name: string,
  file: Uint8Array,
  { half = false, part }: { half?: boolean; part?: string } = {},
): Promise<ForeignNetwork & { bytes: Uint8Array }> {
  const found = await readForeign(blobSource(name, new Blob([file as Uint8Array<ArrayBuffer>])), part);
  const sink = new BlobSink();
  await writeNetwork(found.network, sink, { name: name.replace(/\.\w+$/, ''), half });
  return { ...found, bytes: new Uint8Array(await sink.blob.arrayBuffer()) };
}

/** What a converted file holds. */
export function stateOf(
  bytes: Uint8Array,
  name: string,
): { kind: string; state: StateDict; file: TensorFile } {
  const file = TensorFile.parse(bytes, name);
  const weights = [...file.keys()].map(
    (key) => [key, { shape: file.info(key).shape, data: file.floats(key) }] as const,
  );
  return { kind: file.metadata.network!, state: new StateDict(name, new Map(weights)), file };
}
