/**
 * Other ways to key a group, under the same churn as a run had: so that people see what is gained,
 * and what it costs.
 *
 * <p>Each is a {@link io.keymoot.simulator.baseline.Scheme} with real keys. They are treated
 * kindly: no message of theirs is lost, everybody learns of a change at once, and managers never
 * fail. What they cost is counted; who reads what is tried with the bytes.
 */
@NullMarked
package io.keymoot.simulator.baseline;

import org.jspecify.annotations.NullMarked;
