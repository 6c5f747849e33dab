// Gradients that are elementwise in the activations and sums over pixels for each channel, plain: the reference for
// channel_gradients_4.wgsl.
//
// Memory: activations [N, pixels, C]; partial sums [N, chunks, C], of one chunk the sums; per-channel values [N, C]. `flow` holds a gradient, which is
// changed where it stands. One thread walks one chunk of pixels of one channel, in order, so that sums are the same in every run.
//
//   epilogue: with y = act(z), z = u · scaleOut + noiseStrength · noise + bias (see conv.wgsl) and g = flow · act'(z):
//             flow = g · scaleOut,  d scaleOut = Σ g · u,  where z is recovered from y and u from z.
//   prologue: with v = x · scaleIn:  d scaleIn = Σ flow · x,  flow = flow · scaleIn.
//   pointwise: prologue where v goes into a 1×1 convolution to OUTS channels, u = v · weightᵀ: dv = du · weight is made on the way,
//             dx = dv · scaleIn, with `adds` added to what dx holds, d scaleIn = Σ dv · x.  du [N, pixels, OUTS]; weight [OUTS, C].
//   total:    sums the chunks, one thread a channel; total_of_many: one workgroup a channel, a tree in workgroup memory.

#include value_scalar
#include channel_gradients
