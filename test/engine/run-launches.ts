/** Launches by themselves, without a graph: arrays in, one array out. */
import type { Device } from '../../src/engine/device.js';
import type { Launch } from '../../src/engine/launch.js';
import { Program } from '../../src/engine/program.js';
import type { Persistent, Storage } from '../../src/engine/storage.js';

/** `launches` is given the storage of each input and of the output, which holds NaN before: what no thread writes shows. */
export async function runLaunches<Name extends string>(
  device: Device,
  inputs: Readonly<Record<Name, Float32Array>>,
  outputElements: number,
  launches: (storage: Readonly<Record<Name, Storage>>, output: Storage) => readonly Launch<Storage>[],
): Promise<Float32Array> {
  const persistent = (label: string, elements: number): Persistent => ({
    kind: 'persistent',
    label,
    bytes: 4 * elements,
  });
  const arrays = Object.entries<Float32Array>(inputs).map(
    ([name, data]) => [name as Name, persistent(name, data.length), data] as const,
  );
  const storage = Object.fromEntries(arrays) as Record<Name, Persistent>;
  const output = persistent('output', outputElements);
  const program = await Program.build(device, 'launches by themselves', launches(storage, output));
  try {
    for (const [, input, data] of arrays) program.write(input, data);
    program.write(output, new Float32Array(outputElements).fill(Number.NaN));
    program.run();
    return new Float32Array(await program.read(output));
  } finally {
    program.destroy();
  }
}
