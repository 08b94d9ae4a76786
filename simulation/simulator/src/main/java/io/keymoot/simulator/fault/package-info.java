/** What goes wrong, each kind a small file: the network, clocks, machines, and people in a rush. */
@NullMarked
package io.keymoot.simulator.fault;

import org.jspecify.annotations.NullMarked;
