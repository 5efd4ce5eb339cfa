package dev.graft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.nn.Layer;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class TrainerTest {
  @Test
  void learns() throws IOException {
    Layer net = Toy.network(1);
    History history = Toy.trainer(net).fit(Toy.trainLoader(), Toy.heldOut(), 12);
    assertEquals(12, history.epochs().size());
    Metrics last = history.last().validation();
    assertTrue(last.accuracy() > 0.9, last.toString());
    assertEquals(60, last.examples());
    assertEquals(1, last.top5());
    assertEquals(last.accuracy(), last.evaluation().accuracy());
    assertEquals(last.loss(), Toy.trainer(net).evaluate(Toy.heldOut()).loss());
  }

  @Test
  void theSameSeedGivesTheSameBits() throws IOException {
    Layer one = Toy.network(1);
    Layer two = Toy.network(1);
    Layer other = Toy.network(2);
    for (Layer net : new Layer[] {one, two, other}) {
      Toy.trainer(net).fit(Toy.trainLoader().withThreads(net == two ? 3 : 1), 2);
    }
    assertEquals(Toy.bits(one), Toy.bits(two));
    assertNotEquals(Toy.bits(one), Toy.bits(other));
  }
}
