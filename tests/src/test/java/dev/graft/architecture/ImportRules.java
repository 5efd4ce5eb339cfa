package dev.graft.architecture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which package may name which. Every qualified name in the code counts, in an import or not;
 * comments and strings do not.
 */
final class ImportRules {
  /**
   * A row holds for its packages and their subpackages, unless those have a row of their own. On
   * the right: the rows, or single types, that they may name besides their own row.
   */
  private static final String TABLE =
      """
      tensor            | op backend
      op                | tensor backend
      backend           | tensor.Shape tensor.Layout tensor.ShapeException tensor.Rng
      backend.cpu       | tensor.Shape tensor.Layout tensor.ShapeException tensor.Rng backend jdk.incubator.vector
      backend.reference | tensor.Shape tensor.Layout tensor.ShapeException tensor.Rng backend
      backend.opencl    | tensor.Shape tensor.Layout tensor.ShapeException tensor.Rng backend org.jocl
      plan              | tensor op backend

      nn                | tensor op backend plan optim models
      optim             | tensor op backend plan nn models
      models            | tensor op backend plan nn optim

      weights           | tensor op backend plan

      transfer          | tensor op backend plan nn optim train models weights data demo cli
      data              | tensor op backend plan nn optim train models weights transfer demo cli
      demo              | tensor op backend plan nn optim train models weights transfer data cli
      cli               | tensor op backend plan nn optim train models weights transfer data demo
      train             | tensor op backend plan nn optim models weights transfer data
      """;

  /** Modules and the packages in them; each may build on what its packages may name. */
  private static final String MODULES =
      """
      engine         | tensor op backend backend.cpu backend.reference backend.opencl plan
      layers         | nn optim models
      weights-import | weights
      transfer       | transfer data demo cli train
      """;

  private static final Pattern NOT_CODE =
      Pattern.compile(
          "//[^\n]*+|/\\*(?s:.*?)\\*/|\"\"\"(?s:.*?)\"\"\""
              + "|\"(?:\\\\.|[^\"\\\\\n])*+\"|'(?:\\\\.|[^'\\\\\n])++'");

  private static final Pattern QUALIFIED_NAME =
      Pattern.compile("\\b(?:dev\\.graft|jdk\\.incubator\\.vector|org\\.jocl)(?:\\.\\w+)*+");

  private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");

  private final Map<String, List<String>> allowed = rows(TABLE);
  private final Map<String, List<String>> modules = rows(MODULES);

  /**
   * The violations in one source, each with its line.
   *
   * @param path path from the repository's root: {@code MODULE/src/main/java/…} or {@code
   *     MODULE/src/test/java/…}
   * @param source the file's text
   */
  List<String> violations(String path, String source) {
    String module = path.substring(0, path.indexOf('/'));
    if (module.equals("benchmarks")) {
      return List.of(); // they measure what nobody else may touch
    }
    String code = blankOut(source);
    Matcher declaration = PACKAGE.matcher(code);
    if (!declaration.find()) {
      return List.of(path + ": no package");
    }
    boolean test = path.startsWith(module + "/src/test/");
    Optional<String> row = row(declaration.group(1));
    if (row.isEmpty() && !test) {
      return List.of(
          path + ": " + declaration.group(1) + " has no row in the table of ImportRules");
    }
    List<String> found = new ArrayList<>();
    Matcher name = QUALIFIED_NAME.matcher(code);
    while (name.find()) {
      String from = row.orElse("");
      boolean fine = test ? testMayName(module, from, name.group()) : mayName(from, name.group());
      if (!fine) {
        long line = 1 + code.substring(0, name.start()).chars().filter(c -> c == '\n').count();
        found.add(
            path + ":" + line + ": " + declaration.group(1) + " may not name " + name.group());
      }
    }
    return found;
  }

  private boolean mayName(String from, String name) {
    Optional<String> to = row(name);
    return to.isPresent() && (to.get().equals(from) || allowed.get(from).contains(to.get()))
        || allowed.get(from).stream().anyMatch(a -> a.contains(".") && within(name, a));
  }

  /**
   * The tests of a module may name all that its packages are or may name, except the vector module
   * and JOCL, which only the tests of the package that uses them may. The tests module may name
   * everything that a user of Graft may: no backend's insides but the number of threads, which the
   * suites vary.
   */
  private boolean testMayName(String module, String from, String name) {
    if (!name.startsWith("dev.graft")) {
      return allowed.getOrDefault(from, List.of()).contains(outside(name));
    }
    Optional<String> to = row(name);
    List<String> own = modules.get(module);
    if (to.isEmpty()) {
      return true; // a package that only tests have
    }
    if (own == null) {
      return !to.get().startsWith("backend.") || within(name, "backend.cpu.Parallel");
    }
    return own.contains(to.get()) || own.stream().anyMatch(p -> mayName(p, name));
  }

  /** The row that a name of ours belongs to: the one with the longest fitting package. */
  private Optional<String> row(String name) {
    return allowed.keySet().stream()
        .filter(p -> within(name, p))
        .max((a, b) -> Integer.compare(a.length(), b.length()));
  }

  private static boolean within(String name, String place) {
    String full = place.equals(outside(name)) ? place : "dev.graft." + place;
    return name.equals(full) || name.startsWith(full + ".");
  }

  private static String outside(String name) {
    return name.startsWith("org.jocl") ? "org.jocl" : "jdk.incubator.vector";
  }

  private static String blankOut(String source) {
    return NOT_CODE.matcher(source).replaceAll(m -> m.group().replaceAll("[^\n]", " "));
  }

  private static Map<String, List<String>> rows(String table) {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    for (String line : table.lines().filter(l -> !l.isBlank()).toList()) {
      String[] sides = line.split("\\|");
      rows.put(sides[0].strip(), List.of(sides[1].strip().split(" +")));
    }
    return rows;
  }
}
