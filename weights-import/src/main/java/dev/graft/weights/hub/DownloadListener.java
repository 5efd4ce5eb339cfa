package dev.graft.weights.hub;

/** Hears how a download goes on; called by the thread that downloads. */
public interface DownloadListener {
  /** Hears nothing. */
  DownloadListener SILENT = (name, done, total) -> {};

  /**
   * Some bytes came.
   *
   * @param total the whole file's bytes; -1 where the server does not say
   */
  void progress(String name, long done, long total);

  /** Another thread or process is downloading this file, and is waited for. */
  default void waiting(String name) {}

  /** The download is over, well or not. */
  default void finished(String name) {}
}
