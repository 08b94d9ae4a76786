/**
 * Members that keep to no rule: certified, let in, with real keys of their own and ears for
 * everything that is said. Each trick a small file.
 */
@NullMarked
package io.keymoot.simulator.byzantine;

import org.jspecify.annotations.NullMarked;
