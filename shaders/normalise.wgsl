// Vectors divided by a length of theirs. Two launches each way: one thread a vector for its factors, then one an element.
//   forward_factors    unit:            f = 1 / (√Σx² + epsilon)
//                      second moment:   f = (Σx² / C + epsilon)^(-1/2)
//   backward_factors   f, and g with which the gradient of y = f · x is  dx = f · dy - g · x:
//                      unit:            g = f² (Σ x dy) / √Σx²;  f = g = 0 for a vector of zeros, which has no direction
//                      second moment:   g = f³ (Σ x dy) / C
//   forward            y = f · x
//   backward           dx = f · dy - g · x
// Memory: x, y, dy, dx [vectors, C]; factor [vectors]; factors [vectors, 2] = (f, g).

#include value_scalar
#include normalise
