@NullMarked
package io.keymoot.flatkeying.fact;

import org.jspecify.annotations.NullMarked;
