// Elementwise kernels over flat arrays of `count` floats; all operands have the same layout, whatever it is.
//   add    sum = sum + b
//   scale  y = clamp(factor * a, low, high)
// One thread makes one element.

#include value_scalar
#include elementwise
