package dev.graft.data;

/** An example that could not be read; the message names it and gives the reason. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
