/** What a backend must do: memory, and kernels by family. Implementations are reached by name. */
package dev.graft.backend;
