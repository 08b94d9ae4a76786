package io.keymoot.daemon;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Consumer;

/** What the daemon itself keeps over its restarts, in files; the node keeps its own. */
record Memory(Acquaintances acquaintances, Sightings sightings, Invites invites)
    implements AutoCloseable {

  /**
   * @param note hears of what was damaged
   */
  static Memory open(Path state, InstantSource clock, Consumer<String> note) {
    return new Memory(
        new Acquaintances(state.resolve("verified"), clock),
        new Sightings(state.resolve("seen"), note),
        Invites.read(state.resolve("invites.json"), note));
  }

  @Override
  public void close() {
    sightings.close();
  }
}
