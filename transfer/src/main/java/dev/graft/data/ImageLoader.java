package dev.graft.data;

import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Reads files into batches [n, 3, h, w], on all cores, in order; unreadable files are reported. */
public final class ImageLoader {
  /** A file that was left out, and why. */
  public record Unreadable(Path file, String reason) {
    @Override
    public String toString() {
      return file + ": " + reason;
    }
  }

  /**
   * Images [n, 3, h, w] and the positions of their files in the list; null images where none of the
   * files could be read.
   */
  public record Batch(Tensor images, int[] positions, List<Unreadable> unreadable) {}

  /** What came of one file: one of the two is null. */
  private record Result(float[] image, Unreadable unreadable) {}

  private final Preprocessing preprocessing;

  public ImageLoader(Preprocessing preprocessing) {
    this.preprocessing = preprocessing;
  }

  /** Reads the files {@code from … to−1} of the list. */
  public Batch load(List<Path> files, int from, int to) {
    Result[] results = new Result[to - from];
    IntStream.range(from, to).parallel().forEach(i -> results[i - from] = read(files.get(i)));
    List<float[]> images = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (int i = 0; i < results.length; i++) {
      if (results[i].unreadable == null) {
        images.add(results[i].image);
        positions.add(from + i);
      } else {
        unreadable.add(results[i].unreadable);
      }
    }
    int[] at = positions.stream().mapToInt(Integer::intValue).toArray();
    return new Batch(images.isEmpty() ? null : stack(images), at, List.copyOf(unreadable));
  }

  private Result read(Path file) {
    try {
      return new Result(preprocessing.apply(ImageReader.read(file, preprocessing.upright())), null);
    } catch (IOException | IllegalArgumentException e) {
      return failed(file, reason(e));
    } catch (OutOfMemoryError e) {
      // One photo too large for this heap is that photo's trouble: its arrays are free again.
      return failed(file, "too large for the memory there is; java's -Xmx gives more");
    }
  }

  private static Result failed(Path file, String reason) {
    return new Result(null, new Unreadable(file, reason));
  }

  /** What went wrong with a file, without its path. */
  static String reason(Exception e) {
    if (e instanceof FileSystemException f) {
      return f.getReason() == null ? describe(f) : f.getReason();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** The JDK's commonest file errors have no text of their own but the path. */
  private static String describe(FileSystemException e) {
    return switch (e) {
      case NoSuchFileException absent -> "no such file";
      case AccessDeniedException denied -> "no permission to read it";
      default -> "cannot be read";
    };
  }

  private Tensor stack(List<float[]> images) {
    int size = images.getFirst().length;
    float[] all = new float[images.size() * size];
    for (int i = 0; i < images.size(); i++) {
      System.arraycopy(images.get(i), 0, all, i * size, size);
    }
    return Tensor.of(all, images.size(), 3, preprocessing.crop(), preprocessing.crop());
  }
}
