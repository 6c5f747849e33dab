// The weighted squared distance of two feature maps, LPIPS's last step.
//   partial   sums[n, t] = Σ weights[c] (a - b)²     over elements t, t + threads, t + 2·threads, …; reduce.total sums them
//   gradient  da = 2 · factor · dy[n] · weights[c] · (a - b)
// Memory: a, b, da [N, pixels, C]; weights [C]; sums [N, threads]; dy [N].

#include value_scalar
#include feature_distance
