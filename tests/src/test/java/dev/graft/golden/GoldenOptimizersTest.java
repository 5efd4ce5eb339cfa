package dev.graft.golden;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.gson.JsonElement;
import dev.graft.nn.Parameter;
import dev.graft.optim.Adam;
import dev.graft.optim.AdamW;
import dev.graft.optim.CosineAnnealingLR;
import dev.graft.optim.LinearLR;
import dev.graft.optim.MultiStepLR;
import dev.graft.optim.OneCycleLR;
import dev.graft.optim.Optimizer;
import dev.graft.optim.ParamGroup;
import dev.graft.optim.RMSprop;
import dev.graft.optim.SGD;
import dev.graft.optim.Schedule;
import dev.graft.optim.StepLR;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** PyTorch's parameters after each of six steps, and its learning rates before each of thirty. */
@Tag("every-backend")
class GoldenOptimizersTest {
  private static final Map<String, Function<GoldenCase, Schedule>> SCHEDULES = new HashMap<>();

  static {
    SCHEDULES.put(
        "sched.step",
        c -> new StepLR(c.integer("step_size"), c.attrs().get("gamma").getAsDouble()));
    SCHEDULES.put(
        "sched.multistep",
        c -> new MultiStepLR(milestones(c), c.attrs().get("gamma").getAsDouble()));
    SCHEDULES.put(
        "sched.cosine",
        c ->
            new CosineAnnealingLR(
                c.integer("t_max"),
                c.attrs().get("eta_min").getAsDouble() / c.attrs().get("lr").getAsDouble()));
    SCHEDULES.put(
        "sched.linear_warmup",
        c ->
            new LinearLR(
                c.integer("total_iters"),
                c.attrs().get("start_factor").getAsDouble(),
                c.attrs().get("end_factor").getAsDouble()));
    SCHEDULES.put(
        "sched.one_cycle",
        c ->
            new OneCycleLR(
                c.integer("total_steps"),
                c.attrs().get("pct_start").getAsDouble(),
                c.attrs().get("div_factor").getAsDouble(),
                c.attrs().get("final_div_factor").getAsDouble(),
                OneCycleLR.Anneal.valueOf(
                    c.attrs().get("anneal").getAsString().toUpperCase(Locale.ROOT))));
  }

  @TestFactory
  Stream<DynamicTest> everyRow() throws IOException {
    return GoldenCase.all().stream()
        .filter(c -> c.op().contains("."))
        .map(c ->
            DynamicTest.dynamicTest(
                c.toString(),
                () -> {
                  if (c.op().startsWith("optim.")) {
                    checkOptimizer(c);
                  } else {
                    checkSchedule(c);
                  }
                }));
  }

  private static Optimizer optimizer(GoldenCase c, Tensor param) {
    List<Parameter> params = List.of(new Parameter("param", param));
    double lr = c.attrs().get("lr").getAsDouble();
    float decay = c.attrs().has("weight_decay") ? c.number("weight_decay") : 0;
    List<ParamGroup> groups = List.of(new ParamGroup(params, lr, decay));
    return switch (c.op()) {
      case "optim.sgd" -> new SGD(groups, c.number("momentum"), c.flag("nesterov"));
      case "optim.adam" -> new Adam(groups, beta(c, 0), beta(c, 1), c.number("eps"));
      case "optim.adamw" -> new AdamW(groups, beta(c, 0), beta(c, 1), c.number("eps"));
      case "optim.rmsprop" ->
          new RMSprop(
              groups,
              c.number("alpha"),
              c.number("eps"),
              c.number("momentum"),
              c.attrs().has("centered") && c.flag("centered"));
      default -> throw new AssertionError("no optimiser for " + c.op());
    };
  }

  private static List<Integer> milestones(GoldenCase c) {
    return c.attrs().getAsJsonArray("milestones").asList().stream()
        .map(JsonElement::getAsInt)
        .toList();
  }

  private static float beta(GoldenCase c, int i) {
    return c.attrs().getAsJsonArray("betas").get(i).getAsFloat();
  }

  static void checkOptimizer(GoldenCase c) {
    Tensor param = c.input("param").requireGrad();
    Optimizer optimizer = optimizer(c, param);
    for (int step = 0; step < c.names("outputs").size(); step++) {
      param.setGrad(c.expected("grad" + step).to(param.backend()));
      optimizer.step();
      Agreement.check("out" + step, c.expected("out" + step), param, Agreement.FORWARD);
    }
  }

  private static void checkSchedule(GoldenCase c) {
    Function<GoldenCase, Schedule> make = SCHEDULES.get(c.op());
    assertNotNull(make, "no schedule for " + c.op());
    // The one cycle's learning rate is its peak, whatever the optimiser was made with.
    double lr = c.attrs().get(c.attrs().has("max_lr") ? "max_lr" : "lr").getAsDouble();
    Optimizer optimizer = new SGD(List.of(new Parameter("p", Tensor.zeros(1).requireGrad())), lr);
    float[] expected = c.expected("out0").toArray();
    float[] actual = new float[expected.length];
    for (int step = 0; step < actual.length; step++) {
      make.apply(c).set(optimizer, step);
      actual[step] = (float) optimizer.groups().getFirst().lr();
    }
    Agreement.check("lr", expected, actual, 1e-6);
  }
}
