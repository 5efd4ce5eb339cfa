package dev.graft.transfer;

import dev.graft.data.Preprocessing;
import dev.graft.models.Architecture;
import dev.graft.models.Head;
import dev.graft.models.ResNet;
import dev.graft.weights.hub.Hub;
import dev.graft.weights.hub.RemoteFile;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Published weights of ResNets, as data: {@code ResNet net = Pretrained.resnet50().load();}. They
 * are fetched when they are first loaded, and kept; {@link Hub} says where, and how to do without
 * the network. {@code V2} are torchvision's second weights of the same network, from a longer
 * recipe. As a frozen trunk the first are the better choice: label smoothing makes the second's
 * features transfer worse where only a head is trained (Kornblith et al., 2021).
 *
 * @param name {@code resnet50}, {@code resnet50.v2}, {@code cifar_resnet20}, {@code keras_resnet50}
 * @param architecture the network, with its head
 * @param file where the weights are
 * @param preprocessing what images go through
 * @param classes the names of the outputs
 * @param top1 published accuracy on ImageNet's validation images, or CIFAR-10's test images, in per
 *     cent
 * @param top5 as top1, of the truth among the five most probable; NaN where not published
 */
public record Pretrained(
    String name,
    Architecture architecture,
    RemoteFile file,
    Preprocessing preprocessing,
    List<String> classes,
    double top1,
    double top5) {
  private static final Map<String, Preprocessing> PREPROCESSING =
      Map.of(
          "imagenet", Preprocessing.IMAGENET,
          "imagenet_v2", Preprocessing.IMAGENET_V2,
          "cifar", Preprocessing.CIFAR,
          "keras", Preprocessing.KERAS);

  /** Read when it is first asked for. */
  private static final class Table {
    static final List<Pretrained> ALL = read();
  }

  private static List<Pretrained> read() {
    List<Pretrained> all = new ArrayList<>();
    for (String line : ClassNames.read("pretrained.txt")) {
      if (!line.startsWith("#")) {
        String[] field = line.split(" +");
        List<String> classes =
            field[6].equals("imagenet") ? ClassNames.imagenet() : ClassNames.cifar10();
        all.add(
            new Pretrained(
                field[0],
                Architecture.of(field[1], classes.size()),
                new RemoteFile(field[2], URI.create(field[3]), field[4]),
                PREPROCESSING.get(field[5]),
                classes,
                Double.parseDouble(field[7]),
                field[8].equals("-") ? Double.NaN : Double.parseDouble(field[8])));
      }
    }
    return List.copyOf(all);
  }

  /** All that are known by name. */
  public static List<Pretrained> all() {
    return Table.ALL;
  }

  /** The weights of that name, if there are any. */
  public static Optional<Pretrained> find(String name) {
    return Table.ALL.stream().filter(p -> p.name.equals(name)).findFirst();
  }

  /**
   * The weights of that name.
   *
   * @throws IllegalArgumentException if there are none; the message lists those that there are
   */
  public static Pretrained of(String name) {
    return find(name)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "pretrained: no weights \""
                    + name
                    + "\"; there are "
                    + String.join(", ", Table.ALL.stream().map(Pretrained::name).toList())
                    + ", and hf:OWNER/NAME"));
  }

  public static Pretrained resnet18() {
    return of("resnet18");
  }

  public static Pretrained resnet34() {
    return of("resnet34");
  }

  public static Pretrained resnet50() {
    return of("resnet50");
  }

  public static Pretrained resnet50V2() {
    return of("resnet50.v2");
  }

  public static Pretrained resnet101() {
    return of("resnet101");
  }

  public static Pretrained resnet101V2() {
    return of("resnet101.v2");
  }

  public static Pretrained resnet152() {
    return of("resnet152");
  }

  public static Pretrained resnet152V2() {
    return of("resnet152.v2");
  }

  /** 32 groups of 4 channels. */
  public static Pretrained resnext50() {
    return of("resnext50_32x4d");
  }

  /** 32 groups of 4 channels. */
  public static Pretrained resnext50V2() {
    return of("resnext50_32x4d.v2");
  }

  /** 32 groups of 8 channels. */
  public static Pretrained resnext101() {
    return of("resnext101_32x8d");
  }

  /** 32 groups of 8 channels. */
  public static Pretrained resnext101V2() {
    return of("resnext101_32x8d.v2");
  }

  /** Twice as wide. */
  public static Pretrained wideResnet50() {
    return of("wide_resnet50_2");
  }

  /** Twice as wide. */
  public static Pretrained wideResnet50V2() {
    return of("wide_resnet50_2.v2");
  }

  /** Twice as wide. */
  public static Pretrained wideResnet101() {
    return of("wide_resnet101_2");
  }

  /** Twice as wide. */
  public static Pretrained wideResnet101V2() {
    return of("wide_resnet101_2.v2");
  }

  /**
   * The network with its weights and its head, in eval mode.
   *
   * @throws IOException if they cannot be fetched, or are not what they should be
   */
  public ResNet load() throws IOException {
    return load(Head.keep());
  }

  /**
   * The network with its weights, in eval mode, and with its head as told: {@code
   * Pretrained.resnet50().load(Head.reinitialise(10, Rng.of(1)))}.
   *
   * @throws IOException as {@link #load()}
   */
  public ResNet load(Head head) throws IOException {
    return (ResNet) fetch(DownloadBar.hub()).trunk(head).backbone();
  }

  /**
   * The network with its preprocessing and the names of its classes: answers images.
   *
   * @throws IOException as {@link #load()}
   */
  public Classifier classifier() throws IOException {
    return fetch(DownloadBar.hub()).classifier();
  }

  /** The weights on this machine, fetched if need be. */
  public FoundWeights fetch(Hub hub) throws IOException {
    return new FoundWeights(name, hub.fetch(file), architecture, preprocessing, classes);
  }

  @Override
  public String toString() {
    return "%s: %s, top-1 %.2f %%, %s".formatted(name, architecture, top1, file.address());
  }
}
