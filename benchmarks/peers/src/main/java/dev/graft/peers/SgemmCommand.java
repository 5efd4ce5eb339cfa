package dev.graft.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Matrix products in single precision, in GFLOP/s. */
@Command(
    name = "sgemm",
    mixinStandardHelpOptions = true,
    description = "Products [m, k] × [k, n] of float32 matrices, row-major, against all peers.")
final class SgemmCommand implements Callable<Integer> {
  @Mixin private Options options;

  @Option(
      names = "--shapes",
      split = ",",
      paramLabel = "MxNxK",
      description = "Such as 1024x1024x1024 (default: cubes, and the products in ResNets).")
  private List<String> shapes =
      List.of(
          "256x256x256",
          "512x512x512",
          "1024x1024x1024",
          "2048x2048x2048",
          "64x3136x576",
          "256x3136x64",
          "512x784x1152",
          "2048x49x512",
          "1000x32x2048");

  /**
   * Seconds of products before the first shape: the JVM compiles a kernel for the last rows of a
   * matrix late, since it runs seldom, and in one of five runs the first shape's turns still met it
   * interpreted.
   */
  private static final double COMPILING = 3;

  /** Rows, columns and sums that leave a rest. */
  private static final Product RESTS = Product.parse("61x67x259");

  @Override
  public Integer call() {
    compile();
    Report report = new Report("sgemm", Report.Unit.GFLOPS, options.csv("sgemm"));
    for (int threads : options.threads()) {
      for (String shape : shapes) {
        measure(Product.parse(shape), threads, report);
      }
    }
    report.close();
    return 0;
  }

  private static void compile() {
    SgemmContenders.Graft graft = new SgemmContenders.Graft(RESTS);
    long start = System.nanoTime();
    while (System.nanoTime() - start < COMPILING * 1e9) {
      graft.run();
    }
  }

  private void measure(Product product, int threads, Report report) {
    List<Contender> contenders = new ArrayList<>(List.of(new SgemmContenders.Graft(product)));
    if (options.with(Libtorch.NAME)) {
      contenders.add(new SgemmContenders.Torch(product));
    }
    if (options.with(OnnxRuntime.NAME)) {
      contenders.add(SgemmContenders.onnxRuntime(product));
    }
    if (options.with(SgemmContenders.Ejml.NAME)) {
      contenders.add(new SgemmContenders.Ejml(product));
    }
    try {
      contenders.forEach(c -> c.threads(threads));
      Agreement.check("sgemm " + product, contenders);
      List<Times> times = new Race(options.seconds).run(contenders, threads);
      report.add(product.toString(), threads, product.gflop(), times);
    } finally {
      contenders.forEach(Contender::close);
    }
  }
}
