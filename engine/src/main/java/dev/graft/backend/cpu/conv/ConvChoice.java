package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.cpu.cold.Warming;
import java.util.ArrayList;
import java.util.List;

/** The form of Winograd's convolution that is cheapest for a shape, if any beats the direct sum. */
final class ConvChoice {
  private static final WinogradTile[] FORMS = {new Winograd4(), new Winograd2()};

  private ConvChoice() {}

  /** What both forms run by. */
  static List<Warming> warmings() {
    List<Warming> all = new ArrayList<>();
    for (WinogradTile form : FORMS) {
      all.add(form.warming());
    }
    all.add(WinogradRun.storeWarming());
    return all;
  }

  /**
   * Whether {@link NarrowConv} computes a convolution whose weights serve one run only. Where
   * Winograd's can, it is the faster one: 2.0 against 2.7 ms for 16 channels of 32×32, 128 images.
   */
  static boolean narrow(ConvShape s) {
    return NarrowConv.accepts(s) && !Winograd.accepts(s);
  }

  /** Whether Winograd's form of the weight gradient is cheaper than the direct sum. */
  static boolean winogradWeightGradient(ConvShape s) {
    return Winograd.accepts(s)
        && ConvCosts.MEASURED.winogradWeightGradient(s, FORMS[0]) < ConvCosts.MEASURED.direct(s);
  }

  /**
   * @param fresh whether the weights are transformed for one run only
   * @return null for the direct sum
   */
  static WinogradTile winograd(ConvShape s, boolean fresh) {
    WinogradTile best = null;
    if (Winograd.accepts(s)) {
      double least = ConvCosts.MEASURED.direct(s);
      for (WinogradTile form : FORMS) {
        double cost = ConvCosts.MEASURED.winograd(s, form, fresh);
        if (cost < least) {
          least = cost;
          best = form;
        }
      }
    }
    return best;
  }
}
