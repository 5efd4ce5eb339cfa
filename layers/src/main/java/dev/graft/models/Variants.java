package dev.graft.models;

import dev.graft.models.Architecture.Block;
import dev.graft.models.Architecture.Shortcut;
import dev.graft.models.Architecture.StridePlacement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ResNets that have names, as a table. */
final class Variants {
  /** Name, block, blocks of the stages, groups x their width, stem's channels, shortcut. */
  private static final String TABLE =
      """
      resnet10t            basic       1,1,1,1    1x64   24,32,64   average
      resnet14t            bottleneck  1,1,1,1    1x64   24,32,64   average
      resnet18             basic       2,2,2,2    1x64   64         projection
      resnet18d            basic       2,2,2,2    1x64   32,32,64   average
      resnet26             bottleneck  2,2,2,2    1x64   64         projection
      resnet26d            bottleneck  2,2,2,2    1x64   32,32,64   average
      resnet26t            bottleneck  2,2,2,2    1x64   24,32,64   average
      resnet34             basic       3,4,6,3    1x64   64         projection
      resnet34d            basic       3,4,6,3    1x64   32,32,64   average
      resnet50             bottleneck  3,4,6,3    1x64   64         projection
      resnet50c            bottleneck  3,4,6,3    1x64   32,32,64   projection
      resnet50d            bottleneck  3,4,6,3    1x64   32,32,64   average
      resnet50e            bottleneck  3,4,6,3    1x64   64,64,128  average
      resnet50s            bottleneck  3,4,6,3    1x64   64,64,128  projection
      resnet50t            bottleneck  3,4,6,3    1x64   24,32,64   average
      resnet101            bottleneck  3,4,23,3   1x64   64         projection
      resnet101c           bottleneck  3,4,23,3   1x64   32,32,64   projection
      resnet101d           bottleneck  3,4,23,3   1x64   32,32,64   average
      resnet101e           bottleneck  3,4,23,3   1x64   64,64,128  average
      resnet101s           bottleneck  3,4,23,3   1x64   64,64,128  projection
      resnet152            bottleneck  3,8,36,3   1x64   64         projection
      resnet152c           bottleneck  3,8,36,3   1x64   32,32,64   projection
      resnet152d           bottleneck  3,8,36,3   1x64   32,32,64   average
      resnet152e           bottleneck  3,8,36,3   1x64   64,64,128  average
      resnet152s           bottleneck  3,8,36,3   1x64   64,64,128  projection
      resnet200            bottleneck  3,24,36,3  1x64   64         projection
      resnet200d           bottleneck  3,24,36,3  1x64   32,32,64   average
      resnext50_32x4d      bottleneck  3,4,6,3    32x4   64         projection
      resnext50d_32x4d     bottleneck  3,4,6,3    32x4   32,32,64   average
      resnext101_32x4d     bottleneck  3,4,23,3   32x4   64         projection
      resnext101_32x8d     bottleneck  3,4,23,3   32x8   64         projection
      resnext101_32x16d    bottleneck  3,4,23,3   32x16  64         projection
      resnext101_32x32d    bottleneck  3,4,23,3   32x32  64         projection
      resnext101_64x4d     bottleneck  3,4,23,3   64x4   64         projection
      wide_resnet50_2      bottleneck  3,4,6,3    1x128  64         projection
      wide_resnet101_2     bottleneck  3,4,23,3   1x128  64         projection
      """;

  private static final Pattern CIFAR = Pattern.compile("cifar_resnet(\\d{1,5})");
  private static final Map<String, Architecture> NAMED = parse();

  private Variants() {}

  private static Map<String, Architecture> parse() {
    Map<String, Architecture> named = new LinkedHashMap<>();
    for (String line : TABLE.lines().toList()) {
      String[] field = line.split(" +");
      named.put(
          field[0],
          new Architecture(
              Block.valueOf(field[1].toUpperCase(Locale.ROOT)),
              numbers(field[2], ","),
              64,
              numbers(field[3], "x").getFirst(),
              numbers(field[3], "x").getLast(),
              new Stem(numbers(field[4], ","), false),
              Shortcut.valueOf(field[5].toUpperCase(Locale.ROOT)),
              StridePlacement.THE_3X3,
              1000));
    }
    return named;
  }

  private static List<Integer> numbers(String text, String separator) {
    return Arrays.stream(text.split(separator)).map(Integer::valueOf).toList();
  }

  /** The CIFAR form of He et al. (2016), section 4.2: three stages of n basic blocks. */
  static Architecture cifar(int n) {
    return new Architecture(
        Block.BASIC,
        List.of(n, n, n),
        16,
        1,
        64,
        Stem.CIFAR,
        Shortcut.PADDING,
        StridePlacement.THE_3X3,
        10);
  }

  static List<String> names() {
    return List.copyOf(NAMED.keySet());
  }

  static Optional<Architecture> find(String name) {
    Matcher cifar = CIFAR.matcher(name);
    if (cifar.matches()) {
      int depth = Integer.parseInt(cifar.group(1));
      return depth >= 8 && (depth - 2) % 6 == 0
          ? Optional.of(cifar((depth - 2) / 6))
          : Optional.empty();
    }
    return Optional.ofNullable(NAMED.get(name));
  }

  /** The name of an architecture whatever its head and its stride's place. */
  static Optional<String> name(Architecture architecture) {
    Architecture plain = architecture.withStride(StridePlacement.THE_3X3).withClasses(1000);
    int n = plain.blocks().getFirst();
    if (plain.equals(cifar(n).withClasses(1000))) {
      return Optional.of("cifar_resnet" + plain.depth());
    }
    return NAMED.entrySet().stream()
        .filter(e -> e.getValue().equals(plain))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  static String unknown(String name) {
    return "architecture: unknown name \""
        + name
        + "\"; use one of "
        + String.join(", ", NAMED.keySet())
        + ", cifar_resnet with 6n+2 layers (20 … 1202), or a bottleneck's with _stride1x1";
  }
}
