package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.FactId;

/** Names a key of the group: an epoch, and how often it was stepped since. */
record KeyName(FactId epoch, int revision) {}
