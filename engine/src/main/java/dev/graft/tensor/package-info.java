/** Tensors, their shapes and layouts, and automatic differentiation. */
package dev.graft.tensor;
