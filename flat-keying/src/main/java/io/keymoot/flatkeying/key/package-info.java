@NullMarked
package io.keymoot.flatkeying.key;

import org.jspecify.annotations.NullMarked;
