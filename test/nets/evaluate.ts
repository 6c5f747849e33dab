/** Tracing, running and comparing networks. */
import * as assert from 'uvu/assert';
import { compile } from '../../src/autograd/compile.js';
import { gradients } from '../../src/autograd/gradients.js';
import { Graph } from '../../src/autograd/graph.js';
import type { Shape, Tensor } from '../../src/autograd/tensor.js';
import type { Device } from '../../src/engine/device.js';
import type { TensorFile } from '../../src/io/safetensors.js';

/** A variable and what is written to it. */
export interface Input {
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface Traced {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** [N]: where it is given, its gradients are outputs, too, named `… gradient`. */
  readonly loss?: Tensor;
  readonly withRespectTo?: readonly string[];
}

/** Runs what `trace` makes of the inputs once and returns the outputs. */
export async function evaluate(
  device: Device,
  inputs: Readonly<Record<string, Input>>,
  trace: (inputs: Readonly<Record<string, Tensor>>) => Traced,
): Promise<Record<string, Float32Array>> {
  const graph = new Graph();
  const names = Object.keys(inputs);
  const variables = Object.fromEntries(
    names.map((name) => [name, graph.variable(name, inputs[name]!.shape)] as const),
  );
  const { outputs, loss, withRespectTo = [] } = trace(variables);
  const all: Record<string, Tensor> = { ...outputs };
  if (loss) {
    const slopes = gradients(
      loss,
      withRespectTo.map((name) => variables[name]!),
    );
    withRespectTo.forEach((name, at) => {
      all[`${name} gradient`] = slopes[at]!;
    });
  }
  const executable = await compile(device, graph, {
    name: 'test',
    outputs: Object.values(all),
    variables: Object.values(variables),
  });
  try {
    for (const name of names) executable.write(variables[name]!, inputs[name]!.data);
    executable.run();
    const found: Record<string, Float32Array> = {};
    for (const [name, tensor] of Object.entries(all)) found[name] = await executable.read(tensor);
    return found;
  } finally {
    executable.destroy();
  }
}

export interface Closeness {
  /** |found − wanted| over |wanted|, in L2. */
  readonly relativeL2: number;
  /** The greatest |found − wanted| over the greatest |wanted|. */
  readonly greatest: number;
}

/** How close a tensor is to a recorded one, of which the fixture may hold every k-th value, and the norm of all. */
export function closeness(found: Float32Array, file: TensorFile, name: string): Closeness {
  const wanted = file.floats(name);
  const stride = Math.ceil(found.length / wanted.length);
  assert.is(wanted.length, Math.ceil(found.length / stride), `${name}: the number of recorded values`);
  let [squares, norm, difference, largest] = [0, 0, 0, 0];
  for (let at = 0; at < wanted.length; at++) {
    const off = Math.abs(found[at * stride]! - wanted[at]!);
    squares += off * off;
    norm += wanted[at]! ** 2;
    difference = Math.max(difference, off); // keeps NaN
    largest = Math.max(largest, Math.abs(wanted[at]!));
  }
  let relativeL2 = Math.sqrt(squares / norm);
  if (file.has(`${name} norm`)) {
    const whole = Math.sqrt(found.reduce((sum, value) => sum + value * value, 0));
    const recorded = file.floats(`${name} norm`)[0]!;
    const off = Math.abs(whole - recorded) / recorded;
    relativeL2 = Math.max(relativeL2, off);
  }
  return { relativeL2, greatest: difference / largest };
}

export interface Bounds {
  readonly relativeL2: number;
  readonly greatest?: number;
}

/** Throws unless the tensor is that close to the recorded one; returns how close it is, for the log. */
export function assertRecorded(
  found: Float32Array,
  file: TensorFile,
  name: string,
  { relativeL2, greatest = Infinity }: Bounds,
): string {
  const close = closeness(found, file, name);
  const text = `${name}: relative L2 ${close.relativeL2.toExponential(1)}, greatest ${close.greatest.toExponential(1)}`;
  const within = close.relativeL2 <= relativeL2 && close.greatest <= greatest; // NaN is not
  if (!within)
    throw new Error(
      `${text}; wanted at most ${relativeL2.toExponential(1)} and ${greatest.toExponential(1)}`,
    );
  return text;
}
