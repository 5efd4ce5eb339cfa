/** Optimisers, learning-rate schedules, gradient clipping and averages of weights. */
package dev.graft.optim;
