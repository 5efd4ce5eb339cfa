/**
 * The first second of a JVM. The interpreter and the first compiler box every vector, so that
 * vector code runs a hundred to a thousand times slower until the second compiler has compiled it:
 * the first answer of a ResNet-50 took 2.3 s of that. So the kernels of an inference have twins in
 * plain Java here, which compute the same bits, and work until {@link WarmUp}, in the background,
 * has had the vector kernels compiled by running them on tiny inputs. When the switch happens
 * changes no result.
 */
package dev.graft.backend.cpu.cold;
