package dev.graft.weights.hub;

import java.io.IOException;

/** What trying again would not mend. */
final class FinalException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean absent;

  FinalException(String message) {
    this(message, false);
  }

  /**
   * @param absent whether the server says that there is no such file
   */
  FinalException(String message, boolean absent) {
    super(message);
    this.absent = absent;
  }

  boolean isAbsent() {
    return absent;
  }
}
