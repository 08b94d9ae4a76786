/**
 * Mistakes to be put into the running code, to see that the invariants find them. A check that
 * cannot fail is a defect.
 */
@NullMarked
package io.keymoot.simulator.plant;

import org.jspecify.annotations.NullMarked;
