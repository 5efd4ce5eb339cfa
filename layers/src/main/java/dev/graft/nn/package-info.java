/** Layers, parameters and losses under the names that PyTorch gives them. */
package dev.graft.nn;
