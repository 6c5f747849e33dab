/** What is shipped can be chosen: keys and plans are those of now. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AdapterFacts, TEXTURE_READS } from '../../../src/engine/adapter.js';
import { allowedPlans } from '../../../src/engine/plans/convolution/plan.js';
import type { ConvolutionShape } from '../../../src/engine/plans/convolution/shape.js';
import { adapterClass, shapeKey } from '../../../src/engine/tuning/keys.js';
import { SHIPPED } from '../../../src/engine/tuning/shipped.js';

/** An adapter of a class, as `mesa software, 8 lanes`. */
function factsOf(name: string): AdapterFacts {
  const [, vendor, architecture = '', lanes] = /^(\S+)(?: (.+))?, (\d+) lanes$/.exec(name)!;
  return {
    name: '',
    vendor: vendor!,
    architecture,
    description: '',
    software: /software|swiftshader/.test(architecture),
    features: new Set([TEXTURE_READS]),
    subgroupSize: Number(lanes),
  };
}

const KEY = /^(transposed )?(\d+)x\2 s(\d+) p(\d+) (\d+)x(\d+)x(\d+) to (\d+)x(\d+)x(\d+) b(\d+)$/;

function shapeOf(key: string): ConvolutionShape {
  const [, transposed, ...numbers] = KEY.exec(key)!;
  const [
    kernelSize,
    stride,
    padding,
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    outChannels,
    batch,
  ] = numbers.map(Number) as [number, number, number, number, number, number, number, number, number, number];
  return {
    ...{ batch, kernelSize, stride, padding, transposed: transposed !== undefined },
    ...{ inHeight, inWidth, inChannels, outHeight, outWidth, outChannels },
  };
}

for (const [name, table] of Object.entries(SHIPPED)) {
  test(`every shape of '${name}' has the plan that is shipped for it`, () => {
    const facts = factsOf(name);
    assert.is(adapterClass(facts), name);
    for (const [key, plan] of Object.entries(table)) {
      const shape = shapeOf(key);
      assert.is(shapeKey(shape), key);
      const names = allowedPlans(shape, facts).map((each) => each.name);
      assert.ok(names.includes(plan), `${key}: '${plan}' is none of ${names.join(', ')}`);
    }
  });
}

test.run();
