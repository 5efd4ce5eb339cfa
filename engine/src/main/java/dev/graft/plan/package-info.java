/**
 * Inference compiled ahead: a forward pass is traced once into a {@link dev.graft.plan.Graph},
 * rewritten by passes, given one arena of memory, and run as an {@link
 * dev.graft.plan.InferencePlan}.
 */
package dev.graft.plan;
