/** Networks of other programs' checkpoints: read, brought to our names, and tried on the classes that will run them. */
import { FwplusError } from '../errors.js';
import { type ByteSource, type Checkpoint, readCheckpoint } from '../io/checkpoint/index.js';
import type { Candidate } from '../io/convert/format.js';
import { joinCheckpoints, type NamedCheckpoint } from '../io/convert/join.js';
import { type ConvertedNetwork, type NetworkKind, parameters } from '../io/convert/network.js';
import { recogniseNetworks } from '../io/convert/recognise.js';
import { StateDict, type Weight } from '../nets/state.js';
import { type GeneratorManifest, makeGenerator } from './load-generator.js';
import { withMeanW } from './mean-w.js';

/** A network of a checkpoint, and the others that it holds. */
export interface ForeignNetwork {
  readonly network: ConvertedNetwork;
  readonly chosen: Candidate;
  readonly others: readonly Candidate[];
}

/** Of one network; a quarter of these of one tensor. */
const MOST_VALUES = 2 ** 30;

/** How each kind is built from a state dictionary; what is not built has been looked at by its format. */
const BUILD: Readonly<
  Partial<Record<NetworkKind, (state: StateDict, network: ConvertedNetwork) => unknown>>
> = {
  stylegan1: (state, { options }) =>
    makeGenerator({ architecture: 'stylegan1', ...options } as GeneratorManifest, state),
  stylegan2: (state, { options }) =>
    makeGenerator({ architecture: 'stylegan2', ...options } as GeneratorManifest, state),
};

/**
 * Finds the network of a checkpoint, or the one in `part`, and gives its weights by our names. Several files are one network
 * together: VGG16 and the linear weights of LPIPS, the arrays of P-norm+, directions. Values stay in the files: keep the
 * sources open. Throws a `FwplusError` that names the key or byte where the file is none that fwplus can use.
 */
export async function readForeign(
  source: ByteSource | readonly [ByteSource, ...ByteSource[]],
  part?: string,
): Promise<ForeignNetwork> {
  const sources = 'read' in source ? ([source] as const) : source;
  return foreignNetwork(await openForeign(sources), sources[0].name, part);
}

/** What files hold together. */
export async function openForeign(sources: readonly ByteSource[]): Promise<Checkpoint> {
  const files: NamedCheckpoint[] = [];
  for (const source of sources) files.push({ path: source.name, checkpoint: await readCheckpoint(source) });
  return joinCheckpoints(files);
}

/** As `readForeign`, of a checkpoint that is open; errors call it `name`. */
export async function foreignNetwork(
  checkpoint: Checkpoint,
  name: string,
  part?: string,
): Promise<ForeignNetwork> {
  const recognised = recogniseNetworks(checkpoint, name, part);
  const network = withMeanW(await recognised.chosen.convert());
  checkSize(name, network);
  tryClass(name, network);
  return { network, ...recognised };
}

/** A few bytes can stand for very many values. Throws where a network has more of them than any has. */
function checkSize(name: string, network: ConvertedNetwork): void {
  const large = [...network.tensors].find(([, { elements }]) => elements > MOST_VALUES / 4);
  const all = parameters(network);
  if (!large && all <= MOST_VALUES) return;
  const found = large ? `a tensor '${large[0]}' of ${large[1].elements}` : `${all}`;
  throw new FwplusError(`Converting ${name}: it has ${found} values; at most ${MOST_VALUES} are converted.`, {
    hint: 'No network of these kinds is so large; do not trust the file.',
  });
}

/** Throws where the class that runs the network does not take it, by our key and the file's. */
function tryClass(name: string, network: ConvertedNetwork): void {
  try {
    BUILD[network.kind]?.(shapesOnly(name, network), network);
  } catch (error) {
    if (!(error instanceof FwplusError)) throw error;
    const key = [...network.tensors.keys()].find((each) => error.message.includes(`'${each}'`));
    const origin = key === undefined ? undefined : network.tensors.get(key)!.origin;
    const where = origin === undefined || origin === key ? '' : ` In the file it is '${origin}'.`;
    throw new FwplusError(`Converting ${error.message}${where}`, {
      hint: 'The network is of another form than fwplus runs, or its file was cut.',
      cause: error,
    });
  }
}

/** A state dictionary of zeros, which share one buffer: names and shapes are what classes look at when they are built. */
function shapesOnly(name: string, { tensors }: ConvertedNetwork): StateDict {
  const most = Math.max(0, ...[...tensors.values()].map(({ elements }) => elements));
  const zeros = new Float32Array(most);
  const weights = new Map<string, Weight>();
  for (const [key, { shape, elements }] of tensors) {
    weights.set(key, { shape, data: zeros.subarray(0, elements) });
  }
  return new StateDict(name, weights);
}
