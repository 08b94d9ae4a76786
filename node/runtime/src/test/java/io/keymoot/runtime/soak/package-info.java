/**
 * Real processes, on a network of their own where the machine allows, with faults: a short run in
 * {@code mvn verify} ({@link VillageTest}), the rest by {@code node/bin/soak}.
 */
@NullMarked
package io.keymoot.runtime.soak;

import org.jspecify.annotations.NullMarked;
