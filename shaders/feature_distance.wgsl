// The weighted squared distance of unit-normalised features from normalised ones, LPIPS's last steps. The features x are normalised on
// the way: u = f · x, f = 1 / (|x| + epsilon) from normalise.forward_factors.
//   partial         sums[n, t] = Σ weights[c] (u - wanted)²   over elements t, t + threads, t + 2·threads, …; reduce.total sums them
// With du = 2 · factor · dy[n] · weights[c] · (u - wanted), as in normalise.wgsl:
//   gradient_factors  f, and g = f² (Σ x du) / |x|; f = g = 0 for a vector of zeros, which has no direction
//   gradient          dx = f · du - g · x
// Memory: x, wanted, dx [N, pixels, C]; weights [C]; f [N, pixels]; factors [N, pixels, 2] = (f, g); sums [N, threads]; dy [N].

#include value_scalar
#include feature_distance
