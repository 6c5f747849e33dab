/**
 * `fwplus/engine`: the autograd engine on its own. Variables and constants of a Graph go through the operations, `gradients`
 * and `adam` extend the graph, `compile` makes it run on a device from `openDevice`.
 */
export { tuningStore } from '#tuning-store';
export { type AdapterFacts, describeAdapter } from '../engine/adapter.js';
export { type Device, type DeviceOptions, openDevice } from '../engine/device.js';
export type { MemoryReport } from '../engine/memory.js';
export type { LaunchTime, Plan } from '../engine/program.js';
export type { TuningStore } from '../engine/tuning/remembered.js';
export { FwplusError } from '../errors.js';
export { type AdamOptions, adam, type Moments } from './adam.js';
export { compile, type Executable } from './compile.js';
export { gradients } from './gradients.js';
export { Graph, type Operation, type OperationSpec } from './graph.js';
export type { Lowering } from './lowering.js';
export { activate } from './ops/activate.js';
export { type Activation, LEAKY_RELU, LINEAR, RELU, UNLIMITED } from './ops/activation.js';
export { channelAffine } from './ops/channel-affine.js';
export type { Epilogue } from './ops/channel-gradients.js';
export { channelScale } from './ops/channel-scale.js';
export { type ConvolutionOptions, convolution } from './ops/convolution.js';
export { assign } from './ops/copy.js';
export { demodulation } from './ops/demodulation.js';
export { add, clip, scale } from './ops/elementwise.js';
export { featureDistance } from './ops/feature-distance.js';
export { type FullyConnectedOptions, fullyConnected } from './ops/fully-connected.js';
export { globalAverage } from './ops/global-average.js';
export { advance, record, stepCounter } from './ops/history.js';
export { instanceNorm } from './ops/instance-norm.js';
export { type ModulatedConvolutionOptions, modulatedConvolution } from './ops/modulated-convolution.js';
export { type NoiseActivationOptions, noiseActivation } from './ops/noise-activation.js';
export { normaliseSecondMoment, unitNormalise } from './ops/normalise.js';
export { averagePool, maxPool } from './ops/pooling.js';
export { prelu } from './ops/prelu.js';
export { meanSquaredError, quantisedSquaredError } from './ops/reduce.js';
export { bicubic, bilinear, upsample2 } from './ops/resample.js';
export { sigmoid } from './ops/sigmoid.js';
export { smooth } from './ops/smooth.js';
export { stack } from './ops/stack.js';
export { type StyleLayer, styles } from './ops/styles.js';
export { tanh } from './ops/tanh.js';
export { truncation } from './ops/truncation.js';
export { upConvolution } from './ops/up-convolution.js';
export { type Term, weightedSum } from './ops/weighted-sum.js';
export type { Shape, Tensor } from './tensor.js';
