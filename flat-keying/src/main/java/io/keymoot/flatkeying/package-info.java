@NullMarked
package io.keymoot.flatkeying;

import org.jspecify.annotations.NullMarked;
