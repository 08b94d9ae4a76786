/**
 * What must hold, each rule a small file, looked at after every step that changed facts or keys.
 */
@NullMarked
package io.keymoot.simulator.invariant;

import org.jspecify.annotations.NullMarked;
