/** Transfer learning: a trunk that is kept, a head that is trained on a few examples. */
package dev.graft.transfer;
