/**
 * Computing on what OpenCL reaches, in float32. The only package that names JOCL; reached by name
 * through {@link dev.graft.backend.Device}. Kernels are in {@code .cl} files among the resources.
 */
package dev.graft.backend.opencl;
