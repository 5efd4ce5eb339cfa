package dev.graft.weights.hub;

import java.io.IOException;

/**
 * A file that could not be had. The message is one line: which file, what was tried, and where to
 * put the file by hand.
 */
public final class HubException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean absent;

  HubException(String message, boolean absent, Throwable cause) {
    super(message, cause);
    this.absent = absent;
  }

  /** Whether all that was asked said that there is no such file. */
  public boolean isAbsent() {
    return absent;
  }
}
