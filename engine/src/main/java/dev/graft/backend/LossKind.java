package dev.graft.backend;

/**
 * The losses that compare two tensors element by element: x with its target t, where some have a
 * parameter p.
 */
public enum LossKind {
  /** (x − t)². */
  MSE,
  /** |x − t|; the derivative at 0 is 0. */
  L1,
  /** (x − t)²/(2p) where |x − t| is below p, else |x − t| − p/2 (Girshick, 2015). */
  SMOOTH_L1,
  /** p times the smooth L1 (Huber, 1964). */
  HUBER,
  /** max(x, 0) − x·t + log(1 + exp(−|x|)): the cross-entropy of sigmoid(x), without overflow. */
  BCE_WITH_LOGITS,
  /**
   * t·(log t − x), 0·log 0 being 0: x is a log-probability, t a probability. The derivative for t
   * at 0 is 0.
   */
  KL_DIV,
  /** exp(t)·(t − x): both are log-probabilities. */
  KL_DIV_LOG
}
