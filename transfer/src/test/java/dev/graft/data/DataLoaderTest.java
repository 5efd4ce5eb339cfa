package dev.graft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DataLoaderTest {
  /** Examples of 16 values: their number, then random ones; counts what is read. */
  private static class Counting implements Dataset {
    final int n;
    final AtomicInteger reads = new AtomicInteger();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    Counting(int n) {
      this.n = n;
    }

    @Override
    public int size() {
      return n;
    }

    @Override
    public List<String> classes() {
      return List.of("even", "odd");
    }

    @Override
    public Shape shape() {
      return Shape.of(1, 4, 4);
    }

    @Override
    public int label(int index) {
      return index % 2;
    }

    @Override
    public void read(int index, float[] into, int offset, Rng rng) throws IOException {
      reads.incrementAndGet();
      threads.add(Thread.currentThread());
      into[offset] = index;
      for (int i = 1; i < 16; i++) {
        into[offset + i] = rng.nextFloat();
      }
    }
  }

  private static List<float[]> values(Batches batches) {
    List<float[]> all = new ArrayList<>();
    for (Batch batch : batches) {
      all.add(batch.x().toArray());
    }
    return all;
  }

  private static void assertSame(List<float[]> expected, List<float[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i));
    }
  }

  @Test
  void theSameBatchesForEveryNumberOfThreads() {
    DataLoader loader = new DataLoader(new Counting(101), 8).withShuffle(5);
    List<float[]> expected = values(loader.withThreads(1).epoch(3));
    assertEquals(13, expected.size());
    assertEquals(5 * 16, expected.getLast().length);
    for (int threads : new int[] {1, 2, 7}) {
      for (int prefetch : new int[] {1, 20}) {
        assertSame(expected, values(loader.withThreads(threads).withPrefetch(prefetch).epoch(3)));
      }
    }
  }

  @Test
  void theSameBatchesWhereAnEpochIsEnteredInItsMiddle() {
    DataLoader loader = new DataLoader(new Counting(50), 8).withShuffle(5).withThreads(2);
    List<float[]> all = values(loader.epoch(1));
    for (int first = 0; first <= all.size(); first++) {
      assertSame(all.subList(first, all.size()), values(loader.epoch(1, first)));
    }
  }

  @Test
  void anEpochIsAPermutationOfItsOwn() {
    DataLoader loader = new DataLoader(new Counting(37), 10).withShuffle(1);
    List<List<Integer>> orders = new ArrayList<>();
    for (int epoch = 0; epoch < 3; epoch++) {
      List<Integer> order = new ArrayList<>();
      for (Batch batch : loader.epoch(epoch)) {
        for (int i = 0; i < batch.size(); i++) {
          int index = batch.indices()[i];
          order.add(index);
          assertEquals(index % 2, batch.labels()[i]);
          assertEquals(index, batch.x().get(i, 0, 0, 0));
        }
      }
      assertEquals(37, new HashSet<>(order).size());
      orders.add(order);
    }
    assertEquals(3, new HashSet<>(orders).size());
    assertFalse(
        Arrays.equals(
            values(loader.epoch(0)).getFirst(), values(loader.withShuffle(2).epoch(0)).getFirst()));
  }

  @Test
  void withoutShuffleTheOrderIsTheDatasets() {
    List<Integer> order = new ArrayList<>();
    for (Batch batch : new DataLoader(new Counting(10), 4).epoch(9)) {
      Arrays.stream(batch.indices()).forEach(order::add);
    }
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), order);
  }

  @Test
  void dropLastLeavesOutWhatIsNotFull() {
    DataLoader loader = new DataLoader(new Counting(10), 4);
    assertEquals(3, loader.batches());
    assertEquals(10, loader.examples());
    DataLoader full = loader.withDropLast();
    assertEquals(2, full.batches());
    assertEquals(8, full.examples());
    assertEquals(2, values(full.epoch(0)).size());
  }

  @Test
  void worksAheadButNotFar() throws InterruptedException {
    Counting data = new Counting(1000);
    DataLoader loader = new DataLoader(data, 10).withThreads(2).withPrefetch(3);
    try (Batches batches = loader.epoch(0)) {
      await(() -> data.reads.get() == 30);
      Thread.sleep(50);
      assertEquals(30, data.reads.get());
      batches.next();
      await(() -> data.reads.get() == 40);
      Thread.sleep(50);
      assertEquals(40, data.reads.get());
    }
  }

  private static void await(BooleanSupplier reached) throws InterruptedException {
    while (!reached.getAsBoolean()) {
      Thread.sleep(5);
    }
  }

  @Test
  void decodesOnDaemonThreadsThatEndWhenThereIsNothingToDo() throws InterruptedException {
    Counting data = new Counting(60);
    values(new DataLoader(data, 4).withThreads(3).epoch(0));
    assertTrue(!data.threads.isEmpty() && data.threads.size() <= 3);
    assertFalse(data.threads.contains(Thread.currentThread()));
    assertTrue(data.threads.stream().allMatch(Thread::isDaemon));
    await(() -> data.threads.stream().noneMatch(Thread::isAlive));
  }

  @Test
  void abandonedInTheMiddleItStopsReading() throws InterruptedException {
    Counting data = new Counting(1000);
    DataLoader loader = new DataLoader(data, 10).withThreads(2);
    for (Batch batch : loader.epoch(0)) {
      assertEquals(10, batch.size());
      break;
    }
    await(() -> data.threads.stream().noneMatch(Thread::isAlive));
    assertTrue(data.reads.get() <= 60, data.reads + " reads");
    assertEquals(100, values(loader.epoch(1)).size());
  }

  @Test
  void closedInTheMiddleItStopsWithinABatch() throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Counting data =
        new Counting(100) {
          @Override
          public void read(int index, float[] into, int offset, Rng rng) throws IOException {
            super.read(index, into, offset, rng);
            entered.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new IOException("interrupted", e);
            }
          }
        };
    Batches batches = new DataLoader(data, 50).withThreads(1).epoch(0);
    entered.await();
    batches.close();
    go.countDown();
    await(() -> data.threads.stream().noneMatch(Thread::isAlive));
    assertEquals(1, data.reads.get());
    assertFalse(batches.hasNext());
    assertEquals(
        "data_loader: no more batches",
        assertThrows(NoSuchElementException.class, batches::next).getMessage());
  }

  @Test
  void whatAWorkerThrowsNamesTheExample() {
    Counting data =
        new Counting(20) {
          @Override
          public void read(int index, float[] into, int offset, Rng rng) throws IOException {
            if (index == 13) {
              throw new IOException("not an image");
            }
          }

          @Override
          public String describe(int index) {
            return "cats/" + index + ".jpg";
          }
        };
    Batches batches = new DataLoader(data, 5).epoch(0);
    batches.next();
    batches.next();
    DataException thrown = assertThrows(DataException.class, batches::next);
    assertEquals("data_loader: cats/13.jpg: not an image", thrown.getMessage());
    assertFalse(batches.hasNext());
  }

  @Test
  void anErrorOfAWorkerIsTheConsumers() {
    Counting data =
        new Counting(3) {
          @Override
          public int label(int index) {
            throw new StackOverflowError("deep");
          }
        };
    Batches batches = new DataLoader(data, 5).epoch(0);
    assertThrows(StackOverflowError.class, batches::next);
  }

  @Test
  void anInterruptedConsumerStops() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    Counting data =
        new Counting(3) {
          @Override
          public void read(int index, float[] into, int offset, Rng rng) throws IOException {
            try {
              never.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread consumer =
        new Thread(() -> {
          try {
            new DataLoader(data, 1).epoch(0).next();
          } catch (IllegalStateException e) {
            thrown.set(e);
          }
        });
    consumer.start();
    consumer.interrupt();
    consumer.join();
    never.countDown();
    assertEquals("data_loader: interrupted while waiting for a batch", thrown.get().getMessage());
  }

  @Test
  void batchesAreTensorsOfTheExamplesShape() {
    Tensor x = Tensor.randn(Rng.of(1), 5, 2, 3);
    Dataset data = new TensorDataset(x, new int[] {0, 1, 2, 1, 0});
    Batch batch = new DataLoader(data, 5).epoch(0).next();
    assertEquals(x.shape(), batch.x().shape());
    assertArrayEquals(x.toArray(), batch.x().toArray());
  }
}
