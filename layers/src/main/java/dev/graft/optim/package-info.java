/** Optimisers and learning-rate schedules. */
package dev.graft.optim;
