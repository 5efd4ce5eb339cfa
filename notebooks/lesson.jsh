// Transfer learning in seven small steps: digits from five examples each.
// Type along: jshell --class-path transfer/target/graft.jar --add-modules jdk.incubator.vector -R--add-modules=jdk.incubator.vector

import dev.graft.demo.*;
import dev.graft.models.*;
import dev.graft.nn.*;
import dev.graft.tensor.*;
import dev.graft.transfer.*;

// 1. A tensor is an array of numbers with a shape. This one has 2 rows and 3 columns.
var x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
x
var w = Tensor.randn(Rng.of(1), 3, 4).requireGrad()
var y = x.matmul(w).relu()
y

// 2. The tensor y remembers how it was made, so Graft can say how y's sum changes with every number in w.
y.sum().backward()
w.grad()

// 3. Layers hold such numbers, and networks are made of layers. This is the residual network of He et al. (2016), 20 layers deep.
var fresh = ResNet.cifar(20, 10, Rng.of(1))
fresh

// 4. Handwritten digits: a pool to learn from, and others to be tested on. Each is 28 by 28 pixels, given to the network as 3 equal colour channels.
var pool = Digits.pool()
var test = Digits.test()
var poolImages = GreyImages.tensor(pool.pixels())
var testImages = GreyImages.tensor(test.pixels())
poolImages.shape()
testImages.shape()

// 5. A trunk: the same network, but Graft trained it on pictures of letters for a while. It has never seen a digit. Its features are what it notices in a picture: 64 numbers.
var trunk = DemoCommand.trunk().backbone()
var poolFeatures = Autograd.noGrad(() -> trunk.features(poolImages))
var testFeatures = Autograd.noGrad(() -> trunk.features(testImages))
poolFeatures.shape()

// 6. Five examples of each digit. The pool is sorted, 40 of each digit, so these are the first five of every forty.
int[] examples(int shots) { int[] at = new int[10 * shots]; for (int i = 0; i < at.length; i++) at[i] = i / shots * 40 + i % shots; return at; }
int[] labels(int shots) { int[] digits = new int[10 * shots]; for (int i = 0; i < digits.length; i++) digits[i] = i / shots; return digits; }
var names = java.util.List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")

// The head is one linear layer from 64 features to 10 digits, solved in closed form by ridge regression.
var head = RidgeHead.fit(poolFeatures.indexSelect(0, examples(5)), labels(5), 10)
head
var grafted = Evaluation.of(names, test.labels(), head.apply(testFeatures).argmax(1))
grafted

// 7. Was it the trunk, or is five enough anyway? The same head on raw pixels, then both for 1 and 20 examples.
double accuracy(Tensor from, Tensor to, int shots) { return Evaluation.of(names, test.labels(), RidgeHead.fit(from.indexSelect(0, examples(shots)), labels(shots), 10).apply(to).argmax(1)).accuracy(); }
var poolPixels = poolImages.slice(1, 0, 1).flatten(1)
var testPixels = testImages.slice(1, 0, 1).flatten(1)
for (int shots : new int[] {1, 5, 20}) System.out.printf("%2d examples: trunk %.0f %%, pixels %.0f %%%n", shots, 100 * accuracy(poolFeatures, testFeatures, shots), 100 * accuracy(poolPixels, testPixels, shots));

// Try next: other examples of the pool; fewer features; your own drawings.
