/**
 * What a run leaves behind: plain data, for the reports and for whoever reads the JSON.
 *
 * <p>All times are virtual milliseconds since the start of the run. Nothing here depends on the
 * machine, but {@link io.keymoot.simulator.result.Change#cpuMicros} and {@link
 * io.keymoot.simulator.result.Totals#cpuMillis}.
 */
@NullMarked
package io.keymoot.simulator.result;

import org.jspecify.annotations.NullMarked;
