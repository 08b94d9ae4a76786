/**
 * The one composition of flat keying, heartbeat and admission policy.
 *
 * <p>A peer takes an input and the time and returns effects. The simulator and the product run this
 * same class, so what the simulator finds is true of the product.
 */
@NullMarked
package io.keymoot.peer;

import org.jspecify.annotations.NullMarked;
