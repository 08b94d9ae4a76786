/** Who comes when, for how long, and how they go: published shapes, each a small file. */
@NullMarked
package io.keymoot.simulator.churn;

import org.jspecify.annotations.NullMarked;
