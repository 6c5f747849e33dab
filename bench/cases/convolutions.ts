/** The convolutions of the networks at full width, as kernel and shape; every layer in the order of the network. */

export type Layer = readonly [kernel: string, shape: string];

const STYLEGAN2: readonly (readonly [side: number, channels: number])[] = [
  [4, 512],
  [8, 512],
  [16, 512],
  [32, 512],
  [64, 512],
  [128, 256],
  [256, 128],
  [512, 64],
  [1024, 32],
];

const STYLEGAN1: typeof STYLEGAN2 = [
  [4, 512],
  [8, 512],
  [16, 512],
  [32, 512],
  [64, 256],
  [128, 128],
  [256, 64],
];

const stylegan2: readonly Layer[] = STYLEGAN2.flatMap(([side, channels], at): Layer[] => {
  const below = STYLEGAN2[at - 1];
  const up: Layer[] = below ? [['upconv3x3', `${below[1]}x${channels}@${below[0]}`]] : [];
  return [...up, ['conv3x3', `${channels}x${channels}@${side}`], ['conv1x1', `${channels}x3@${side}`]];
});

/** Doubling layers are one transposed 4×4 convolution each. */
const stylegan1: readonly Layer[] = STYLEGAN1.flatMap(([side, channels], at): Layer[] => {
  const below = STYLEGAN1[at - 1];
  const up: Layer[] = below ? [['convt4x4s2', `${below[1]}x${channels}@${below[0]}`]] : [];
  return [...up, ['conv3x3', `${channels}x${channels}@${side}`]];
});

const vgg16: readonly Layer[] = [
  '3x64@256',
  '64x64@256',
  '64x128@128',
  '128x128@128',
  '128x256@64',
  '256x256@64',
  '256x512@32',
  '512x512@32',
  '512x512@16',
].map((shape) => ['conv3x3', shape]);

/** The base-code encoder, s = 16. */
const encoder: readonly Layer[] = [
  '3x128@128',
  '128x128@128',
  '128x256@64',
  '256x256@64',
  '256x512@32',
  '512x512@32',
  '512x512@16',
].map((shape) => ['conv3x3', shape]);

/** Strided layers of pSp and e4e. */
const styleEncoder: readonly Layer[] = [
  ['conv3x3s2', '64x64@256'],
  ['conv3x3s2', '128x128@128'],
  ['conv3x3s2', '256x256@64'],
  ['conv3x3s2', '512x512@32'],
  ['conv3x3s2', '512x512@16'],
  ['conv1x1', '256x512@32'],
];

/** Nothing here is a multiple of anything. */
const ragged: readonly Layer[] = [
  ['conv3x3', '67x53@19x23'],
  ['conv3x3', '130x70@45'],
  ['upconv3x3', '65x33@31'],
  ['conv1x1', '77x5@51'],
  ['conv3x3s2', '61x35@37'],
];

/** What other engines are measured on, and bars are set for; see bench/README.md. */
export const COMPARED: readonly Layer[] = [
  ['conv3x3', '512x512@4'],
  ['conv3x3', '512x512@8'],
  ['conv3x3', '512x512@16'],
  ['conv3x3', '512x512@32'],
  ['conv3x3', '256x256@64'],
  ['conv3x3', '128x128@128'],
  ['conv3x3', '64x64@128'],
  ['upconv3x3', '512x512@8'],
  ['upconv3x3', '512x512@16'],
  ['upconv3x3', '256x128@64'],
  ['conv1x1', '512x3@32'],
  ['conv3x3s2', '256x256@64'],
  ...ragged,
];

export const NETWORKS: Readonly<Record<string, readonly Layer[]>> = {
  'StyleGAN2-1024': stylegan2,
  'StyleGAN-256': stylegan1,
  'VGG16-256': vgg16,
  'base-code encoder': encoder,
  'style encoders': styleEncoder,
  ragged,
};
