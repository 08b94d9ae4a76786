/**
 * Keymoot beside what people would pick instead, on the same work, in one run on one machine.
 *
 * <p>{@link io.keymoot.benchmarks.compare.Compare} is the command. Each section measures one field
 * and adds its samples to {@link io.keymoot.benchmarks.compare.Figures}; goals and pages are read
 * off those. CPU is that of the measuring thread, so other work on the machine disturbs little;
 * what is compared takes turns, and ratios are taken pair by pair.
 */
@NullMarked
package io.keymoot.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
