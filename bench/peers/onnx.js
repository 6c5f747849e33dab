/** Just enough of the ONNX format (protocol buffers) for a chain of convolutions. Numbers are the fields of onnx.proto. */

const FLOAT = 1;
const INT = 2;
const INTS = 7;

/**
 * A model of `nodes` { op, inputs, output, attributes }, with `weights` { name, shape, data } inside.
 * Attributes are whole numbers or lists of them.
 */
export function onnxModel({ nodes, weights, input, output }) {
  const graph = [
    ...nodes.map((node) => message(1, nodeOf(node))),
    text(2, 'convolution'),
    ...weights.map(({ name, shape, data }) =>
      message(5, [
        ...shape.map((side) => whole(1, side)),
        whole(2, FLOAT),
        text(8, name),
        bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
      ]),
    ),
    message(11, tensorInfo(input)),
    message(12, tensorInfo(output)),
  ];
  return joined([whole(1, 8), message(7, graph), message(8, [text(1, ''), whole(2, 17)])]);
}

function nodeOf({ op, inputs, output, attributes }) {
  return [
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) =>
      message(
        5,
        Array.isArray(value)
          ? [text(1, name), ...value.map((each) => whole(8, each)), whole(20, INTS)]
          : [text(1, name), whole(3, value), whole(20, INT)],
      ),
    ),
  ];
}

function tensorInfo({ name, shape }) {
  const sides = shape.map((side) => message(1, [whole(1, side)]));
  return [text(1, name), message(2, [message(1, [whole(1, FLOAT), message(2, sides)])])];
}

function whole(field, value) {
  return joined([varint(field * 8), varint(value)]);
}

function text(field, value) {
  return bytes(field, new TextEncoder().encode(value));
}

function message(field, parts) {
  return bytes(field, joined(parts));
}

function bytes(field, value) {
  return joined([varint(field * 8 + 2), varint(value.length), value]);
}

function varint(value) {
  const out = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) + 128);
  return Uint8Array.from([...out, value]);
}

function joined(parts) {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
