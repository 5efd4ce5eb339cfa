package dev.graft.transfer;

import dev.graft.data.ImageFolder;
import dev.graft.data.ImageLoader;
import dev.graft.data.ImageLoader.Unreadable;
import dev.graft.data.Preprocessing;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;

/**
 * A network's answers for every readable image of a folder, computed once: the features on which
 * heads are trained, or logits.
 *
 * @param outputs [n, k], a row per readable image
 * @param labels the class of each row
 * @param positions the position in the folder's files of each row
 * @param unreadable the files that were left out
 */
public record FolderRun(
    Tensor outputs, int[] labels, int[] positions, List<Unreadable> unreadable) {
  private static final int BATCH_PIXELS = 128 * 32 * 32 * 4;

  /**
   * Runs {@code network} over the folder in batches, without recording.
   *
   * @param progress hears how many files are done
   * @throws IllegalArgumentException if none of the files can be read
   */
  public static FolderRun of(
      ImageFolder folder,
      Preprocessing preprocessing,
      UnaryOperator<Tensor> network,
      IntConsumer progress) {
    ImageLoader loader = new ImageLoader(preprocessing);
    int pixels = preprocessing.crop() * preprocessing.crop();
    int batch = Math.clamp(BATCH_PIXELS / pixels, 4, 256);
    List<Tensor> outputs = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (int from = 0; from < folder.size(); from += batch) {
      int to = Math.min(folder.size(), from + batch);
      ImageLoader.Batch loaded = loader.load(folder.files(), from, to);
      unreadable.addAll(loaded.unreadable());
      if (loaded.images() != null) {
        outputs.add(Autograd.noGrad(() -> network.apply(loaded.images())));
        for (int p : loaded.positions()) {
          positions.add(p);
        }
      }
      progress.accept(to);
    }
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException(
          folder.root()
              + ": none of the "
              + folder.size()
              + " files can be read as an image; the"
              + " first: "
              + unreadable.getFirst());
    }
    int[] at = positions.stream().mapToInt(Integer::intValue).toArray();
    int[] labels = new int[at.length];
    for (int i = 0; i < at.length; i++) {
      labels[i] = folder.labels().get(at[i]);
    }
    return new FolderRun(
        Tensor.cat(0, outputs.toArray(Tensor[]::new)), labels, at, List.copyOf(unreadable));
  }

  /** Rows of outputs and labels at these positions of this run. */
  public FolderRun rows(int[] rows) {
    int[] chosenLabels = new int[rows.length];
    int[] chosenPositions = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      chosenLabels[i] = labels[rows[i]];
      chosenPositions[i] = positions[rows[i]];
    }
    return new FolderRun(outputs.indexSelect(0, rows), chosenLabels, chosenPositions, unreadable);
  }
}
