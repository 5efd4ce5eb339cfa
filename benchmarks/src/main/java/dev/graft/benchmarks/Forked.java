package dev.graft.benchmarks;

import org.openjdk.jmh.annotations.Fork;

/**
 * The JVM that benchmarks run in. It begins with vector kernels: their twins in plain Java, which
 * stay in use for 1 to 10 s, would be part of what is measured.
 */
@Fork(
    value = 1,
    jvmArgsPrepend = {
      "--add-modules=jdk.incubator.vector",
      "-Dgraft.backend=simd",
      "-Dgraft.warmup=off",
      "-XX:+UseTransparentHugePages"
    })
public abstract class Forked {}
