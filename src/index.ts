/**
 * fwplus, in browsers; Node adds what reads and writes files (index.node.ts). The engine below it is an entry of its own,
 * `fwplus/engine`.
 */
export { tuningStore } from '#tuning-store';
export type { WeightOptions } from './autograd/compile.js';
export type { PlannedConvolution } from './autograd/lowering.js';
export type { Tensor } from './autograd/tensor.js';
export { type AdapterFacts, describeAdapter, type MatrixTile } from './engine/adapter.js';
export { type Device, type DeviceOptions, openDevice } from './engine/device.js';
export type { MemoryReport } from './engine/memory.js';
export type { LaunchTime } from './engine/program.js';
export type { Throughput } from './engine/submits.js';
export type { ChoiceTable } from './engine/tuning/choices.js';
export type { TuningStore } from './engine/tuning/remembered.js';
export type { Contest, Prepare, Raced, Timed, TuneOptions } from './engine/tuning/tuner.js';
export type { Tuning } from './engine/tuning/tuning.js';
export { FwplusError } from './errors.js';
export type { Codes, Computation, InversionState, MomentValues, StepRecord } from './inversion/codes.js';
export type { Direction } from './inversion/editing/direction.js';
export { decodeDirections, encodeDirections, findDirection } from './inversion/editing/directions-file.js';
export {
  applyDirections,
  interpolate,
  type Move,
  mixStyles,
} from './inversion/editing/edit.js';
export { readForeignDirections } from './inversion/editing/foreign-directions.js';
export { parseRows, type RowRange } from './inversion/editing/rows.js';
export { type SefaDirection, sefa } from './inversion/editing/sefa.js';
export { type ForeignNetwork, readForeign } from './inversion/foreign.js';
export { type Inversion, type InvertOptions, invertImage } from './inversion/invert-image.js';
export {
  type BatchProgress,
  type BatchRunOptions,
  type BuildOptions,
  Inverter,
  type Progress,
  type RunOptions,
} from './inversion/inverter.js';
export { type Lack, lacks, usualMethod } from './inversion/lacks.js';
export {
  loadModelFiles,
  type ModelFile,
  type ModelFiles,
  type ModelFilesOptions,
  type ModelParts,
  withParts,
} from './inversion/load-files.js';
export { loadModel } from './inversion/load-model.js';
export { loadModelUrl } from './inversion/load-model-url.js';
export {
  checkMethod,
  DEFAULT_STEPS,
  defaultMethod,
  type Method,
  methodName,
  type PNormForm,
  type Space,
} from './inversion/method.js';
export { PerceptualMeter, psnr } from './inversion/metrics.js';
export type { CodeEncoder, Model } from './inversion/model.js';
export { TERMS, type Term } from './inversion/objective.js';
export type { PNormStatistics } from './inversion/pnorm.js';
export { encodePNorm } from './inversion/pnorm-file.js';
export { Renderer } from './inversion/renderer.js';
export { decodeCodes, decodeState, encodeCodes, encodeState, type SavedCodes } from './inversion/saved.js';
export { Covariance, type Sums } from './inversion/statistics/covariance.js';
export { makePNormStatistics, type StatisticsOptions } from './inversion/statistics/pnorm-statistics.js';
export {
  decodeSums,
  encodeSums,
  type Origin as StatisticsOrigin,
} from './inversion/statistics/saved-sums.js';
export { prepareTarget, type Target } from './inversion/target.js';
export { type TuneModelOptions, tuneModel } from './inversion/tune-model.js';
export { type AnimationOptions, encodeApng } from './io/apng.js';
export type { DecodeOptions } from './io/budget.js';
export { type ByteSource, blobSource, bytesSource } from './io/checkpoint/index.js';
export type { ConvertedNetwork, NetworkKind, SourceTensor } from './io/convert/network.js';
export { BlobSink, type ByteSink } from './io/convert/sink.js';
export { type WriteOptions, type Written, writeNetwork } from './io/convert/write.js';
export { decodeImage } from './io/decode.js';
export { type FitMode, type Fitted, fit } from './io/fit.js';
export { type Image, imageFromFloat, imageToFloat } from './io/image.js';
export { type PasteMode, paste } from './io/paste.js';
export { encodePng } from './io/png.js';
export { BasecodeEncoder } from './nets/basecode-encoder.js';
export type { Generator } from './nets/generator.js';
export { IdInvertEncoder } from './nets/idinvert-encoder.js';
export { PerceptualDistance } from './nets/lpips.js';
export { StateDict, type Weight } from './nets/state.js';
export { StyleEncoder, type StyleEncoderOptions, type StyleEncoderType } from './nets/style-encoder.js';
export { StyleGan1, type StyleGan1Options } from './nets/stylegan1.js';
export { StyleGan2, type StyleGan2Options } from './nets/stylegan2.js';
