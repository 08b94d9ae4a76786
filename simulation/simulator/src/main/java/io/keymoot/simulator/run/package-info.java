/** One run, put together: a world, its people, what goes wrong, who watches, and what is kept. */
@NullMarked
package io.keymoot.simulator.run;

import org.jspecify.annotations.NullMarked;
