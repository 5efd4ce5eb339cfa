/** Graft beside its peers: the same work in one run, in turns. */
package dev.graft.peers;
