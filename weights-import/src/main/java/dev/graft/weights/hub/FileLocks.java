package dev.graft.weights.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps two processes, and two threads of one, from downloading the same file at once. The lock is
 * the operating system's, so a process that dies gives it back.
 */
final class FileLocks implements AutoCloseable {
  private static final int POLL_MILLIS = 50;

  private final Path file;
  private final FileChannel channel;

  private FileLocks(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Waits for the lock beside {@code target}; {@code waiting} is run once if somebody has it. */
  static FileLocks acquire(Path target, Runnable waiting) throws IOException {
    Path file = target.resolveSibling(target.getFileName() + ".lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      boolean told = false;
      while (!tryLock(channel)) {
        if (!told) {
          waiting.run();
          told = true;
        }
        Thread.sleep(POLL_MILLIS);
      }
      return new FileLocks(file, channel);
    } catch (InterruptedException e) {
      channel.close();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while another download was waited for");
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException heldByAnotherThread) {
      return false;
    }
  }

  /** Removes the lock's file, once what it guarded is in place: whoever still waits finds that. */
  void remove() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException busyOnWindows) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
