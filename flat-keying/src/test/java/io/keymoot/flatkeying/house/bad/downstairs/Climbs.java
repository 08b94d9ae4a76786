package io.keymoot.flatkeying.house.bad.downstairs;

import io.keymoot.flatkeying.house.bad.upstairs.internal.Roof;

/** Stands for a module that uses another, against the arrows. */
final class Climbs {
  Roof roof() {
    return new Roof();
  }
}
