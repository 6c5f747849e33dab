/** fwplus, what both hosts share. Node and browsers add how a model is read: see index.node.ts and index.browser.ts. */
export { type AdapterFacts, describeAdapter } from './engine/adapter.js';
export { type Device, type DeviceOptions, openDevice } from './engine/device.js';
export { FwplusError } from './errors.js';
export type { Codes, InversionState, StepRecord } from './inversion/codes.js';
export { type Inversion, type InvertOptions, invertImage } from './inversion/invert-image.js';
export { Inverter, type Progress, type RunOptions } from './inversion/inverter.js';
export { loadModel } from './inversion/load-model.js';
export {
  DEFAULT_STEPS,
  defaultMethod,
  type Method,
  methodName,
  type PNormForm,
  type Space,
} from './inversion/method.js';
export { PerceptualMeter, psnr } from './inversion/metrics.js';
export type { Model } from './inversion/model.js';
export { Renderer } from './inversion/renderer.js';
export { decodeState, encodeState } from './inversion/saved.js';
export { prepareTarget, type Target } from './inversion/target.js';
export { decodeImage } from './io/decode.js';
export { type FitMode, fit } from './io/fit.js';
export { type Image, imageFromFloat, imageToFloat } from './io/image.js';
export { encodePng } from './io/png.js';
