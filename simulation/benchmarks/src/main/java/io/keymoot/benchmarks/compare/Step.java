package io.keymoot.benchmarks.compare;

/**
 * One piece of a run.
 *
 * @param seconds it takes about, on two cores, so that who waits is told how long
 */
record Step(String words, double seconds, Cpu.Work work) {}
