package dev.graft.golden;

import dev.graft.backend.UnaryKind;
import dev.graft.op.ConvParams;
import dev.graft.op.PoolParams;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One line per op: how a manifest row is computed by Graft. */
final class GoldenOps {
  /** Computes the outputs of a row. */
  interface Runner {
    Tensor run(GoldenCase c);
  }

  private static final Map<String, Runner> RUNNERS = new HashMap<>();

  private GoldenOps() {}

  static Runner of(String op) {
    return RUNNERS.get(op);
  }

  static {
    for (String op :
        List.of(
            "exp",
            "log",
            "sqrt",
            "tanh",
            "sigmoid",
            "relu",
            "gelu",
            "silu",
            "abs",
            "neg",
            "hardswish",
            "square",
            "reciprocal",
            "relu6")) {
      UnaryKind kind = UnaryKind.valueOf(op.toUpperCase(Locale.ROOT));
      RUNNERS.put(op, c -> c.input("x").unary(kind, 0, 0));
    }
    RUNNERS.put("softplus", c -> c.input("x").softplus());
    RUNNERS.put("elu", c -> c.input("x").unary(UnaryKind.ELU, 1, 0));
    RUNNERS.put(
        "leaky_relu", c -> c.input("x").unary(UnaryKind.LEAKY_RELU, c.number("negative_slope"), 0));
    RUNNERS.put("clamp", c -> c.input("x").clamp(c.number("min"), c.number("max")));
    RUNNERS.put("pow", c -> c.input("x").pow(c.number("exponent")));
    RUNNERS.put("add", c -> c.input("x").add(c.input("y")));
    RUNNERS.put("sub", c -> c.input("x").sub(c.input("y")));
    RUNNERS.put("mul", c -> c.input("x").mul(c.input("y")));
    RUNNERS.put("div", c -> c.input("x").div(c.input("y")));
    RUNNERS.put("maximum", c -> c.input("x").maximum(c.input("y")));
    RUNNERS.put("minimum", c -> c.input("x").minimum(c.input("y")));
    RUNNERS.put("matmul", c -> c.input("input").matmul(c.input("other")));
    RUNNERS.put("linear", c -> Functional.linear(c.input("x"), c.input("weight"), c.input("bias")));
    shapes();
    reductions();
    networks();
    losses();
  }

  private static void shapes() {
    RUNNERS.put("permute", c -> c.input("x").permute(c.integers("dims")));
    RUNNERS.put("reshape", c -> c.input("x").reshape(c.integers("shape")));
    RUNNERS.put("cat", c -> Tensor.cat(c.integer("dim"), c.input("a"), c.input("b")));
    RUNNERS.put(
        "slice",
        c ->
            c.input("x")
                .slice(c.integer("dim"), c.integer("start"), c.integer("end"), c.integer("step")));
    RUNNERS.put(
        "index_select", c -> c.input("x").indexSelect(c.integer("dim"), c.indices("index")));
    RUNNERS.put(
        "pad",
        c ->
            c.input("x")
                .pad(c.integer("left"), c.integer("right"), c.integer("top"), c.integer("bottom")));
  }

  private static void reductions() {
    RUNNERS.put("sum", c -> c.input("x").sum(c.flag("keepdim"), c.integers("dims")));
    RUNNERS.put("mean", c -> c.input("x").mean(c.flag("keepdim"), c.integers("dims")));
    RUNNERS.put("amax", c -> c.input("x").amax(c.flag("keepdim"), c.integers("dims")));
    RUNNERS.put(
        "var", c -> c.input("x").var(c.flag("unbiased"), c.flag("keepdim"), c.integers("dims")));
    RUNNERS.put("logsumexp", c -> c.input("x").logSumExp(c.flag("keepdim"), c.integers("dims")));
    RUNNERS.put("softmax", c -> c.input("x").softmax(c.integer("dim")));
    RUNNERS.put("log_softmax", c -> c.input("x").logSoftmax(c.integer("dim")));
  }

  private static void networks() {
    RUNNERS.put(
        "conv2d",
        c ->
            Functional.conv2d(
                c.input("x"),
                c.input("weight"),
                c.has("bias") ? c.input("bias") : null,
                ConvParams.DEFAULT
                    .withStride(c.integers("stride")[0], c.integers("stride")[1])
                    .withPadding(c.integers("padding")[0], c.integers("padding")[1])
                    .withDilation(c.integers("dilation")[0], c.integers("dilation")[1])
                    .withGroups(c.integer("groups"))));
    RUNNERS.put("max_pool2d", c -> Functional.maxPool2d(c.input("x"), pool(c)));
    RUNNERS.put("avg_pool2d", c -> Functional.avgPool2d(c.input("x"), pool(c)));
    RUNNERS.put(
        "adaptive_avg_pool2d",
        c ->
            Functional.adaptiveAvgPool2d(
                c.input("x"), c.integers("output_size")[0], c.integers("output_size")[1]));
    RUNNERS.put("batch_norm_train", c -> batchNorm(c, true, c.number("momentum")));
    RUNNERS.put("batch_norm_eval", c -> batchNorm(c, false, 0));
  }

  private static Tensor batchNorm(GoldenCase c, boolean training, float momentum) {
    return Functional.batchNorm(
        c.input("x"),
        c.input("weight"),
        c.input("bias"),
        c.input("running_mean"),
        c.input("running_var"),
        training,
        momentum,
        c.number("eps"));
  }

  private static PoolParams pool(GoldenCase c) {
    int[] kernel = c.integers("kernel");
    int[] stride = c.integers("stride");
    int[] pad = c.integers("padding");
    return new PoolParams(
        kernel[0],
        kernel[1],
        stride[0],
        stride[1],
        pad[0],
        pad[1],
        c.flag("ceil_mode"),
        !c.attrs().has("count_include_pad") || c.flag("count_include_pad"));
  }

  private static void losses() {
    RUNNERS.put(
        "cross_entropy",
        c ->
            Functional.crossEntropy(
                c.input("logits"),
                c.indices("target"),
                c.has("weight") ? c.input("weight") : null,
                c.number("label_smoothing"),
                reduction(c)));
    // The manifest's rows of nll_loss start from logits: their x went through log_softmax.
    RUNNERS.put(
        "nll_loss",
        c ->
            Functional.nllLoss(
                c.input("x").logSoftmax(1),
                c.indices("target"),
                c.has("weight") ? c.input("weight") : null,
                reduction(c)));
    RUNNERS.put("mse_loss", c -> Functional.mseLoss(c.input("x"), c.input("target"), reduction(c)));
    RUNNERS.put("l1_loss", c -> Functional.l1Loss(c.input("x"), c.input("target"), reduction(c)));
    RUNNERS.put(
        "smooth_l1_loss",
        c -> {
          float beta = c.attrs().has("beta") ? c.number("beta") : 1;
          return Functional.smoothL1Loss(c.input("x"), c.input("target"), beta, reduction(c));
        });
    RUNNERS.put(
        "bce_with_logits",
        c ->
            Functional.binaryCrossEntropyWithLogits(
                c.input("x"),
                c.input("target"),
                c.has("weight") ? c.input("weight") : null,
                c.has("pos_weight") ? c.input("pos_weight") : null,
                reduction(c)));
    // As with nll_loss, the rows' x are logits, normalised along the classes.
    RUNNERS.put(
        "kl_div",
        c ->
            Functional.klDiv(
                c.input("x").logSoftmax(1), c.input("target"), reduction(c), c.flag("log_target")));
  }

  private static Reduction reduction(GoldenCase c) {
    return Reduction.valueOf(c.text("reduction").toUpperCase(Locale.ROOT));
  }
}
