package dev.graft.tensor;

/**
 * Values picked along a dimension and where they stood: one index per value, in row-major order of
 * the values' shape.
 */
public record Indexed(Tensor values, int[] indices) {}
