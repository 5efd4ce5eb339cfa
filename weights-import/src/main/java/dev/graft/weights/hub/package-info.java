/**
 * Fetches published weights into a cache: {@link dev.graft.weights.hub.Hub} looks there, in mirrors
 * and at the public address, in this order; {@code Download} is one transfer with its retries.
 * Nothing is read or written before a file is asked for.
 */
package dev.graft.weights.hub;
