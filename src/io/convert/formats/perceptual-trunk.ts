/** The convolutional parts of VGG16 and AlexNet, as torchvision and as LPIPS's modules name their layers. */
import type { Fact, SourceTensor } from '../network.js';
import type { Part } from '../parts.js';
import type { Weights } from '../weights.js';

export interface Trunk {
  readonly kind: 'vgg16' | 'alexnet';
  readonly name: string;
  /** N of `features.N`, and the side of the kernels. */
  readonly layers: readonly (readonly [at: number, kernel: number])[];
  /** Those of them whose ReLU is compared. */
  readonly taps: readonly number[];
  /** N of the first layer behind each of the slices that LPIPS cuts the trunk into. */
  readonly slices: readonly number[];
  readonly licence: string;
}

const TRUNKS: readonly Trunk[] = [
  {
    kind: 'vgg16',
    name: 'VGG16',
    layers: [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28].map((at) => [at, 3] as const),
    taps: [2, 7, 14, 21, 28],
    slices: [4, 9, 16, 23, 30],
    licence: 'VGG16 was published under CC BY 4.0, and comes with torchvision (BSD-3-Clause).',
  },
  {
    kind: 'alexnet',
    name: 'AlexNet',
    layers: [
      [0, 11],
      [3, 5],
      [6, 3],
      [8, 3],
      [10, 3],
    ],
    taps: [0, 3, 6, 8, 10],
    slices: [2, 5, 8, 10, 12],
    licence: 'AlexNet comes with torchvision (BSD-3-Clause).',
  },
];

/** How a program names the layers. */
interface Layout {
  readonly format: string;
  readonly key: (trunk: Trunk, at: number) => string;
}

const LAYOUTS: readonly Layout[] = [
  { format: 'torchvision', key: (_, at) => `features.${at}` },
  {
    format: 'LPIPS',
    key: ({ slices }, at) => `net.slice${1 + slices.filter((end) => at >= end).length}.${at}`,
  },
];

export interface FoundTrunk {
  readonly part: Part;
  readonly trunk: Trunk;
  readonly layout: Layout;
}

/** The trunk in a part, told by the first layer's name and kernel; undefined where there is none. */
export function findTrunk(part: Part): FoundTrunk | undefined {
  for (const trunk of TRUNKS) {
    const side = trunk.layers[0]![1];
    for (const layout of LAYOUTS) {
      const shape = part.tensors.get(`${layout.key(trunk, 0)}.weight`)?.shape;
      if (shape?.slice(1).join() === `3,${side},${side}`) return { part, trunk, layout };
    }
  }
  return undefined;
}

/** The channels of the layers that are compared, as far as the part has them. */
export function tapsOf({ part, trunk, layout }: FoundTrunk): (number | undefined)[] {
  return trunk.taps.map((at) => part.tensors.get(`${layout.key(trunk, at)}.bias`)?.shape[0]);
}

/** The trunk by torchvision's names. Throws where a layer is missing or does not fit the one before it. */
export function takeTrunk(weights: Weights, { trunk, layout }: FoundTrunk): Map<string, SourceTensor> {
  const tensors = new Map<string, SourceTensor>();
  let channels = 3;
  for (const [at, side] of trunk.layers) {
    const key = layout.key(trunk, at);
    const weight = weights.take(`${key}.weight`, [null, channels, side, side]);
    channels = weight.shape[0]!;
    tensors.set(`features.${at}.weight`, weight);
    tensors.set(`features.${at}.bias`, weights.take(`${key}.bias`, [channels]));
  }
  // torchvision's classifier; of LPIPS's modules constants, and the linear weights a second time.
  weights.ignore(/^(classifier|scaling_layer|lins)\./);
  return tensors;
}

export function trunkFacts({ trunk }: FoundTrunk, tensors: ReadonlyMap<string, SourceTensor>): Fact[] {
  const channels = trunk.taps.map((at) => tensors.get(`features.${at}.bias`)!.elements);
  return [
    ['Trunk', trunk.name],
    ['Channels', channels.join(', ')],
  ];
}
