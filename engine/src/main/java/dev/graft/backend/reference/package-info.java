/** The scalar reference: textbook loops, one per kernel. */
package dev.graft.backend.reference;
