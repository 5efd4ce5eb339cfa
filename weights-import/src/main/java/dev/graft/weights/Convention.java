package dev.graft.weights;

import java.util.List;

/**
 * The names that libraries give a ResNet's parameters, each as a table from its own to
 * torchvision's.
 */
public enum Convention {
  /** torchvision and timm, and what others made of it; CIFAR nets often say linear and shortcut. */
  TORCHVISION(
      "torchvision",
      "layer1.0.conv1.weight",
      """
      conv1.{p}                           = conv1.{p}
      conv1.{i}.{p}                       = conv1.{i}.{p}
      bn1.{p}                             = bn1.{p}
      layer{s}.{b}.conv{k}.{p}            = layer{s}.{b}.conv{k}.{p}
      layer{s}.{b}.bn{k}.{p}              = layer{s}.{b}.bn{k}.{p}
      layer{s}.{b}.downsample.{i}.{p}     = layer{s}.{b}.downsample.{i}.{p}
      layer{s}.{b}.shortcut.{i}.{p}       = layer{s}.{b}.downsample.{i}.{p}
      fc.{p}                              = fc.{p}
      linear.{p}                          = fc.{p}
      head.fc.{p}                         = fc.{p}
      """),

  /** Hugging Face's ResNetModel and ResNetForImageClassification. */
  HUGGING_FACE(
      "Hugging Face",
      "encoder.stages.0.layers.0.layer.0.convolution.weight",
      """
      embedder.embedder.convolution.{p}                          = conv1.{p}
      embedder.embedder.normalization.{p}                        = bn1.{p}
      encoder.stages.{s}.layers.{b}.layer.{k}.convolution.{p}    = layer{s+1}.{b}.conv{k+1}.{p}
      encoder.stages.{s}.layers.{b}.layer.{k}.normalization.{p}  = layer{s+1}.{b}.bn{k+1}.{p}
      encoder.stages.{s}.layers.{b}.shortcut.convolution.{p}     = layer{s+1}.{b}.downsample.0.{p}
      encoder.stages.{s}.layers.{b}.shortcut.normalization.{p}   = layer{s+1}.{b}.downsample.1.{p}
      classifier.1.{p}                                           = fc.{p}
      """),

  /** keras.applications since 2019: ResNet50, ResNet101 and ResNet152. */
  KERAS(
      "Keras",
      "conv2_block1_1_conv.kernel",
      """
      conv1_conv.{p}                = conv1.{p}
      conv1_bn.{p}                  = bn1.{p}
      conv{s}_block{b}_0_conv.{p}   = layer{s-1}.{b-1}.downsample.0.{p}
      conv{s}_block{b}_0_bn.{p}     = layer{s-1}.{b-1}.downsample.1.{p}
      conv{s}_block{b}_{k}_conv.{p} = layer{s-1}.{b-1}.conv{k}.{p}
      conv{s}_block{b}_{k}_bn.{p}   = layer{s-1}.{b-1}.bn{k}.{p}
      predictions.{p}               = fc.{p}
      probs.{p}                     = fc.{p}
      """),

  /** Keras's first ResNet50, after Caffe's names. */
  KERAS_2015(
      "Keras (2015)",
      "res2a_branch2a.kernel",
      """
      conv1.{p}                 = conv1.{p}
      bn_conv1.{p}              = bn1.{p}
      res{s}{b@}_branch1.{p}    = layer{s-1}.{b}.downsample.0.{p}
      bn{s}{b@}_branch1.{p}     = layer{s-1}.{b}.downsample.1.{p}
      res{s}{b@}_branch2{k@}.{p} = layer{s-1}.{b}.conv{k+1}.{p}
      bn{s}{b@}_branch2{k@}.{p}  = layer{s-1}.{b}.bn{k+1}.{p}
      fc1000.{p}                = fc.{p}
      """),

  /** {@code nn.Sequential(*resnet.children())}, as it is often wrapped to take the head off. */
  CHILDREN(
      "torchvision's children in a Sequential",
      "4.0.conv1.weight",
      """
      0.{p}                        = conv1.{p}
      1.{p}                        = bn1.{p}
      {s}.{b}.conv{k}.{p}          = layer{s-3}.{b}.conv{k}.{p}
      {s}.{b}.bn{k}.{p}            = layer{s-3}.{b}.bn{k}.{p}
      {s}.{b}.downsample.{i}.{p}   = layer{s-3}.{b}.downsample.{i}.{p}
      9.{p}                        = fc.{p}
      10.{p}                       = fc.{p}
      """);

  private final String label;
  private final String anchor;
  private final List<NameRow> rows;

  Convention(String label, String anchor, String table) {
    this.label = label;
    this.anchor = anchor;
    rows = NameRow.table(table);
  }

  /** What people call it. */
  public String label() {
    return label;
  }

  /**
   * Whether networks under these names have their stride on the first 1×1 convolution ("v1"): names
   * and shapes do not tell.
   */
  public boolean stridesOnFirst1x1() {
    return isKeras();
  }

  /** Whether kernels are [h, w, in, out], and images blue first. */
  public boolean isKeras() {
    return this == KERAS || this == KERAS_2015;
  }

  /** A name that all networks under this convention have, and no others. */
  String anchor() {
    return anchor;
  }

  /** torchvision's name for one of this convention; or null. */
  String map(String name) {
    for (NameRow row : rows) {
      String mapped = row.map(name);
      if (mapped != null) {
        return mapped;
      }
    }
    return null;
  }
}
