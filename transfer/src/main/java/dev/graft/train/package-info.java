/** The training loop: fitting, evaluation, early stopping, checkpoints and logs. */
package dev.graft.train;
