/**
 * A virtual network of real peers, with churn, faults, an adversary and invariants.
 *
 * <p>One seed decides everything: who comes and goes, what is lost, what breaks. The same seed
 * gives the same run, so a failure found once can be looked at again.
 */
@NullMarked
package io.keymoot.simulator;

import org.jspecify.annotations.NullMarked;
