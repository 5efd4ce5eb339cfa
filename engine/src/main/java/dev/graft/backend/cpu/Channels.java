package dev.graft.backend.cpu;

import dev.graft.backend.View;

/**
 * How the channels (dimension 1) of a dense array lie: {@code groups} groups of {@code channels}
 * runs of {@code run} neighbours. Channels last: run 1; row-major images: groups n, run h·w.
 */
record Channels(int groups, int channels, int run) {
  static Channels of(View x) {
    int channels = x.dim(1);
    int run = channels > 1 ? x.stride(1) : Math.max(1, x.numel());
    return new Channels(x.numel() / Math.max(1, channels * run), channels, run);
  }

  boolean last() {
    return run == 1;
  }
}
