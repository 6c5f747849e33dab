// PIXELS by CHANNELS sums in registers, sumC_J, as an array, STORED channels side by side. What stores them goes through it in a loop:
// with every store written out a software adapter compiles for a minute and more. Bounds that a compiler knows would let it unroll.
  var sums = array<Stored$STORED, ${PIXELS * CHANNELS / STORED}>(
    #for c in 0..CHANNELS/STORED
    #for j in 0..PIXELS
    Stored$STORED(
      #for s in 0..STORED
      sum${STORED * c + s}_$j,
      #end
    ),
    #end
    #end
  );
