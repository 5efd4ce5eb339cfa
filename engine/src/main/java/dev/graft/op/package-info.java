/** One record per operation (or family): shape check, forward and gradient in one file. */
package dev.graft.op;
