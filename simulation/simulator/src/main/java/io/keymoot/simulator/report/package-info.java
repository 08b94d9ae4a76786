/**
 * Pages for people: what a run was like, on one HTML file that needs no network.
 *
 * <p>{@link io.keymoot.simulator.report.RunReport} says what is shown and in which words; {@link
 * io.keymoot.simulator.report.Page} and {@link io.keymoot.simulator.report.Chart} know nothing of
 * runs, and serve the comparisons of simulation/benchmarks too.
 */
@NullMarked
package io.keymoot.simulator.report;

import org.jspecify.annotations.NullMarked;
