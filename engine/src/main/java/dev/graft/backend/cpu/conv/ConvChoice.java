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
