/** Files of test/fixtures/formats as networks. */
import { bytesSource, type Checkpoint, readCheckpoint } from '../../../src/io/checkpoint/index.js';
import { joinCheckpoints } from '../../../src/io/convert/join.js';
import type { ConvertedNetwork } from '../../../src/io/convert/network.js';
import { recogniseNetworks } from '../../../src/io/convert/recognise.js';
import { checkValues } from '../../../src/io/convert/write.js';
import { StateDict, type Weight } from '../../../src/nets/state.js';
import type { TestContext } from '../../harness/case.js';

/** What one file holds, or several that are given together. */
export async function checkpointOf(t: TestContext, names: readonly string[]): Promise<Checkpoint> {
  const files = names.map(async (name) => {
    const source = bytesSource(name, await t.file(`test/fixtures/formats/${name}`));
    return { path: name, checkpoint: await readCheckpoint(source) };
  });
  return joinCheckpoints(await Promise.all(files));
}

/** The network that is wanted first, or that of a part; its values have been looked at. */
export async function networkOf(
  checkpoint: Checkpoint,
  name: string,
  part?: string,
): Promise<ConvertedNetwork> {
  const network = await recogniseNetworks(checkpoint, name, part).chosen.convert();
  await checkValues(network);
  return network;
}

export async function stateOf({ format, tensors }: ConvertedNetwork): Promise<StateDict> {
  const weights = [...tensors].map(async ([key, tensor]): Promise<[string, Weight]> => {
    return [key, { shape: tensor.shape, data: await tensor.read(0, tensor.elements) }];
  });
  return new StateDict(format, new Map(await Promise.all(weights)));
}
