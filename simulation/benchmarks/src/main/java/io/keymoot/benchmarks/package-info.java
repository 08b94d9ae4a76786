/**
 * Measurements: what a step costs, and whole nodes beside what people would pick instead.
 *
 * <p>A figure is worth something only if it says what was measured, beside what, and how to take it
 * again. So whatever is compared runs in one process on the same work and takes turns, and of a
 * busy machine the thread's CPU time says more than the clock.
 *
 * <pre>
 *   …Benchmark   JMH, on a quiet machine ─┐
 *   …Figures     CPU of the thread        ├─ the same operations, one writing of each
 *   compare      whole groups, side by side: MLS, JGroups' own encryption, pairwise seals, a key tree
 * </pre>
 *
 * <p>The life of a figure: a group of the size is made, at once where it is large; the operation
 * runs until it is compiled; then it is timed many times, in turns with the others, and median and
 * first decile are told with what was wanted. What is missed is told as missed.
 */
@NullMarked
package io.keymoot.benchmarks;

import org.jspecify.annotations.NullMarked;
