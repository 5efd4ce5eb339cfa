/**
 * Reads and writes the files that weights come in.
 *
 * <p>{@link dev.graft.weights.Weights} opens a file and asks each {@code WeightFormat} in turn
 * whether the first bytes are its own. A format turns them into a list of {@code StoredTensor}s,
 * which say what there is and can decode it; {@link dev.graft.weights.WeightFile} does the rest for
 * all formats alike: names, limits, float32, closing.
 *
 * <p>Adding a format touches three places: a class that implements {@code WeightFormat}, its line
 * in {@code Weights.FORMATS}, and its row in the tests' {@code SampleFile}, which makes every
 * general test (contents, truncation, mutation) run on it.
 *
 * <p>Files are hostile until read. Torch's checkpoints are pickles, programs that in Python may
 * call anything; {@code PickleMachine} reads them with {@code PickleOp}, the opcodes that are
 * accepted, and {@code AllowList}, the names that mean something. Nothing that a file claims about
 * sizes is believed before the file is seen to hold it.
 */
package dev.graft.weights;
