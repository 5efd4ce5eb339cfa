package dev.graft.transfer;

import dev.graft.train.Progress;
import dev.graft.weights.hub.DownloadListener;
import dev.graft.weights.hub.Hub;

/** Shows downloads as a bar of kibibytes on a terminal. */
public final class DownloadBar implements DownloadListener {
  private static final int UNIT = 1 << 10;

  private Progress bar;

  private DownloadBar() {}

  /** The hub that the environment describes, with such a bar. */
  public static Hub hub() {
    return Hub.standard().withListener(new DownloadBar());
  }

  @Override
  public void progress(String name, long done, long total) {
    if (bar == null) {
      bar = Progress.of(name, (int) (total < 0 ? -1 : total / UNIT));
    }
    bar.to((int) (done / UNIT));
  }

  @Override
  public void finished(String name) {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
