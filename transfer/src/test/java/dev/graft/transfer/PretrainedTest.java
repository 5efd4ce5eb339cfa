package dev.graft.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.data.Preprocessing;
import dev.graft.models.Architecture;
import dev.graft.models.Architecture.StridePlacement;
import dev.graft.weights.hub.DownloadListener;
import dev.graft.weights.hub.Hub;
import dev.graft.weights.hub.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of published weights, and what is said where they cannot be had. */
class PretrainedTest {
  private static final Pattern HASH = Pattern.compile("-([0-9a-f]{8})\\.(pth|th)$");

  @TempDir private Path home;

  private Hub offline() {
    return new Hub(
        home.resolve("cache"),
        List.of(),
        true,
        List.of(),
        Patience.STANDARD,
        DownloadListener.SILENT);
  }

  /** torchvision's own numbers. */
  @ParameterizedTest
  @CsvSource({
    "resnet18, f37072fd, 69.758, 89.078, 256",
    "resnet50, 0676ba61, 76.130, 92.862, 256",
    "resnet50.v2, 11ad3fa6, 80.858, 95.434, 232",
    "resnet152.v2, f82ba261, 82.284, 96.002, 232",
    "resnext101_64x4d, 173b62eb, 83.246, 96.454, 232",
    "wide_resnet101_2, 32ee1156, 78.848, 94.284, 256"
  })
  void torchvisions(String name, String hash, double top1, double top5, int resize) {
    Pretrained weights = Pretrained.of(name);
    assertEquals("sha256:" + hash, weights.file().digest());
    assertEquals(top1, weights.top1());
    assertEquals(top5, weights.top5());
    assertEquals(resize, weights.preprocessing().resize());
    assertEquals(224, weights.preprocessing().crop());
    assertEquals(name.replace(".v2", ""), weights.architecture().name());
    assertEquals("tench", weights.classes().getFirst());
    assertEquals("toilet tissue", weights.classes().getLast());
  }

  @Test
  void everyRowHoldsTogether() {
    Set<String> paths = new HashSet<>();
    for (Pretrained weights : Pretrained.all()) {
      assertEquals(weights, Pretrained.of(weights.name()));
      assertEquals(weights.classes().size(), weights.architecture().classes(), weights.name());
      assertEquals("https", weights.file().address().getScheme(), weights.name());
      assertTrue(weights.file().address().getPath().endsWith("/" + weights.file().name()));
      assertTrue(paths.add(weights.file().path()), weights.name());
      Matcher hash = HASH.matcher(weights.file().name());
      if (hash.find()) {
        assertEquals("sha256:" + hash.group(1), weights.file().digest());
      } else {
        assertEquals("md5:".length() + 32, weights.file().digest().length(), weights.name());
      }
      assertTrue(weights.top1() > 69 && weights.top1() < 95, weights.name());
      assertTrue(!(weights.top5() <= weights.top1()), weights.name());
    }
    assertEquals(26, paths.size());
  }

  @Test
  void everyMethodHasItsRow() {
    List<Pretrained> all =
        List.of(
            Pretrained.resnet18(),
            Pretrained.resnet34(),
            Pretrained.resnet50(),
            Pretrained.resnet50V2(),
            Pretrained.resnet101(),
            Pretrained.resnet101V2(),
            Pretrained.resnet152(),
            Pretrained.resnet152V2(),
            Pretrained.resnext50(),
            Pretrained.resnext50V2(),
            Pretrained.resnext101(),
            Pretrained.resnext101V2(),
            Pretrained.wideResnet50(),
            Pretrained.wideResnet50V2(),
            Pretrained.wideResnet101(),
            Pretrained.wideResnet101V2());
    assertEquals(16, new HashSet<>(all).size());
    assertEquals(
        "resnet50: resnet50, 1000 classes, top-1 76.13 %,"
            + " https://download.pytorch.org/models/resnet50-0676ba61.pth",
        Pretrained.resnet50().toString());
  }

  @Test
  void othersSayWhatIsDifferentWithThem() {
    Pretrained keras = Pretrained.of("keras_resnet50");
    assertEquals(StridePlacement.FIRST_1X1, keras.architecture().stride());
    assertEquals(Preprocessing.KERAS, keras.preprocessing());
    Pretrained cifar = Pretrained.of("cifar_resnet1202");
    assertEquals(Architecture.of("cifar_resnet1202", 10), cifar.architecture());
    assertEquals(
        List.of("airplane", "truck"), List.of(cifar.classes().get(0), cifar.classes().get(9)));
    assertTrue(Double.isNaN(cifar.top5()));
  }

  @Test
  void nothingIsTouchedBeforeWeightsAreAskedFor() {
    Hub hub = offline();
    assertEquals(
        hub.home().resolve("torchvision/resnet50-0676ba61.pth"),
        hub.place(Pretrained.resnet50().file()));
    assertFalse(Files.exists(hub.home()));
  }

  @Test
  void withoutTheNetworkTheErrorSaysWhichFileToPutWhere() {
    IOException e = assertThrows(IOException.class, () -> FoundWeights.of("resnet50", offline()));
    assertEquals(
        "hub: resnet50-0676ba61.pth is not in the cache, and GRAFT_OFFLINE forbids to fetch it; get"
            + " https://download.pytorch.org/models/resnet50-0676ba61.pth and put it at "
            + home.resolve("cache/torchvision/resnet50-0676ba61.pth"),
        e.getMessage());
  }

  @Test
  void unknownNamesListThoseThatThereAre() {
    IOException e = assertThrows(IOException.class, () -> FoundWeights.of("resnet5", offline()));
    assertTrue(
        e.getMessage()
            .startsWith(
                "no file \"resnet5\", and pretrained: no weights \"resnet5\"; there are resnet18,"),
        e.getMessage());
    assertTrue(e.getMessage().endsWith("keras_resnet152, and hf:OWNER/NAME"), e.getMessage());
  }
}
